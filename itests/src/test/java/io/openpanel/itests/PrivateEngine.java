package io.openpanel.itests;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An engine of a suite's own, to be frozen and killed. It shares the machine's network, so that the proxy reaches its
 * containers, but neither a bridge nor a rule of the firewall with the machine's own engine. What it stores lies on a
 * small file system of its own.
 */
final class PrivateEngine implements AutoCloseable {
    private static final int MEGABYTES = 512;

    private final Path folder;
    private final String bridge;
    private final Process containerd;
    private final Thread atExit = new Thread(this::end);
    private Process daemon;

    PrivateEngine() {
        try {
            folder = Files.createTempDirectory(Path.of("/tmp"), "op-engine");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.createDirectories(data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
        int number = (int) (ProcessHandle.current().pid() % 250);
        bridge = "opt" + ProcessHandle.current().pid();
        // The range that is set aside for measuring networks (RFC 2544): no project and no site has it.
        must("ip", "link", "add", bridge, "type", "bridge");
        must("ip", "address", "add", "198.18." + number + ".1/24", "dev", bridge);
        must("ip", "link", "set", bridge, "up");
        must("mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m,mode=711", "openpanel-test", data().toString());
        containerd = begin(
                "containerd",
                "--address",
                folder + "/c.sock",
                "--root",
                data() + "/containerd",
                "--state",
                folder + "/state",
                "--log-level",
                "error");
        Wait.until("containerd listens", Duration.ofSeconds(60), () -> Files.exists(folder.resolve("c.sock")));
        start();
        copyBaseImage();
    }

    /** Whether this machine and user can have one. */
    static boolean isPossible() {
        return "root".equals(System.getProperty("user.name"))
                && Files.isExecutable(Path.of("/usr/sbin/dockerd"))
                && Files.isExecutable(Path.of("/usr/bin/containerd"));
    }

    /** Where it stores everything. */
    Path data() {
        return folder.resolve("data");
    }

    String host() {
        return "unix://" + folder + "/d.sock";
    }

    /** Starts the daemon and waits until it answers. */
    void start() {
        daemon = begin(
                "dockerd",
                "-H",
                host(),
                "--data-root",
                data() + "/docker",
                "--exec-root",
                folder + "/run",
                "--pidfile",
                folder + "/pid",
                "--containerd",
                folder + "/c.sock",
                // Not none: in a shared network that would take docker0 away from the machine's engine.
                "--bridge=" + bridge,
                "--iptables=false",
                "--ip-masq=false",
                "--userland-proxy=false",
                "--dns",
                "127.0.0.1",
                "--shutdown-timeout",
                "5");
        Wait.until("the engine answers", Duration.ofMinutes(2), this::answers);
    }

    private boolean answers() {
        if (!daemon.isAlive()) {
            throw new AssertionError("The engine ended: " + log());
        }
        return docker("version").exitCode() == 0;
    }

    private String log() {
        try {
            String all = Files.readString(folder.resolve("dockerd.log"));
            return all.substring(Math.max(0, all.length() - 3000));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private void copyBaseImage() {
        String file = folder + "/base.tar";
        must("docker", "save", "-o", file, Sources.BASE);
        must("docker", "-H", host(), "load", "-i", file);
    }

    void freeze() {
        must("kill", "-STOP", String.valueOf(daemon.pid()));
    }

    void wake() {
        must("kill", "-CONT", String.valueOf(daemon.pid()));
    }

    /** Ends the daemon as a crash would; its containers run on until it is back. */
    void kill() {
        daemon.destroyForcibly();
        await(daemon);
    }

    boolean isRunning() {
        return daemon.isAlive();
    }

    /** Takes room away from what it stores. */
    void fill(Path file, long bytes) {
        must("fallocate", "-l", String.valueOf(bytes), file.toString());
    }

    Panel.Ran docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("timeout", "20", "docker", "-H", host()));
        command.addAll(List.of(arguments));
        return Panel.run(command, Map.of(), null);
    }

    /** The names of an app's containers, whether they run or not. */
    List<String> containers(String app) {
        Panel.Ran ran = docker("ps", "-a", "--filter", "label=op.app=" + app, "--format", "{{.Names}} {{.State}}");
        if (ran.exitCode() != 0) {
            throw new AssertionError(ran.output());
        }
        return ran.output().lines().toList();
    }

    private static void must(String... command) {
        Panel.Ran ran = Panel.run(List.of(command), Map.of(), null);
        if (ran.exitCode() != 0) {
            throw new AssertionError(List.of(command) + ": " + ran.output());
        }
    }

    private Process begin(String program, String... arguments) {
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

    private static void await(Process process) {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        end();
    }

    private void end() {
        if (daemon != null) {
            Panel.run(List.of("kill", "-CONT", String.valueOf(daemon.pid())), Map.of(), null);
            removeWhatIsLeft();
            daemon.destroy();
            await(daemon);
        }
        if (containerd != null) {
            containerd.destroy();
            await(containerd);
        }
        run("ip", "link", "delete", bridge);
        // The daemon mounts its own folder over itself and leaves that behind.
        run("umount", data() + "/docker");
        run("umount", data().toString());
        run("rm", "-rf", "--one-file-system", folder.toString());
    }

    private void removeWhatIsLeft() {
        List<String> ids = docker("ps", "-aq").output().lines().toList();
        if (!ids.isEmpty()) {
            List<String> remove = new ArrayList<>(List.of("rm", "-f"));
            remove.addAll(ids);
            docker(remove.toArray(String[]::new));
        }
        docker("network", "prune", "-f");
    }

    private static void run(String... command) {
        Panel.run(List.of(command), Map.of(), null);
    }
}
