package io.openpanel.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.docker.internal.logs.LogLine;
import io.openpanel.docker.internal.network.Networks;
import io.openpanel.docker.internal.network.NetworksTest;
import io.openpanel.docker.internal.run.ContainerPower;
import io.openpanel.docker.internal.run.ContainerRun;
import io.openpanel.docker.internal.run.ContainerSpec;
import io.openpanel.docker.internal.stats.Sampler;
import io.openpanel.docker.internal.stats.Stats;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ContainerActionsTest {
    private static final String TEAM = "t000000000000001";
    private static final Ref APP = new Ref("app", "a000000000000001");
    private static TestEngine test;
    private static Sampler sampler;
    private static ContainerActions actions;
    private static NetworkActions networks;
    private final FakeCall call = FakeCall.ofTeam(TEAM);

    @BeforeAll
    static void start() {
        test = new TestEngine();
        Networks made = NetworksTest.networks(test.engine);
        sampler = new Sampler(test.engine, InstantSource.system());
        actions = new ContainerActions(
                test.engine,
                new ContainerRun(test.engine, made),
                new ContainerPower(test.engine),
                sampler,
                InstantSource.system());
        networks = new NetworkActions(made);
    }

    @AfterEach
    void clean() {
        test.clean();
    }

    @AfterAll
    static void stop() {
        sampler.close();
        test.close();
    }

    /** A spec whose parts are set by name. */
    private static final class Spec {
        private final String name;
        private Map<String, Secret> environment = Map.of();
        private List<String> command = List.of("sleep", "600");
        private Optional<String> network = Optional.empty();
        private List<ContainerSpec.Volume> volumes = List.of();
        private Optional<ContainerSpec.HealthCheck> health = Optional.empty();
        private Optional<ContainerSpec.Restart> restart = Optional.empty();
        private Optional<Ref> app = Optional.empty();
        private Map<String, String> labels = TestEngine.LABELS;
        private Optional<Double> cpus = Optional.empty();
        private Optional<Long> memory = Optional.empty();

        Spec(String name) {
            this.name = "op-test-docker-" + name;
        }

        ContainerSpec made() {
            return new ContainerSpec(
                    name,
                    TestEngine.IMAGE,
                    Optional.of(environment),
                    Optional.of(List.of("PORT")),
                    Optional.of(command),
                    network,
                    network.map(any -> List.of("web")),
                    Optional.of(volumes),
                    Optional.of(8080),
                    cpus,
                    memory,
                    restart,
                    health,
                    Optional.of(new HashMap<>(labels)),
                    app,
                    Optional.of("d000000000000001"));
        }
    }

    private FakeCall job(String id) {
        return FakeCall.inJob(TEAM, new Ref("job", id));
    }

    private ContainerActions.Listing all() {
        return listing(Optional.empty(), Optional.empty());
    }

    private static ContainerActions.Listing listing(Optional<Ref> app, Optional<String> search) {
        return new ContainerActions.Listing(
                app, Optional.empty(), search, Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void aContainerThatWasRunIsInTheNextList() {
        Spec spec = new Spec("one");
        spec.app = Optional.of(APP);
        ContainerActions.Ran ran = actions.run(job("j1"), spec.made());

        ContainerActions.Item item = actions.list(call, listing(Optional.of(APP), Optional.of("op-test-docker")))
                .items()
                .get(0);
        assertThat(item.container()).isEqualTo(ran.container());
        assertThat(item.status()).isEqualTo("Running");
        assertThat(item.id()).hasSize(64).startsWith(ran.container().id());
        assertThat(item.app()).contains(APP);
        assertThat(item.deployment()).contains("d000000000000001");
        assertThat(item.ports()).containsExactly(Map.of("private", 8080, "protocol", "tcp"));
        assertThat(item.labels())
                .containsEntry("op.managed", "true")
                .containsEntry("op.team", TEAM)
                .containsEntry("op.job", "j1")
                .containsEntry("op.app", APP.id());
    }

    @Test
    void itGetsTheDefaultsAndNothingThatReachesTheMachine() {
        Spec spec = new Spec("defaults");
        spec.cpus = Optional.of(0.5);
        spec.memory = Optional.of(64L << 20);
        String id = actions.run(job("j1"), spec.made()).container().id();
        InspectContainerResponse seen =
                test.client(docker -> docker.inspectContainerCmd(id).exec());
        assertThat(seen.getHostConfig().getPrivileged()).isFalse();
        assertThat(seen.getHostConfig().getCapAdd()).isNullOrEmpty();
        assertThat(seen.getHostConfig().getBinds()).isNullOrEmpty();
        assertThat(seen.getHostConfig().getDevices()).isNullOrEmpty();
        assertThat(seen.getHostConfig().getRestartPolicy().getName()).isEqualTo("unless-stopped");
        assertThat(seen.getHostConfig().getLogConfig().getConfig())
                .containsEntry("max-size", "10m")
                .containsEntry("max-file", "3");
        ContainerActions.Detail detail = actions.get(call, new ContainerActions.One(new Ref("container", id)));
        assertThat(detail.limits().cpus()).contains(0.5);
        assertThat(detail.limits().memory()).contains(64L << 20);
        assertThat(detail.restartPolicy()).isEqualTo("unless-stopped");
        assertThat(detail.command()).endsWith("sleep", "600");
    }

    @Test
    void ofItsEnvironmentOnlyTheNamesAreShown() {
        Spec spec = new Spec("env");
        spec.environment = Map.of("TOKEN", Secret.of("canary-7f3a"));
        Ref made = actions.run(job("j1"), spec.made()).container();
        ContainerActions.Detail detail = actions.get(call, new ContainerActions.One(made));
        assertThat(detail.environmentNames()).contains("TOKEN");
        assertThat(detail.toString()
                        + actions.list(call, all())
                        + test.engine.snapshot().containers())
                .doesNotContain("canary-7f3a");
        String[] inside = test.client(docker ->
                docker.inspectContainerCmd(made.id()).exec().getConfig().getEnv());
        assertThat(inside).contains("TOKEN=canary-7f3a");
    }

    @Test
    void theSameJobFindsItsContainerAgain() {
        ContainerActions.Ran first = actions.run(job("j1"), new Spec("again").made());
        assertThat(actions.run(job("j1"), new Spec("again").made()).container()).isEqualTo(first.container());
        assertThatThrownBy(() -> actions.run(job("j2"), new Spec("again").made()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT))
                .hasMessageContaining("is taken");
    }

    @Test
    void aContainerThatCannotStartIsRemovedAndSaysWhy() {
        Spec spec = new Spec("broken");
        spec.volumes = List.of(new ContainerSpec.Volume("op-test-docker-broken", "/proc/inside"));
        assertThatThrownBy(() -> actions.run(job("j1"), spec.made()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UPSTREAM))
                .hasMessageContaining("inside /proc");
        assertThat(actions.list(call, listing(Optional.empty(), Optional.of("broken")))
                        .items())
                .isEmpty();
        List<Container> left = test.client(docker -> docker.listContainersCmd()
                .withShowAll(true)
                .withNameFilter(List.of("docker-broken"))
                .exec());
        assertThat(left).isEmpty();
    }

    @Test
    void anImageThatIsNotThereIsMissing() {
        ContainerSpec wanted = new Spec("imageless").made();
        ContainerSpec spec = new ContainerSpec(
                wanted.name(),
                "no/such:image",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> actions.run(job("j1"), spec))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no image 'no/such:image'");
    }

    @Test
    void whatAContainerPrintsOfItsSecretsIsMaskedInItsLog() throws Exception {
        Spec spec = new Spec("secrets");
        spec.environment = Map.of("TOKEN", Secret.of("hunter-2000"), "PORT", Secret.of("18080"));
        spec.command = List.of("sh", "-c", "echo port $PORT token $TOKEN; echo -n $TOKEN | base64; sleep 600");
        Ref made = actions.run(job("j1"), spec.made()).container();
        ContainerActions.Reading whole = new ContainerActions.Reading(
                made, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        TestEngine.await(() -> read(made, whole).size() == 2, Duration.ofSeconds(20));
        assertThat(read(made, whole).stream().map(LogLine::line)).containsExactly("port 18080 token •••", "•••");
    }

    @Test
    void aPersonCannotSetLabelsThatSteerOthers() {
        Spec spec = new Spec("labels");
        for (String name :
                List.of("op.team", "traefik.enable", "caddy", "com.docker.compose.project", "Traefik.http")) {
            spec.labels = Map.of(name, "x");
            assertThatThrownBy(() -> actions.run(call, spec.made()))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void itsAddressStaysTheSameOverRestartsAndIsNotGivenAway() {
        String network = networks.ensure(call, new NetworkActions.Ensuring("op-test-docker-fixed", Optional.empty()))
                .network();
        Spec one = new Spec("fixed-1");
        one.network = Optional.of(network);
        ContainerActions.Ran first = actions.run(job("j1"), one.made());
        actions.stop(call, new ContainerActions.Stopping(first.container(), Optional.of(Duration.ZERO)));
        Spec two = new Spec("fixed-2");
        two.network = Optional.of(network);
        ContainerActions.Ran second = actions.run(job("j1"), two.made());
        assertThat(second.address()).isNotEqualTo(first.address());

        actions.start(call, new ContainerActions.Starting(first.container(), Optional.of(Duration.ofSeconds(10))));
        assertThat(actions.get(call, new ContainerActions.One(first.container()))
                        .addresses())
                .containsEntry(network, first.address().orElseThrow());
        assertThatThrownBy(() -> networks.delete(call, new NetworkActions.Deleting(network)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is used by op-test-docker-fixed-1, op-test-docker-fixed-2");
        actions.delete(call, new ContainerActions.Deleting(first.container(), Optional.of(true)));
        actions.delete(call, new ContainerActions.Deleting(second.container(), Optional.of(true)));
        assertThat(networks.delete(call, new NetworkActions.Deleting(network)).deleted())
                .isTrue();
        assertThat(networks.delete(call, new NetworkActions.Deleting(network)).deleted())
                .isFalse();
    }

    @Test
    void aVolumeOfAnotherTeamIsRefused() {
        Spec spec = new Spec("volume");
        spec.volumes = List.of(new ContainerSpec.Volume("op-test-docker-data", "/data"));
        Ref made = actions.run(job("j1"), spec.made()).container();
        assertThat(actions.get(call, new ContainerActions.One(made)).mounts())
                .containsExactly(new ContainerActions.Mount("volume", "op-test-docker-data", "/data", false));
        Spec foreign = new Spec("volume-2");
        foreign.volumes = spec.volumes;
        assertThatThrownBy(() -> actions.run(FakeCall.inJob("t000000000000002", new Ref("job", "j9")), foreign.made()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("does not belong to this team");
    }

    @Test
    void aListShowsOnlyWhatIsWithinReach() {
        Spec spec = new Spec("reach");
        spec.app = Optional.of(APP);
        Ref made = actions.run(job("j1"), spec.made()).container();
        Reach nothing = new Reach(false, Set.of());
        Reach app = new Reach(false, Set.of(APP));
        assertThat(refs(FakeCall.ofTeam("t000000000000002"))).doesNotContain(made);
        assertThat(refs(FakeCall.reaching(TEAM, nothing))).isEmpty();
        assertThat(refs(FakeCall.reaching(TEAM, app))).containsExactly(made);
        assertThat(refs(call)).contains(made);
    }

    private List<Ref> refs(FakeCall by) {
        return actions.list(by, all()).items().stream()
                .map(ContainerActions.Item::container)
                .toList();
    }

    @Test
    void whereItsProgramsListenIsShown() {
        Spec spec = new Spec("listens");
        spec.command =
                List.of("sh", "-c", "busybox httpd -p 127.0.0.1:8080 -h /www; exec busybox httpd -f -p 3000 -h /www");
        Ref listens = actions.run(job("j1"), spec.made()).container();
        Ref silent = actions.run(job("j2"), new Spec("silent").made()).container();

        TestEngine.await(
                () -> actions.get(call, new ContainerActions.One(listens)).listening().stream()
                        .map(each -> each.port() + (each.address().startsWith("127.") ? " inside" : ""))
                        .sorted()
                        .toList()
                        .equals(List.of("3000", "8080 inside")),
                Duration.ofSeconds(10));
        assertThat(actions.get(call, new ContainerActions.One(silent)).listening())
                .isEmpty();
    }

    @Test
    void everyVerbShowsInTheStatus() {
        Ref one = actions.run(job("j1"), new Spec("verbs").made()).container();
        ContainerActions.One in = new ContainerActions.One(one);
        assertThat(actions.pause(call, in).status()).isEqualTo("Paused");
        assertThatThrownBy(() -> actions.pause(call, in))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.kind())
                        .isIn(Problem.Kind.CONFLICT, Problem.Kind.UPSTREAM));
        assertThat(actions.unpause(call, in).status()).isEqualTo("Running");
        assertThat(actions.restart(call, new ContainerActions.Stopping(one, Optional.of(Duration.ZERO)))
                        .status())
                .isEqualTo("Running");
        actions.kill(call, in);
        TestEngine.await(() -> actions.get(call, in).status().equals("Stopped"), Duration.ofSeconds(5));
        assertThat(actions.start(call, new ContainerActions.Starting(one, Optional.empty()))
                        .status())
                .isEqualTo("Running");
        assertThat(actions.start(call, new ContainerActions.Starting(one, Optional.empty()))
                        .state())
                .isEqualTo("running");
        assertThat(actions.stop(call, new ContainerActions.Stopping(one, Optional.of(Duration.ofSeconds(1))))
                        .state())
                .isEqualTo("exited");
        actions.delete(call, new ContainerActions.Deleting(one, Optional.empty()));
        assertThatThrownBy(() -> actions.get(call, in)).isInstanceOf(Problem.class);
    }

    @Test
    void aRunningContainerIsNotDeletedWithoutForce() {
        Ref one = actions.run(job("j1"), new Spec("forced").made()).container();
        assertThatThrownBy(() -> actions.delete(call, new ContainerActions.Deleting(one, Optional.empty())))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT));
    }

    @Test
    void healthIsFollowedByEvents() {
        Spec spec = new Spec("health");
        spec.command = List.of("sh", "-c", "sleep 1; touch /ok; sleep 600");
        spec.health = Optional.of(new ContainerSpec.HealthCheck(
                List.of("test", "-f", "/ok"),
                Optional.of(Duration.ofSeconds(1)),
                Optional.of(Duration.ofSeconds(2)),
                Optional.of(5),
                Optional.of(Duration.ofSeconds(20))));
        Ref one = actions.run(job("j1"), spec.made()).container();
        assertThat(actions.get(call, new ContainerActions.One(one)).status()).isEqualTo("Starting");
        ContainerActions.Done healthy =
                actions.start(call, new ContainerActions.Starting(one, Optional.of(Duration.ofSeconds(15))));
        assertThat(healthy.status()).isEqualTo("Healthy");
    }

    @Test
    void waitingForOneThatEndsSaysSo() {
        Spec spec = new Spec("ends");
        spec.command = List.of("sh", "-c", "exit 3");
        spec.restart = Optional.of(ContainerSpec.Restart.NO);
        Ref one = actions.run(job("j1"), spec.made()).container();
        TestEngine.await(
                () -> actions.get(call, new ContainerActions.One(one)).status().equals("Failed"),
                Duration.ofSeconds(5));
        assertThat(actions.get(call, new ContainerActions.One(one)).exitCode()).contains(3);
        assertThat(actions.list(
                                call,
                                new ContainerActions.Listing(
                                        Optional.empty(),
                                        Optional.of("Failed"),
                                        Optional.empty(),
                                        Optional.of(10),
                                        Optional.empty(),
                                        Optional.of("-createdAt")))
                        .items())
                .extracting(ContainerActions.Item::container)
                .contains(one);
    }

    @Test
    void logsAreReadWithTheirStreams() throws Exception {
        Spec spec = new Spec("logs");
        spec.command = List.of("sh", "-c", "echo out; echo err >&2; sleep 600");
        Ref one = actions.run(job("j1"), spec.made()).container();
        TestEngine.await(
                () -> read(
                                        one,
                                        new ContainerActions.Reading(
                                                one,
                                                Optional.empty(),
                                                Optional.empty(),
                                                Optional.empty(),
                                                Optional.empty()))
                                .size()
                        == 2,
                Duration.ofSeconds(10));
        List<LogLine> lines = read(
                one,
                new ContainerActions.Reading(
                        one, Optional.empty(), Optional.empty(), Optional.of("10m"), Optional.empty()));
        assertThat(lines).extracting(LogLine::line).containsExactlyInAnyOrder("out", "err");
        assertThat(lines)
                .extracting(LogLine::stream)
                .containsExactlyInAnyOrder(LogLine.Stream.STDOUT, LogLine.Stream.STDERR);
        assertThat(read(
                        one,
                        new ContainerActions.Reading(
                                one, Optional.of(1), Optional.empty(), Optional.empty(), Optional.empty())))
                .hasSize(1);
        assertThat(read(
                        one,
                        new ContainerActions.Reading(
                                one,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(lines.get(0).seq()))))
                .containsExactly(lines.get(1));
        assertThatThrownBy(() -> actions.logs(
                        call,
                        new ContainerActions.Reading(
                                one, Optional.empty(), Optional.empty(), Optional.of("yesterday"), Optional.empty())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("since");
    }

    private List<LogLine> read(Ref one, ContainerActions.Reading reading) throws InterruptedException {
        return Collected.all(actions.logs(call, reading))
                .untilOver(Duration.ofSeconds(10))
                .items();
    }

    @Test
    void figuresComeOnceASecond() {
        Spec spec = new Spec("stats");
        spec.command = List.of("sh", "-c", "while :; do :; done");
        spec.cpus = Optional.of(0.3);
        spec.memory = Optional.of(64L << 20);
        Ref one = actions.run(job("j1"), spec.made()).container();
        Collected<Stats> figures = Collected.all(actions.stats(call, new ContainerActions.One(one)));
        TestEngine.await(() -> figures.count() >= 3, Duration.ofSeconds(8));
        Stats last = figures.items().get(2);
        assertThat(last.cpuPercent()).isBetween(5d, 60d);
        assertThat(last.memory()).isBetween(1L << 12, 64L << 20);
        assertThat(last.memoryLimit()).isEqualTo(64L << 20);
        actions.delete(call, new ContainerActions.Deleting(one, Optional.of(true)));
        TestEngine.await(figures::isOver, Duration.ofSeconds(5));
        assertThat(figures.problem()).isNull();
    }
}
