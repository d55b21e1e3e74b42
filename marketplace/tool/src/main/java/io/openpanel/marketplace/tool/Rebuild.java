package io.openpanel.marketplace.tool;

import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.marketplace.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Builds a plugin again from its signed sources, with its tests, on the machine of whoever keeps the marketplace. */
final class Rebuild {
    /** One of the tests of {@code PluginContract}: whoever inherits it has it in their report. */
    private static final Pattern CONTRACT = Pattern.compile("<testcase name=\"unloads[^\"]*\"[^>]*/>");

    private static final Pattern FAILED = Pattern.compile("<testsuite [^>]*(?:errors|failures)=\"[1-9]");

    private final Path clone;
    private final InstantSource clock;

    Rebuild(Path clone, InstantSource clock) {
        this.clone = clone;
        this.clock = clock;
    }

    /**
     * Builds the commit that is checked out.
     *
     * @throws Refused when nobody known signed the commit, a test fails, the contract is not tested, or the bytes differ
     */
    Index.Source of(PluginFile published) {
        String revision = run(clone, "git", "rev-parse", "HEAD").strip();
        String signer = signer(revision);
        Path work = temporary();
        try {
            run(clone, "git", "clone", "--quiet", "--no-hardlinks", ".", work.toString());
            run(work, "git", "-c", "advice.detachedHead=false", "checkout", "--quiet", revision);
            run(work, "mvn", "-B", "-q", "verify");
            requireContract(work);
            requireSame(work, published);
            String repository = run(clone, "git", "config", "--default", "", "--get", "remote.origin.url")
                    .strip();
            return new Index.Source(repository, revision, signer, clock.instant());
        } finally {
            delete(work);
        }
    }

    private String signer(String revision) {
        try {
            run(clone, "git", "verify-commit", revision);
        } catch (Refused e) {
            throw new Refused(
                    "The commit " + revision + " is not signed by anybody this machine's git knows: sign it, or"
                            + " tell git whose keys count (gpg, or gpg.ssh.allowedSignersFile). " + e.getMessage());
        }
        return run(clone, "git", "log", "-1", "--format=%GS", revision).strip();
    }

    private static void requireContract(Path work) {
        List<String> reports = files(work.resolve("target/surefire-reports"), ".xml").stream()
                .map(Rebuild::text)
                .toList();
        if (reports.stream().anyMatch(report -> FAILED.matcher(report).find())) {
            throw new Refused("A test of it fails");
        }
        if (reports.stream().noneMatch(report -> CONTRACT.matcher(report).find())) {
            throw new Refused("None of its tests inherits PluginContract");
        }
    }

    private static void requireSame(Path work, PluginFile published) {
        List<String> built = files(work.resolve("target"), ".jar").stream()
                .filter(each -> each.getParent().equals(work.resolve("target")))
                .map(each -> PluginFile.read(each).sha256())
                .toList();
        if (!built.contains(published.sha256())) {
            throw new Refused("Its sources make other bytes: " + built + ", published is " + published.sha256()
                    + "; project.build.outputTimestamp in pom.xml makes them the same each time, with the same JDK");
        }
    }

    private static String run(Path folder, String... command) {
        try {
            Path errors = Files.createTempFile("rebuild", ".log");
            try {
                Process process = new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(errors.toFile())
                        .start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new Refused(String.join(" ", command) + " failed: "
                            + (said + Files.readString(errors))
                                    .lines()
                                    .limit(20)
                                    .collect(Collectors.joining("\n")));
                }
                return said;
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new Refused(command[0] + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused("It was interrupted", e);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("rebuild");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(each -> each.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
