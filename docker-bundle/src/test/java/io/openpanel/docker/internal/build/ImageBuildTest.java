package io.openpanel.docker.internal.build;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.Image;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.docker.FakePanel;
import io.openpanel.docker.ImageActions;
import io.openpanel.docker.ImageResources;
import io.openpanel.docker.TestEngine;
import io.openpanel.testkit.FakeCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ImageBuildTest {
    private static final String TEAM = "t000000000000001";
    private static final String TAG = "op-test-docker/app:1";
    private static final String NONE = "/no/such/docker";
    private static TestEngine test;

    @TempDir
    Path workspace;

    private Path source;

    @BeforeAll
    static void start() {
        test = new TestEngine();
    }

    @BeforeEach
    void makeSource() throws IOException {
        source = Files.createDirectories(workspace.resolve("source"));
    }

    @AfterEach
    void clean() {
        // What one test leaves asleep the next one would count.
        await(() -> sleeping() == 0, Duration.ofSeconds(30));
        test.clean();
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    private static ImageBuild builds(String docker) {
        return new ImageBuild(test.engine, docker, DiskSpace::of, Duration.ofMinutes(5));
    }

    private static ImageBuild builder(String docker) {
        ImageBuild builds = builds(docker);
        assumeTrue(docker.equals(NONE) || builds.usesBuildKit(), "needs the docker program with the buildx plugin");
        return builds;
    }

    private static FakeCall job(String id) {
        return FakeCall.inJob(TEAM, new Ref("job", id));
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(source.resolve(name).getParent());
        Files.writeString(source.resolve(name), text);
    }

    private static BuildSpec spec(Map<String, Secret> arguments) {
        return new BuildSpec(
                "source",
                Optional.empty(),
                TAG,
                Optional.of(arguments),
                Optional.of(TestEngine.LABELS),
                Optional.of(1d),
                Optional.of(256L << 20));
    }

    private static String output(String... command) {
        String id = test.client(docker -> {
            String made = docker.createContainerCmd(TAG)
                    .withCmd(command)
                    .withLabels(TestEngine.LABELS)
                    .exec()
                    .getId();
            docker.startContainerCmd(made).exec();
            return made;
        });
        await(() -> test.engine.refresh(id).orElseThrow().state().equals("exited"), Duration.ofSeconds(10));
        try {
            return io.openpanel.docker.Collected.all(new io.openpanel.docker.internal.logs.ContainerLog(
                            test.engine,
                            test.engine.refresh(id).orElseThrow(),
                            new io.openpanel.docker.internal.logs.LogRequest(
                                    Optional.empty(), false, Optional.empty(), Optional.empty())))
                    .untilOver(Duration.ofSeconds(10))
                    .items()
                    .stream()
                    .map(line -> line.line())
                    .sorted()
                    .collect(Collectors.joining("\n"));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Images without a name that a build with the marked step made; others build on this engine too. */
    private static List<String> dangling(String marker) {
        return test.client(docker -> docker.listImagesCmd().withDanglingFilter(true).exec().stream()
                .map(Image::getId)
                .filter(id -> docker.imageHistoryCmd(id).exec().stream()
                        .anyMatch(step -> String.valueOf(step.getCreatedBy()).contains(marker)))
                .toList());
    }

    private static List<String> containers(String marker) {
        return test
                .client(docker -> docker.listContainersCmd().withShowAll(true).exec())
                .stream()
                .filter(each -> String.valueOf(each.getCommand()).contains(marker))
                .map(each -> each.getId())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {NONE, "docker"})
    void aTreeBecomesAnImageWithItsLog(String docker) throws IOException {
        ImageBuild builds = builder(docker);
        write(
                "Dockerfile",
                "FROM openpanel-test/busybox:1\nARG WORD\nCOPY . /app\nRUN echo \"building-$WORD\" && printf '\\033[31mred\\033[0m\\n'\nCMD [\"ls\", \"/app\"]\n");
        write("index.html", "hello");
        write("node_modules/big.js", "x");
        write("logs/a.log", "x");
        write("logs/keep.log", "x");
        write(".dockerignore", "node_modules\n**/*.log\n!logs/keep.log\n");
        FakeCall call = job("j1");
        ImageBuild.Built built = builds.build(call, workspace, spec(Map.of("WORD", Secret.of("blue"))));
        assertThat(built.image()).startsWith("sha256:");
        assertThat(built.size()).isPositive();
        assertThat(call.log()).contains("building-blue").contains("red").doesNotContain("\u001B");
        assertThat(output("busybox", "find", "/app", "-type", "f"))
                .isEqualTo("/app/.dockerignore\n/app/Dockerfile\n/app/index.html\n/app/logs/keep.log");
        Map<String, String> labels =
                test.engine.snapshot().image(TAG).orElseThrow().labels();
        assertThat(labels)
                .as("none that a container inherits and the panel would take for its own")
                .containsOnly(Map.entry("op.origin", TEAM + "/j1"), Map.entry("op.test", "docker"));
        assertThat(workspace.resolve(".build-context.tar")).doesNotExist();
        assertThat(workspace.resolve(".build-pid")).doesNotExist();

        FakeCall again = job("j1");
        assertThat(builds.build(again, workspace, spec(Map.of())).image()).isEqualTo(built.image());
        assertThat(again.log()).contains("was built by an earlier attempt");
    }

    @ParameterizedTest
    @ValueSource(strings = {NONE, "docker"})
    void aFailingStepIsNamedAndNothingIsLeft(String docker) throws IOException {
        ImageBuild builds = builder(docker);
        String marker = "m" + System.nanoTime();
        write(
                "Dockerfile",
                "FROM openpanel-test/busybox:1\nRUN echo " + marker + " > /one\n" + "RUN echo " + marker
                        + " it goes wrong && exit 7\n");
        FakeCall call = job("j2");
        assertThatThrownBy(() -> builds.build(call, workspace, spec(Map.of())))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UPSTREAM))
                .hasMessageContaining("The build failed")
                .hasMessageContaining("7");
        assertThat(call.log()).contains("it goes wrong");
        assertThat(dangling(marker)).isEmpty();
        assertThat(containers(marker)).isEmpty();
    }

    @Test
    void whatOnlyBuildKitKnowsIsToldWithWhatToInstall() throws IOException {
        write("Dockerfile", "FROM openpanel-test/busybox:1\nRUN --mount=type=cache,target=/c true\n");
        assertThatThrownBy(() -> builds(NONE).build(job("mount"), workspace, spec(Map.of())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("BuildKit")
                .hasMessageContaining("plugin buildx");
    }

    @ParameterizedTest
    @ValueSource(strings = {NONE, "docker"})
    void cancellingReallyStopsIt(String docker) throws Exception {
        ImageBuild builds = builder(docker);
        String marker = "m" + System.nanoTime();
        write(
                "Dockerfile",
                "FROM openpanel-test/busybox:1\nRUN echo " + marker + " > /one\n" + "RUN echo " + marker
                        + " now-it-sleeps && sleep 333\n");
        FakeCall call = job("j3");
        Problem[] told = new Problem[1];
        Thread build = new Thread(() -> {
            try {
                builds.build(call, workspace, spec(Map.of()));
            } catch (Problem e) {
                told[0] = e;
            }
        });
        build.start();
        await(
                () -> call.lines.stream().anyMatch(line -> line.endsWith("now-it-sleeps")) && sleeping() == 1,
                Duration.ofSeconds(30));
        long start = System.nanoTime();
        call.cancel();
        build.join(10_000);
        assertThat(build.isAlive()).isFalse();
        assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(8000);
        assertThat(told[0]).isNotNull().hasMessageContaining("was cancelled");
        await(() -> sleeping() == 0 && containers(marker).isEmpty(), Duration.ofSeconds(10));
        assertThat(dangling(marker)).isEmpty();
    }

    @Test
    void appsThatServeComeBeforeWhatIsBuilt() throws Exception {
        String marker = "m" + System.nanoTime();
        write("Dockerfile", "FROM openpanel-test/busybox:1\nRUN echo " + marker + " && sleep 333\n");
        FakeCall call = job("light");
        CompletableFuture<Problem> build = start(builds(NONE), call);
        await(() -> sleeping() == 1, Duration.ofSeconds(30));
        String container = containers(marker).get(0);
        assertThat(test.client(docker -> docker.inspectContainerCmd(container).exec())
                        .getHostConfig()
                        .getCpuShares())
                .isEqualTo(ClassicBuilder.WEIGHT);
        call.cancel();
        build.get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = {NONE, "docker"})
    void oneThatTakesTooLongIsEndedAndGivesItsTurnBack(String docker) throws Exception {
        ImageBuild builds = new ImageBuild(test.engine, docker, DiskSpace::of, Duration.ofSeconds(4));
        assumeTrue(docker.equals(NONE) || builds.usesBuildKit(), "needs the docker program with the buildx plugin");
        write("Dockerfile", "FROM openpanel-test/busybox:1\nRUN echo " + System.nanoTime() + " && sleep 333\n");
        for (int i = 0; i < 2 * ImageBuild.AT_ONCE; i++) {
            assertThatThrownBy(() -> builds.build(job("late"), workspace, spec(Map.of())))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("took more than 4 s and was ended");
        }
        await(() -> sleeping() == 0, Duration.ofSeconds(10));
    }

    private static long sleeping() {
        return ProcessHandle.allProcesses()
                .filter(each -> Arrays.asList(each.info().arguments().orElse(new String[0]))
                        .contains("333"))
                .count();
    }

    @Test
    void aBuildThatWasCancelledBeforeItBeganDoesNotBegin() throws IOException {
        write("Dockerfile", "FROM openpanel-test/busybox:1\n");
        FakeCall call = job("j4");
        call.cancel();
        assertThatThrownBy(() -> builds(NONE).build(call, workspace, spec(Map.of())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("was cancelled");
    }

    @Test
    void aBuildWaitsWhileOthersTakeTheMachineAndItsWaitCanBeCancelled() throws Exception {
        write("Dockerfile", "FROM openpanel-test/busybox:1\nRUN sleep 333\n");
        ImageBuild builds = builds(NONE);
        List<FakeCall> first = new ArrayList<>();
        for (int i = 0; i < ImageBuild.AT_ONCE; i++) {
            FakeCall call = job("first" + i);
            first.add(call);
            start(builds, call);
        }
        await(() -> sleeping() == ImageBuild.AT_ONCE, Duration.ofSeconds(30));
        FakeCall next = job("next");
        CompletableFuture<Problem> waiting = start(builds, next);
        await(
                () -> next.lines.stream().anyMatch(line -> line.contains("Waiting for another build")),
                Duration.ofSeconds(10));
        assertThat(sleeping()).isEqualTo(ImageBuild.AT_ONCE);
        next.cancel();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).hasMessageContaining("was cancelled");

        FakeCall patient = job("patient");
        CompletableFuture<Problem> later = start(builds, patient);
        first.forEach(FakeCall::cancel);
        await(() -> patient.lines.stream().anyMatch(line -> line.startsWith("Building")), Duration.ofSeconds(20));
        patient.cancel();
        assertThat(later.get(10, TimeUnit.SECONDS)).hasMessageContaining("was cancelled");
    }

    /** What ended it. */
    private CompletableFuture<Problem> start(ImageBuild builds, FakeCall call) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        builds.build(call, workspace, spec(Map.of()));
                        return null;
                    } catch (Problem e) {
                        return e;
                    }
                },
                work -> new Thread(work).start());
    }

    @Test
    void withoutRoomNothingIsBuilt() throws IOException {
        write("Dockerfile", "FROM openpanel-test/busybox:1\n");
        ImageBuild full = new ImageBuild(
                test.engine,
                NONE,
                root -> Optional.of(new DiskSpace(100_000_000_000L, 9_900_000_000L)),
                Duration.ofMinutes(5));
        assertThatThrownBy(() -> full.build(job("j5"), workspace, spec(Map.of())))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE))
                .hasMessageContaining("Only 9.9 GB (9 %) are free in /")
                .hasMessageContaining("Delete images");
    }

    @Test
    void pathsThatLeadOutOfTheTreeAreRefused() throws IOException {
        write("Dockerfile", "FROM openpanel-test/busybox:1\n");
        Files.createSymbolicLink(source.resolve("passwd"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(workspace.resolve("etc"), Path.of("/etc"));
        for (String directory : List.of("..", "/etc", "etc", "source/../..")) {
            BuildSpec out = new BuildSpec(
                    directory,
                    Optional.empty(),
                    TAG,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            assertThatThrownBy(() -> builds(NONE).build(job("j6"), workspace, out))
                    .as(directory)
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("leads out");
        }
        for (String dockerfile : List.of("passwd", "../../x", "none/Dockerfile", "a\0b")) {
            BuildSpec out = new BuildSpec(
                    "source",
                    Optional.of(dockerfile),
                    TAG,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
            assertThatThrownBy(() -> builds(NONE).build(job("j6"), workspace, out))
                    .as(dockerfile)
                    .isInstanceOf(Problem.class);
        }
    }

    @Test
    void aNameThatIsTakenIsNotTakenAway() throws IOException {
        write("Dockerfile", "FROM openpanel-test/busybox:1\nLABEL a=b\n");
        BuildSpec taken = new BuildSpec(
                "source",
                Optional.empty(),
                TestEngine.IMAGE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> builds(NONE).build(job("j7"), workspace, taken))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is taken");
        builds(NONE).build(job("j7"), workspace, spec(Map.of()));
        assertThatThrownBy(
                        () -> builds(NONE).build(FakeCall.inJob("t2", new Ref("job", "j8")), workspace, spec(Map.of())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is taken");
    }

    @Test
    void whatAKilledPanelLeftRunningIsEndedFirst() throws Exception {
        write("Dockerfile", "FROM openpanel-test/busybox:1\nLABEL c=d\n");
        Process left = new ProcessBuilder("sleep", "300").start();
        Files.writeString(
                workspace.resolve(".build-pid"),
                left.pid() + " " + ChildProcess.startTime(left.pid()).orElseThrow());
        FakeCall call = job("j9");
        builds(NONE).build(call, workspace, spec(Map.of()));
        assertThat(left.isAlive()).isFalse();
        assertThat(call.log()).contains("earlier attempt left running");

        Process other = new ProcessBuilder("sleep", "300").start();
        Files.writeString(workspace.resolve(".build-pid"), other.pid() + " 1");
        assertThat(ChildProcess.endLeftover(workspace)).isFalse();
        assertThat(other.isAlive()).isTrue();
        other.destroy();
    }

    @Test
    void imagesAreListedShownAndDeletedUnlessUsed() throws IOException {
        write(
                "Dockerfile",
                "FROM openpanel-test/busybox:1\nENV SECRET=canary-12ab\nEXPOSE 8080\nCMD [\"sleep\", \"60\"]\n");
        FakePanel panel = new FakePanel(workspace);
        ImageActions images = new ImageActions(test.engine, builds(NONE), new ImagePull(test.engine), panel);
        ImageResources resources = new ImageResources(test.engine);
        ImageBuild.Built built = images.build(job("j10"), spec(Map.of()));
        Ref ref = resources.find(TAG).orElseThrow().ref();
        assertThat(built.image()).startsWith("sha256:" + ref.id());
        assertThat(resources.find(ref.id()).orElseThrow().team()).contains(new Ref("team", TEAM));
        assertThat(resources.kind() + resources.plural()).isEqualTo("imageimages");

        FakeCall call = FakeCall.ofTeam(TEAM);
        ImageActions.Listing all = new ImageActions.Listing(
                Optional.of("op-test-docker"), Optional.empty(), Optional.empty(), Optional.of("-createdAt"));
        assertThat(images.list(call, all).items())
                .extracting(ImageActions.Item::name)
                .containsExactly(TAG);
        assertThat(images.list(FakeCall.ofTeam("t2"), all).items()).isEmpty();
        ImageActions.Detail detail = images.get(call, new ImageActions.One(ref));
        assertThat(detail.ports()).containsExactly(8080);
        assertThat(detail.environmentNames()).contains("SECRET");
        assertThat(detail.command()).containsExactly("sleep", "60");
        assertThat(detail.toString()).doesNotContain("canary");

        String user = test.client(docker -> docker.createContainerCmd(TAG)
                .withName("op-test-docker-user")
                .withLabels(TestEngine.LABELS)
                .exec()
                .getId());
        test.engine.refresh(user);
        assertThatThrownBy(() -> images.delete(call, new ImageActions.Deleting(ref)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT))
                .hasMessageContaining("is used by op-test-docker-user");
        test.client(docker -> docker.removeContainerCmd(user).exec());
        test.engine.refresh(user);
        images.delete(call, new ImageActions.Deleting(ref));
        assertThat(resources.find(TAG)).isEmpty();
    }

    @Test
    void aPullThatFailsSaysWhatTheEngineSaid() {
        ImageActions images =
                new ImageActions(test.engine, builds(NONE), new ImagePull(test.engine), new FakePanel(workspace));
        assertThatThrownBy(() -> images.pull(job("j11"), new ImageActions.Pulling("127.0.0.1:9/no/such:1")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Cannot pull the image 127.0.0.1:9/no/such:1")
                .hasMessageContaining("dial tcp 127.0.0.1:9");
    }
}
