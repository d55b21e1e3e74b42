package io.openpanel.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

/** The engine of this machine, and what tests leave on it taken away again. */
public final class TestEngine implements AutoCloseable {
    public static final String IMAGE = "openpanel-test/busybox:1";
    public static final Map<String, String> LABELS = Map.of("op.test", "docker");
    public final DockerEngine engine;

    public TestEngine() {
        this(URI.create(Optional.ofNullable(System.getenv("DOCKER_HOST")).orElse("unix:///var/run/docker.sock")));
    }

    public TestEngine(URI host) {
        engine = new DockerEngine(host, InstantSource.system());
        await(() -> engine.health().answers(), Duration.ofSeconds(30));
        makeImage(host);
    }

    /** On an engine that has never seen a test, too; no registry is asked. */
    private static void makeImage(URI host) {
        ProcessBuilder make = new ProcessBuilder("bash", "-c", "source ../itests/lib/suite.sh && make_base_image");
        make.environment().put("DOCKER_HOST", host.toString());
        make.redirectErrorStream(true);
        try {
            Process running = make.start();
            String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(running.waitFor()).as(said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public <T> T client(Function<DockerClient, T> work) {
        return engine.call("test", work);
    }

    /** Waits until something is so. */
    public static void await(Callable<Boolean> condition, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (!condition.call()) {
                assertThat(System.nanoTime()).as("waited %s in vain", limit).isLessThan(end);
                Thread.sleep(20);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes every container, network, volume and image labelled by these tests. */
    public void clean() {
        List<String> label = List.of("op.test=docker");
        client(docker -> {
            Stream.concat(
                            docker.listContainersCmd().withShowAll(true).withLabelFilter(label).exec().stream(),
                            docker
                                    .listContainersCmd()
                                    .withShowAll(true)
                                    .withNameFilter(List.of("op-test-docker"))
                                    .exec()
                                    .stream())
                    .map(Container::getId)
                    .distinct()
                    .forEach(id -> docker.removeContainerCmd(id)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
            docker.listNetworksCmd().exec().stream()
                    .filter(each -> each.getName().startsWith("op-test-docker"))
                    .forEach(each -> docker.removeNetworkCmd(each.getId()).exec());
            docker.listVolumesCmd().exec().getVolumes().stream()
                    .filter(each -> each.getName().startsWith("op-test-docker"))
                    .forEach(each -> docker.removeVolumeCmd(each.getName()).exec());
            docker.listImagesCmd().withLabelFilter(LABELS).exec().stream()
                    .flatMap(each ->
                            each.getRepoTags() == null ? Stream.of(each.getId()) : Stream.of(each.getRepoTags()))
                    .forEach(each -> docker.removeImageCmd(each).withForce(true).exec());
            return null;
        });
    }

    @Override
    public void close() {
        if (engine.health().answers()) {
            clean();
        }
        engine.close();
    }
}
