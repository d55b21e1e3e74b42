package io.openpanel.dev;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The compiler and bnd in this process: the same jar as Maven's, without Maven's start. */
final class QuickBuild {
    private final PluginFolder folder;
    private final Pom pom;
    private final List<File> classPath;
    private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    QuickBuild(PluginFolder folder, Pom pom, List<File> classPath) {
        this.folder = folder;
        this.pom = pom;
        this.classPath = classPath;
    }

    /** @throws Failed with the compiler's errors, or bnd's */
    Path jar() {
        Path classes = folder.target().resolve("dev/classes");
        Path jar = folder.target().resolve("dev/" + pom.artifactId() + ".jar");
        try {
            clear(classes);
            compile(classes);
            copyResources(classes);
            pack(classes, jar);
            return jar;
        } catch (IOException e) {
            throw new Failed("The jar cannot be made: " + e.getMessage(), e);
        }
    }

    private static void clear(Path classes) throws IOException {
        if (Files.exists(classes)) {
            try (Stream<Path> all = Files.walk(classes)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        Files.createDirectories(classes);
    }

    private void compile(Path classes) throws IOException {
        List<Path> sources = PluginFolder.files(folder.sources()).stream()
                .filter(each -> each.toString().endsWith(".java"))
                .toList();
        List<String> options = new ArrayList<>(List.of(
                "-d",
                classes.toString(),
                "-classpath",
                classPath.stream().map(File::getPath).collect(Collectors.joining(File.pathSeparator)),
                "--release",
                pom.release(),
                "-g",
                "-nowarn"));
        if (pom.parameters()) {
            options.add("-parameters");
        }
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(said, null, StandardCharsets.UTF_8)) {
            boolean well = compiler.getTask(
                            null, files, said, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            if (!well) {
                throw new Failed(said.getDiagnostics().stream()
                        .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                        .map(this::line)
                        .limit(15)
                        .collect(Collectors.joining("\n")));
            }
        }
    }

    private String line(Diagnostic<? extends JavaFileObject> error) {
        String where = error.getSource() == null
                ? ""
                : folder.path().relativize(Path.of(error.getSource().toUri())) + ":" + error.getLineNumber() + ": ";
        return where + error.getMessage(null);
    }

    private void copyResources(Path classes) throws IOException {
        for (Path file : PluginFolder.files(folder.resources())) {
            Path copy = classes.resolve(folder.resources().relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
    }

    private void pack(Path classes, Path jar) throws IOException {
        try (Builder builder = new Builder()) {
            builder.setBase(folder.path().toFile());
            builder.setProperty("Bundle-SymbolicName", pom.artifactId());
            builder.setProperty("Bundle-Name", pom.name());
            builder.setProperty("Bundle-Version", pom.version());
            pom.description().ifPresent(text -> builder.setProperty("Bundle-Description", text));
            builder.addProperties(pom.bnd());
            Jar content = new Jar(pom.artifactId(), classes.toFile());
            content.setManifest(new Manifest());
            builder.setJar(content);
            for (File each : classPath) {
                builder.addClasspath(each);
            }
            Jar made = builder.build();
            if (!builder.isOk()) {
                throw new Failed(String.join("\n", builder.getErrors()));
            }
            made.write(jar.toFile());
        } catch (IOException e) {
            throw e;
        } catch (Failed e) {
            throw e;
        } catch (Exception e) {
            throw new Failed("bnd could not make the jar: " + e.getMessage(), e);
        }
    }
}
