package io.openpanel.docker.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

public class NetworksTest {
    private static final Map<String, String> LABELS = Map.of("op.managed", "true", "op.team", "t1");
    private static final Optional<Ref> TEAM = Optional.of(new Ref("team", "t1"));
    private static TestEngine test;

    /** Networks in a range that only these tests use. */
    public static Networks networks(DockerEngine engine) {
        return new Networks(engine, List.of(Subnet.parse("10.213.0.0/20")), 26, HostRoutes::read);
    }

    @BeforeAll
    static void start() {
        test = new TestEngine();
    }

    @AfterEach
    void clean() {
        test.clean();
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    @Test
    void eightAtOnceGetEightBlocks() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        Map<String, Boolean> subnets = new ConcurrentHashMap<>();
        // Two panels on one engine do not share a lock.
        List<Networks> panels = List.of(networks(test.engine), networks(test.engine));
        List<Future<?>> all = IntStream.range(0, 8)
                .<Future<?>>mapToObj(i -> threads.submit(() -> subnets.put(
                        panels.get(i % 2)
                                .ensure("op-test-docker-" + i, LABELS, TEAM)
                                .subnet()
                                .toString(),
                        true)))
                .toList();
        for (Future<?> each : all) {
            each.get();
        }
        threads.shutdown();
        assertThat(subnets).hasSize(8);
    }

    @Test
    void theSameNameIsTheSameNetworkForItsTeamOnly() {
        Networks networks = networks(test.engine);
        Networks.Made first = networks.ensure("op-test-docker-same", LABELS, TEAM);
        assertThat(networks.ensure("op-test-docker-same", LABELS, TEAM)).isEqualTo(first);
        assertThatThrownBy(() -> networks.ensure("op-test-docker-same", LABELS, Optional.of(new Ref("team", "t2"))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is taken");
        assertThatThrownBy(() -> networks.require("op-test-docker-none", TEAM))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("There is no network");
    }

    @Test
    void theEnginesOwnNetworksAreNotTheirs() {
        Networks networks = networks(test.engine);
        for (String name : List.of("bridge", "host", "none")) {
            assertThatThrownBy(() -> networks.require(name, TEAM))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("not the panel's");
            assertThatThrownBy(() -> networks.delete(name, TEAM)).isInstanceOf(Problem.class);
        }
    }

    @Test
    void aBlockTheMachineHasARouteToIsLeftOut() {
        List<Subnet> range = List.of(Subnet.parse("10.214.0.0/24"));
        Networks networks = new Networks(test.engine, range, 26, () -> List.of(Subnet.parse("10.214.0.0/25")));
        assertThat(networks.ensure("op-test-docker-route", LABELS, TEAM).subnet())
                .isEqualTo(Subnet.parse("10.214.0.128/26"));
        Networks full = new Networks(test.engine, range, 26, () -> List.of(Subnet.parse("10.0.0.0/8")));
        assertThatThrownBy(() -> full.ensure("op-test-docker-full", LABELS, TEAM))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("No block of addresses is free");
    }
}
