package io.openpanel.docker.internal.engine;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import io.openpanel.api.Problem;
import io.openpanel.docker.Collected;
import io.openpanel.docker.ContainerActions;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.logs.ContainerLog;
import io.openpanel.docker.internal.logs.LogLine;
import io.openpanel.docker.internal.logs.LogRequest;
import io.openpanel.testkit.FakeCall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A frozen, killed and restarted engine: nobody waits for it, and everything is right again afterwards. */
@Tag("slow")
class EngineHangTest {
    private static PrivateEngine own;
    private static TestEngine test;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        own = new PrivateEngine(Files.createTempDirectory(Path.of("/tmp"), "op-engine"));
        test = new TestEngine(own.host());
        test.client(docker -> {
            run(docker, "steady");
            return run(docker, "other");
        });
        await(() -> test.engine.snapshot().containers().size() == 2, Duration.ofSeconds(5));
    }

    private static Void run(DockerClient docker, String name) {
        String id = docker.createContainerCmd(TestEngine.IMAGE)
                .withName(name)
                .withCmd("sleep", "600")
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .withLabels(TestEngine.LABELS)
                .exec()
                .getId();
        docker.startContainerCmd(id).exec();
        return null;
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

    private static List<String> statuses() {
        ContainerActions actions = new ContainerActions(test.engine, null, null, null, null);
        return actions
                .list(
                        FakeCall.ofTeam("t1"),
                        new ContainerActions.Listing(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))
                .items()
                .stream()
                .map(each -> each.name() + " " + each.status())
                .toList();
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }

    @Test
    void aFrozenEngineCostsItsCallersLittleAndIsBackSoon() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        long frozen = System.nanoTime();
        own.signal("STOP");
        List<Long> lists = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        List<Problem.Kind> told = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            Thread caller = new Thread(() -> {
                try {
                    test.client(docker -> docker.listNetworksCmd().exec());
                    told.add(null);
                } catch (Problem e) {
                    told.add(e.kind());
                }
            });
            caller.start();
            callers.add(caller);
        }
        while (test.engine.health().answers()) {
            long start = System.nanoTime();
            assertThat(statuses()).hasSize(2);
            lists.add(System.nanoTime() - start);
            assertThat(millis(frozen)).isLessThan(15_000);
            Thread.sleep(50);
        }
        long opened = millis(frozen);
        long call = System.nanoTime();
        assertThatThrownBy(() -> test.client(docker -> docker.listNetworksCmd().exec()))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
                    assertThat(problem.retryAfter()).isPresent();
                })
                .hasMessageContaining("does not answer");
        assertThat(millis(call)).as("nobody waits for the engine").isLessThan(2_000);
        assertThat(statuses()).containsExactly("other Unknown", "steady Unknown");
        for (Thread caller : callers) {
            caller.join(5000);
            assertThat(caller.isAlive()).isFalse();
        }
        assertThat(told).hasSize(20).containsOnly(Problem.Kind.UNAVAILABLE);
        Set<Thread> after = Thread.getAllStackTraces().keySet().stream()
                .filter(each -> !before.contains(each))
                .collect(Collectors.toSet());
        assertThat(after).hasSizeLessThan(5);

        Thread.sleep(6000);
        long woken = System.nanoTime();
        own.signal("CONT");
        await(() -> test.engine.health().answers(), Duration.ofSeconds(10));
        System.out.printf(
                "frozen: noticed after %d ms, slowest of %d lists meanwhile %.1f ms, back %d ms after it woke%n",
                opened, lists.size(), lists.stream().max(Long::compare).orElseThrow() / 1e6, millis(woken));
        assertThat(statuses()).containsExactly("other Running", "steady Running");
        int networks = test.client(docker -> docker.listNetworksCmd().exec().size());
        assertThat(networks).isPositive();
    }

    @Test
    void aKilledEngineIsFoundAgainAndItsEventsHeard() throws Exception {
        Collected<LogLine> log = Collected.all(new ContainerLog(
                test.engine,
                test.engine.snapshot().container("steady").orElseThrow(),
                new LogRequest(Optional.empty(), true, Optional.empty(), Optional.empty())));
        own.kill();
        await(() -> !test.engine.health().answers(), Duration.ofSeconds(5));
        log.untilOver(Duration.ofSeconds(5));
        assertThat(log.problem()).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.kind())
                .isEqualTo(Problem.Kind.UNAVAILABLE));
        assertThat(statuses()).containsExactly("other Unknown", "steady Unknown");
        own.start();
        await(() -> Files.exists(Path.of(own.host().getPath())), Duration.ofSeconds(30));
        await(() -> test.engine.health().answers(), Duration.ofSeconds(40));
        assertThat(statuses()).containsExactly("other Running", "steady Running");
        test.client(docker -> docker.pauseContainerCmd("other").exec());
        await(() -> statuses().contains("other Paused"), Duration.ofSeconds(5));
        test.client(docker -> docker.unpauseContainerCmd("other").exec());
        await(() -> statuses().contains("other Running"), Duration.ofSeconds(5));
    }
}
