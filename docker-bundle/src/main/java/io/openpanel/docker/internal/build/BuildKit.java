package io.openpanel.docker.internal.build;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Builds with BuildKit by way of the docker program, which alone speaks its protocol. */
final class BuildKit implements Builder {
    private static final long PROBE_SECONDS = 10;
    private static final List<String> KEPT = List.of("PATH", "HOME", "LANG", "TMPDIR", "DOCKER_CONFIG");

    private final DockerEngine engine;
    private final String docker;
    private final CompletableFuture<Boolean> available = new CompletableFuture<>();

    /** @param docker the program's name or path */
    BuildKit(DockerEngine engine, String docker) {
        this.engine = engine;
        this.docker = docker;
        Thread probe = new Thread(() -> available.complete(probe()), "docker-buildx-probe");
        probe.setDaemon(true);
        probe.start();
    }

    /** Whether the docker program of this machine has the buildx plugin. */
    boolean isAvailable() {
        try {
            // Not by completeOnTimeout: its thread belongs to the whole JVM and would keep this bundle's class loader.
            return available.get(PROBE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean probe() {
        try {
            Process process = program(List.of(docker, "buildx", "version"), Map.of())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private ProcessBuilder program(List<String> arguments, Map<String, String> environment) {
        ProcessBuilder program = new ProcessBuilder(arguments).redirectErrorStream(true);
        program.environment().keySet().retainAll(KEPT);
        program.environment().put("DOCKER_HOST", engine.host().toString());
        program.environment().put("DOCKER_BUILDKIT", "1");
        program.environment().putAll(environment);
        return program;
    }

    @Override
    public void build(Call call, BuildOrder order) {
        ChildProcess child = new ChildProcess(order.workspace());
        call.onCancel(child::end);
        BuildLines lines = new BuildLines(call);
        try (TimeLimit limit = new TimeLimit(order.longest(), child::end)) {
            int exit = run(child, order, lines);
            if (limit.isOver()) {
                throw limit.problem(order.tag());
            }
            if (child.wasEnded()) {
                throw new Problem(Problem.Kind.CONFLICT, "The build of " + order.tag() + " was cancelled");
            }
            if (exit != 0) {
                throw new Problem(
                        Problem.Kind.UPSTREAM,
                        "The build failed: " + lines.end()
                                + ". The last lines of the log say which step; correct it and deploy again");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + docker, e);
        } finally {
            child.end();
            child.forget();
        }
    }

    private int run(ChildProcess child, BuildOrder order, BuildLines lines) throws IOException {
        // Values travel in the environment: what stands on a command line every user of the machine can read.
        Map<String, String> environment = new TreeMap<>();
        order.arguments().forEach((name, value) -> environment.put(name, value.reveal()));
        ProcessBuilder program =
                program(command(order), environment).directory(order.workspace().toFile());
        Process process = child.start(program).orElse(null);
        if (process == null) {
            return -1;
        }
        process.getOutputStream().close();
        try (Reader output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            char[] buffer = new char[8192];
            for (int got = output.read(buffer); got >= 0; got = output.read(buffer)) {
                lines.text(new String(buffer, 0, got));
            }
            lines.flush();
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        } catch (IOException e) {
            if (child.wasEnded()) {
                return -1;
            }
            throw e;
        }
    }

    private List<String> command(BuildOrder order) {
        List<String> command = new ArrayList<>(List.of(
                docker,
                "buildx",
                "build",
                "--builder",
                "default",
                "--progress=plain",
                "--load",
                "--tag",
                order.tag(),
                "--file",
                order.directory().resolve(order.dockerfile()).toString()));
        order.labels().forEach((name, value) -> command.addAll(List.of("--label", name + '=' + value)));
        order.arguments().keySet().forEach(name -> command.addAll(List.of("--build-arg", name)));
        Path tree = order.directory();
        command.add(tree.toString());
        return command;
    }
}
