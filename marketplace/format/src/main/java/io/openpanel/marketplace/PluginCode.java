package io.openpanel.marketplace;

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
public final class PluginCode {
    private static final String API = "io/openpanel/api/";
    private static final String PANEL = API + "Panel";
    private static final Set<String> CALLS = Set.of("call", "stream");
    private static final String ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*\\.[a-z][a-z0-9]*(-[a-z0-9]+)*";

    private final Map<String, String> actions = new TreeMap<>();
    private final Set<String> topics = new TreeSet<>();
    private final Set<String> heard = new TreeSet<>();
    private final Set<String> called = new TreeSet<>();
    private final Map<String, Set<String>> inputs = new TreeMap<>();
    private final Map<String, List<String>> silent = new TreeMap<>();

    private PluginCode() {}

    /** Reads class files. */
    public static PluginCode of(Collection<Path> classFiles) {
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
    public Map<String, String> actions() {
        return actions;
    }

    /** Topics it publishes. */
    public Set<String> topics() {
        return topics;
    }

    /** Topic patterns it hears. */
    public Set<String> heard() {
        return heard;
    }

    /** Actions it calls, its own included. */
    public Set<String> called() {
        return called;
    }

    /** Action → components of its input that no {@code @Param} says anything about. */
    public Map<String, List<String>> silentInputs() {
        Map<String, List<String>> found = new TreeMap<>();
        inputs.forEach((action, records) -> records.stream()
                .map(each -> silent.getOrDefault(each, List.of()))
                .filter(each -> !each.isEmpty())
                .forEach(each -> found.put(action, each)));
        return found;
    }

    private void read(ClassNode type) throws AnalyzerException {
        annotation(type.visibleAnnotations, "Topic").ifPresent(topic -> topics.add(value(topic, "value")));
        Optional.ofNullable(type.recordComponents)
                .ifPresent(components -> silent.put(
                        type.name,
                        components.stream()
                                .filter(each -> annotation(each.visibleAnnotations, "Param")
                                        .map(param -> value(param, "value") + value(param, "kind"))
                                        .orElse("")
                                        .isEmpty())
                                .map(each -> each.name)
                                .toList()));
        for (MethodNode method : type.methods) {
            annotation(method.visibleAnnotations, "Action").ifPresent(action -> declare(action, method));
            annotation(method.visibleAnnotations, "On").ifPresent(on -> heard.add(value(on, "value")));
            readCalls(type, method);
        }
    }

    private void declare(AnnotationNode action, MethodNode method) {
        actions.put(value(action, "value"), value(action, "summary"));
        Set<String> records = new TreeSet<>();
        for (Type each : Type.getArgumentTypes(method.desc)) {
            records.add(each.getInternalName());
        }
        inputs.put(value(action, "value"), records);
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

    private static Optional<AnnotationNode> annotation(List<AnnotationNode> of, String type) {
        return Optional.ofNullable(of).orElse(List.of()).stream()
                .filter(each -> each.desc.equals('L' + API + type + ';'))
                .findFirst();
    }

    private static String value(AnnotationNode annotation, String name) {
        for (int i = 0; annotation.values != null && i + 1 < annotation.values.size(); i += 2) {
            if (annotation.values.get(i).equals(name)) {
                return String.valueOf(annotation.values.get(i + 1));
            }
        }
        return "";
    }
}
