package io.openpanel.docker.internal.build;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Image;
import io.openpanel.api.Ref;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.engine.PrivateEngine;
import io.openpanel.testkit.FakeCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine hangs, or the panel dies, in the middle of a build: nothing of it stays on the disk for good. */
@Tag("slow")
class BuildOutageTest {
    private static PrivateEngine own;
    private static TestEngine test;

    @TempDir
    Path workspace;

    private Path source;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        own = new PrivateEngine(Files.createTempDirectory(Path.of("/tmp"), "op-engine"));
        test = new TestEngine(own.host());
    }

    @AfterAll
    static void stop() {
        if (test != null) {
            test.close();
        }
        if (own != null) {
            own.close();
        }
    }

    @BeforeEach
    void makeSource() throws Exception {
        source = Files.createDirectories(workspace.resolve("source"));
        Files.writeString(source.resolve("page"), "made by " + workspace);
    }

    private static ImageBuild builds() {
        return new ImageBuild(test.engine, "/no/such/docker", DiskSpace::of, Duration.ofMinutes(5));
    }

    private void build(ImageBuild builds, FakeCall call) {
        BuildSpec spec = new BuildSpec(
                "source",
                Optional.empty(),
                "op-test-docker/outage:1",
                Optional.empty(),
                Optional.of(TestEngine.LABELS),
                Optional.empty(),
                Optional.empty());
        builds.build(call, workspace, spec);
    }

    private static FakeCall job() {
        return FakeCall.inJob("t000000000000001", new Ref("job", "outage"));
    }

    private static List<String> unnamed() {
        return test.client(docker -> docker.listImagesCmd().withDanglingFilter(true).exec().stream()
                .map(Image::getId)
                .toList());
    }

    /** As a build tells them: from the first to the last, without its base and without itself. */
    private static List<String> layers(String image) {
        return test.client(docker -> {
            LinkedList<String> made = new LinkedList<>();
            String base = docker.inspectImageCmd(TestEngine.IMAGE).exec().getId();
            String each = docker.inspectImageCmd(image).exec().getParent();
            while (!each.equals(base)) {
                made.addFirst(each.substring("sha256:".length()).substring(0, 12));
                each = docker.inspectImageCmd(each).exec().getParent();
            }
            return made;
        });
    }

    @Test
    void whatABuildMadeBeforeTheEngineHungIsRemovedWhenItIsBack() throws Exception {
        Files.writeString(
                source.resolve("Dockerfile"),
                "FROM " + TestEngine.IMAGE + "\nCOPY page /page\nRUN echo asleep && sleep 30\n");
        ImageBuild builds = builds();
        FakeCall call = job();
        CompletableFuture<Void> build = CompletableFuture.runAsync(() -> build(builds, call));
        await(() -> call.lines.stream().anyMatch(line -> line.endsWith("asleep")), Duration.ofSeconds(30));
        assertThat(unnamed()).hasSize(1);

        own.signal("STOP");
        await(() -> !test.engine.health().answers(), Duration.ofSeconds(20));
        assertThatThrownBy(() -> build.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("does not answer");
        builds.removeLeft();
        own.signal("CONT");
        await(() -> test.engine.health().answers(), Duration.ofSeconds(10));

        assertThat(unnamed()).as("still there").hasSize(1);
        builds.removeLeft();
        assertThat(unnamed()).isEmpty();
    }

    @Test
    void whatAnAttemptMadeThatDiedWithThePanelIsRemovedByTheNextOneThatFails() throws Exception {
        String dockerfile = "FROM " + TestEngine.IMAGE + "\nCOPY page /page\n";
        Files.writeString(source.resolve("Dockerfile"), dockerfile);
        build(builds(), job());
        List<String> made = layers("op-test-docker/outage:1");
        Files.write(workspace.resolve(Layers.NOTE), made);
        test.client(docker -> docker.removeImageCmd("op-test-docker/outage:1")
                .withNoPrune(true)
                .exec());
        assertThat(unnamed()).hasSize(1);

        Files.writeString(source.resolve("Dockerfile"), dockerfile + "RUN exit 7\n");
        FakeCall next = job();
        assertThatThrownBy(() -> build(builds(), next)).hasMessageContaining("The build failed");
        assertThat(next.log()).contains("Using cache");
        assertThat(unnamed()).isEmpty();
    }
}
