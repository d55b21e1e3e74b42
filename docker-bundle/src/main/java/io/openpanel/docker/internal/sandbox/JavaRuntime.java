package io.openpanel.docker.internal.sandbox;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The Java that runs the panel, cut down to what a plugin gets of it. */
final class JavaRuntime {
    private static final String MODULES = "java.base,java.logging,java.management,java.naming,java.net.http,java.sql,"
            + "java.xml,jdk.crypto.ec,jdk.unsupported,jdk.zipfs";
    private static final long LONGEST_SECONDS = 180;
    /** Of a whole JDK; nothing that runs needs them. */
    private static final List<String> LEFT_OUT =
            List.of("jmods", "include", "man", "demo", "legal", "docs", "src.zip", "ct.sym", "jfr");

    private final Path home;

    JavaRuntime(Path home) {
        this.home = home;
    }

    Path home() {
        return home;
    }

    /** Changes with the Java. */
    String version() {
        try {
            Path modules = home.resolve("lib/modules");
            return System.getProperty("java.vm.version")
                    + ' '
                    + Files.size(modules)
                    + ' '
                    + Files.getLastModifiedTime(modules).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException("The Java at " + home + " cannot be read", e);
        }
    }

    /** Makes a small one below the folder where this one can (a JDK); else gives the one that runs, to be copied. */
    Path cutDown(Path folder) {
        Path linker = home.resolve("bin/jlink");
        if (!Files.isExecutable(linker) || !Files.isDirectory(home.resolve("jmods"))) {
            return home;
        }
        Path made = folder.resolve("java");
        Process process = null;
        try {
            process = new ProcessBuilder(
                            linker.toString(),
                            "--add-modules",
                            MODULES,
                            "--strip-debug",
                            "--no-header-files",
                            "--no-man-pages",
                            "--output",
                            made.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("jlink.log").toFile())
                    .start();
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new Problem(Problem.Kind.TIMEOUT, "jlink did not end within " + LONGEST_SECONDS + " s");
            }
            return process.exitValue() == 0 ? made : home;
        } catch (IOException e) {
            return home;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    /** The files of a runtime that are needed to run. */
    static List<Path> files(Path runtime) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String part : List.of("bin/java", "lib", "conf", "release")) {
            Path top = runtime.resolve(part);
            if (!Files.exists(top)) {
                continue;
            }
            try (Stream<Path> found = Files.walk(top, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
                found.filter(Files::isRegularFile)
                        .filter(Files::isReadable)
                        .filter(each -> !LEFT_OUT.contains(each.getFileName().toString()))
                        .filter(each -> !each.toString().endsWith(".debuginfo"))
                        .sorted(Comparator.comparing(Path::toString))
                        .forEach(files::add);
            }
        }
        return files;
    }
}
