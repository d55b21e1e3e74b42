package io.openpanel.docker.internal.engine;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An engine of a test's own, to be frozen and killed: containerd beside it, so that containers outlive its daemon. */
public final class PrivateEngine implements AutoCloseable {
    private final Path folder;
    private final Process containerd;
    private Process daemon;

    public PrivateEngine(Path folder) {
        this.folder = folder;
        this.containerd = run(
                "containerd",
                "--address",
                folder + "/c.sock",
                "--root",
                folder + "/c/root",
                "--state",
                folder + "/c/state",
                "--log-level",
                "error");
        io.openpanel.docker.TestEngine.await(() -> Files.exists(folder.resolve("c.sock")), Duration.ofSeconds(20));
        start();
    }

    public static boolean isPossible() {
        return Files.isExecutable(Path.of("/usr/sbin/dockerd"))
                && Files.isExecutable(Path.of("/usr/bin/containerd"))
                && "root".equals(System.getProperty("user.name"));
    }

    private Process run(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        File log = folder.resolve(program + ".log").toFile();
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void start() {
        // In a network of its own: without a bridge it would take docker0 away from the engine of the machine.
        daemon = run(
                "unshare",
                "--net",
                "dockerd",
                "-H",
                "unix://" + folder + "/d.sock",
                "--data-root",
                folder + "/data",
                "--exec-root",
                folder + "/run",
                "--pidfile",
                folder + "/pid",
                "--containerd",
                folder + "/c.sock",
                "--bridge=none",
                "--iptables=false",
                "--live-restore");
    }

    public URI host() {
        return URI.create("unix://" + folder + "/d.sock");
    }

    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(daemon.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public void kill() {
        daemon.destroyForcibly();
        end(daemon);
    }

    private static void end(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        signal("CONT");
        daemon.destroy();
        end(daemon);
        containerd.destroy();
        end(containerd);
        // The daemon mounts its own folder over itself and leaves that behind.
        end(run("umount", folder + "/data"));
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
