package io.openpanel.dev;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The build as its author declared it, without the tests. */
final class MavenBuild {
    private static final String CLASS_PATH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath";

    private static final Pattern JAR = Pattern.compile(".*(?<!-sources|-javadoc|-tests)\\.jar");

    private final PluginFolder folder;

    MavenBuild(PluginFolder folder) {
        this.folder = folder;
    }

    /** @throws Failed with Maven's own errors */
    Path jar() {
        Path classPath = classPathFile();
        String said = run(List.of(
                "mvn",
                "-B",
                "-q",
                "package",
                CLASS_PATH,
                "-Dmaven.test.skip=true", // Reason: a save wants its jar at once; the author's build runs the tests.
                "-Dmdep.includeScope=compile",
                "-Dmdep.outputFile=" + classPath));
        try (Stream<Path> all = Files.list(folder.target())) {
            return all.filter(each -> JAR.matcher(each.toString()).matches())
                    .max(Comparator.comparingLong(each -> each.toFile().lastModified()))
                    .orElseThrow(() -> new Failed("Maven made no jar in " + folder.target() + ". " + said));
        } catch (IOException e) {
            throw new Failed("Maven made no jar: " + e.getMessage(), e);
        }
    }

    /** What the last build compiled against. */
    List<File> classPath() {
        try {
            return Stream.of(Files.readString(classPathFile()).strip().split(File.pathSeparator))
                    .filter(each -> !each.isEmpty())
                    .map(File::new)
                    .toList();
        } catch (IOException e) {
            throw new Failed("Maven did not say what it compiles against: " + e.getMessage(), e);
        }
    }

    private Path classPathFile() {
        return folder.target().resolve("dev/class-path");
    }

    private String run(List<String> command) {
        try {
            Files.createDirectories(classPathFile().getParent());
            Process maven = new ProcessBuilder(command)
                    .directory(folder.path().toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (maven.waitFor() != 0) {
                throw new Failed(errors(said));
            }
            return said;
        } catch (IOException e) {
            throw new Failed("Maven cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failed("It was interrupted", e);
        }
    }

    private static String errors(String said) {
        String errors = said.lines()
                .filter(line -> line.startsWith("[ERROR]") && !line.contains("[Help 1]") && !line.contains("re-run"))
                .limit(15)
                .collect(Collectors.joining("\n"));
        return errors.isEmpty() ? said : errors;
    }
}
