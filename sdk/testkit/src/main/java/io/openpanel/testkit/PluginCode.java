package io.openpanel.testkit;

import io.openpanel.api.Action;
import io.openpanel.api.On;
import io.openpanel.api.Panel;
import io.openpanel.api.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.SourceInterpreter;
import org.objectweb.asm.tree.analysis.SourceValue;

/**
 * What a plugin's classes declare and call, read without running them. A call's action is the text that is given to
 * {@code panel.call} or {@code panel.stream}; where it is not a constant there, every text of that class that has the form
 * of an action's id counts.
 */
final class PluginCode {
    private static final String PANEL = Type.getInternalName(Panel.class);
    private static final Set<String> CALLS = Set.of("call", "stream");
    private static final String ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*\\.[a-z][a-z0-9]*(-[a-z0-9]+)*";

    private final Map<String, String> actions = new TreeMap<>();
    private final Set<String> topics = new TreeSet<>();
    private final Set<String> heard = new TreeSet<>();
    private final Set<String> called = new TreeSet<>();

    private PluginCode() {}

    static PluginCode of(Collection<Path> classFiles) {
        PluginCode code = new PluginCode();
        for (Path file : classFiles) {
            try {
                ClassNode type = new ClassNode();
                new ClassReader(Files.readAllBytes(file)).accept(type, ClassReader.SKIP_DEBUG);
                code.read(type);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (AnalyzerException e) {
                throw new IllegalStateException(file + " is no proper class file", e);
            }
        }
        return code;
    }

    /** Action → summary. */
    Map<String, String> actions() {
        return actions;
    }

    /** Topics it publishes. */
    Set<String> topics() {
        return topics;
    }

    /** Topic patterns it hears. */
    Set<String> heard() {
        return heard;
    }

    /** Actions it calls, its own included. */
    Set<String> called() {
        return called;
    }

    private void read(ClassNode type) throws AnalyzerException {
        annotation(type.visibleAnnotations, Topic.class).ifPresent(topic -> topics.add(value(topic, "value")));
        for (MethodNode method : type.methods) {
            annotation(method.visibleAnnotations, Action.class)
                    .ifPresent(action -> actions.put(value(action, "value"), value(action, "summary")));
            annotation(method.visibleAnnotations, On.class).ifPresent(on -> heard.add(value(on, "value")));
            readCalls(type, method);
        }
    }

    private void readCalls(ClassNode type, MethodNode method) throws AnalyzerException {
        if (instructions(method).noneMatch(PluginCode::isCall)) {
            return;
        }
        Frame<SourceValue>[] frames = new Analyzer<>(new SourceInterpreter()).analyze(type.name, method);
        for (int i = 0; i < frames.length; i++) {
            if (frames[i] != null && isCall(method.instructions.get(i))) {
                // The panel, the action, the input, the type of the result.
                Set<AbstractInsnNode> given = frames[i].getStack(frames[i].getStackSize() - 3).insns;
                boolean constant = given.stream().allMatch(each -> text(each).isPresent());
                (constant ? given.stream() : type.methods.stream().flatMap(PluginCode::instructions))
                        .flatMap(each -> text(each).stream())
                        .filter(text -> text.matches(ID))
                        .forEach(called::add);
            }
        }
    }

    private static Stream<AbstractInsnNode> instructions(MethodNode method) {
        return Stream.of(method.instructions.toArray());
    }

    private static boolean isCall(AbstractInsnNode instruction) {
        return instruction instanceof MethodInsnNode call && call.owner.equals(PANEL) && CALLS.contains(call.name);
    }

    private static Optional<String> text(AbstractInsnNode instruction) {
        return instruction instanceof LdcInsnNode constant && constant.cst instanceof String text
                ? Optional.of(text)
                : Optional.empty();
    }

    private static Optional<AnnotationNode> annotation(List<AnnotationNode> of, Class<?> type) {
        return Optional.ofNullable(of).orElse(List.of()).stream()
                .filter(each -> each.desc.equals(Type.getDescriptor(type)))
                .findFirst();
    }

    private static String value(AnnotationNode annotation, String name) {
        for (int i = 0; i + 1 < annotation.values.size(); i += 2) {
            if (annotation.values.get(i).equals(name)) {
                return String.valueOf(annotation.values.get(i + 1));
            }
        }
        return "";
    }
}
