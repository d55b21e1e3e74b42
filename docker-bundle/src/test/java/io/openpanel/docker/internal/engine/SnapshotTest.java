package io.openpanel.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Page;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.Pages;
import io.openpanel.docker.internal.Visible;
import io.openpanel.testkit.FakeCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

public class SnapshotTest {
    private final Snapshot snapshot = new Snapshot();

    /** A running container that is not there. */
    public static ContainerState container(int number, Status status) {
        String id = String.format("%012x", number * 31 + 0xabcdef01L) + "0".repeat(52);
        return new ContainerState(
                id,
                "web-" + number,
                "shop/web:" + number,
                "sha256:" + id,
                status,
                "running",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH.plusSeconds(number),
                Optional.of(Instant.EPOCH),
                Optional.empty(),
                List.of(new ContainerState.Port(8080, "tcp", Optional.empty(), Optional.empty())),
                Map.of("net", "10.201.0." + number % 250),
                Map.of(),
                Map.of("op.managed", "true", "op.team", "t" + number % 2, "op.app", "a" + number),
                List.of("sleep"),
                List.of(),
                "no",
                0,
                new ContainerState.Limits(Optional.empty(), Optional.empty()),
                List.of("PATH"),
                false,
                4711);
    }

    @Test
    void anOlderLookNeverReplacesANewerOne() {
        List<String> heard = new ArrayList<>();
        Snapshot.Listening listening = snapshot.listen((before, after) ->
                heard.add(before.map(ContainerState::status).map(Status::word).orElse("-") + ">"
                        + after.map(ContainerState::status).map(Status::word).orElse("-")));
        long early = snapshot.look();
        long late = snapshot.look();
        snapshot.live(true);
        snapshot.put(late, container(1, Status.HEALTHY));
        snapshot.put(early, container(1, Status.STARTING));
        snapshot.put(snapshot.look(), container(1, Status.HEALTHY));
        assertThat(snapshot.containers()).extracting(ContainerState::status).containsExactly(Status.HEALTHY);
        snapshot.remove(container(1, Status.HEALTHY).id());
        snapshot.put(snapshot.look(), container(1, Status.RUNNING));
        assertThat(snapshot.containers()).isEmpty();
        assertThat(heard).containsExactly("->Healthy", "Healthy>-");
        listening.close();
        snapshot.put(snapshot.look(), container(2, Status.RUNNING));
        assertThat(heard).hasSize(2);
    }

    @Test
    void aFullListingDropsWhatItDidNotShow() {
        snapshot.put(snapshot.look(), container(1, Status.RUNNING));
        snapshot.put(snapshot.look(), container(2, Status.RUNNING));
        long listing = snapshot.look();
        snapshot.put(snapshot.look(), container(3, Status.RUNNING));
        snapshot.retain(listing, Set.of(container(2, Status.RUNNING).id()));
        assertThat(snapshot.containers()).extracting(ContainerState::name).containsExactlyInAnyOrder("web-2", "web-3");
    }

    @Test
    void aContainerIsFoundByIdShortIdAndName() {
        ContainerState one = container(1, Status.RUNNING);
        snapshot.put(snapshot.look(), one);
        snapshot.put(snapshot.look(), container(2, Status.RUNNING));
        for (String key :
                List.of(one.id(), one.id().substring(0, 12), "web-1", one.ref().id())) {
            assertThat(snapshot.container(key))
                    .hasValueSatisfying(found -> assertThat(found.name()).isEqualTo("web-1"));
        }
        assertThat(snapshot.container("web")).isEmpty();
        assertThat(snapshot.container(one.id()).orElseThrow().status()).isEqualTo(Status.UNKNOWN);
        assertThat(one.version())
                .isEqualTo(container(1, Status.RUNNING).version())
                .isNotEqualTo(container(1, Status.FAILED).version());
    }

    @Test
    void pagesStayRightWhileThingsComeAndGo() {
        Map<String, Function<Integer, String>> keys = Map.of("half", each -> String.format("%03d", each / 2));
        List<Integer> items = new ArrayList<>(List.of(5, 1, 4, 2, 3, 0));
        Page<Integer> first = Pages.of(items.stream(), keys, "half", String::valueOf, Optional.empty(), Optional.of(2));
        assertThat(first.items()).containsExactly(0, 1);
        items.remove(Integer.valueOf(1));
        Page<Integer> second = Pages.of(items.stream(), keys, "half", String::valueOf, first.next(), Optional.of(2));
        assertThat(second.items()).containsExactly(2, 3);
        Page<Integer> last = Pages.of(items.stream(), keys, "half", String::valueOf, second.next(), Optional.of(2));
        assertThat(last.items()).containsExactly(4, 5);
        assertThat(last.next()).isEmpty();
        assertThat(Pages.of(items.stream(), keys, "-half", String::valueOf, Optional.empty(), Optional.empty())
                        .items())
                .containsExactly(5, 4, 3, 2, 0);
        assertThatThrownBy(() ->
                        Pages.of(items.stream(), keys, "id; drop", String::valueOf, Optional.empty(), Optional.empty()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("half");
        assertThatThrownBy(() ->
                        Pages.of(items.stream(), keys, "half", String::valueOf, Optional.of("§"), Optional.empty()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("cursor");
    }

    @Test
    void anotherListHasAnotherVersion() {
        Set<Long> versions = new HashSet<>(Set.of(snapshot.version()));
        snapshot.live(true);
        assertThat(versions.add(snapshot.version())).isTrue();
        snapshot.put(snapshot.look(), container(1, Status.RUNNING));
        assertThat(versions.add(snapshot.version())).isTrue();
        snapshot.put(snapshot.look(), container(1, Status.RUNNING));
        assertThat(versions.add(snapshot.version())).as("nothing changed").isFalse();
        snapshot.put(snapshot.look(), container(1, Status.PAUSED));
        assertThat(versions.add(snapshot.version())).isTrue();
        snapshot.remove(snapshot.containers().get(0).id());
        assertThat(versions.add(snapshot.version())).isTrue();
    }

    @Test
    void listingTwoHundredTakesHalfAMillisecond() {
        snapshot.live(true);
        for (int i = 0; i < 200; i++) {
            snapshot.put(snapshot.look(), container(i * 2, Status.RUNNING));
        }
        FakeCall call = FakeCall.ofTeam("t0");
        long[] times = new long[2000];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            Page<ContainerState> page = Pages.of(
                    snapshot.containers().stream().filter(Visible.containers(call)),
                    Map.of("name", ContainerState::name),
                    "name",
                    ContainerState::id,
                    Optional.empty(),
                    Optional.of(1000));
            times[i] = System.nanoTime() - start;
            assertThat(page.items().size()).isEqualTo(200);
        }
        Arrays.sort(times);
        System.out.printf(
                "list of 200 from the snapshot: p50 %.3f ms, p99 %.3f ms%n", times[1000] / 1e6, times[1980] / 1e6);
    }

    @Test
    void statusWordsFollowTheEnginesState() {
        assertThat(Status.of("running", Optional.empty(), 0, false, false)).isEqualTo(Status.RUNNING);
        assertThat(Status.of("running", Optional.of("healthy"), 0, false, false))
                .isEqualTo(Status.HEALTHY);
        assertThat(Status.of("running", Optional.of("starting"), 0, false, false))
                .isEqualTo(Status.STARTING);
        assertThat(Status.of("running", Optional.of("unhealthy"), 0, false, false))
                .isEqualTo(Status.DEGRADED);
        assertThat(Status.of("running", Optional.of("other"), 0, false, false)).isEqualTo(Status.RUNNING);
        assertThat(Status.of("restarting", Optional.empty(), 1, false, false)).isEqualTo(Status.DEGRADED);
        assertThat(Status.of("paused", Optional.empty(), 0, false, false)).isEqualTo(Status.PAUSED);
        assertThat(Status.of("created", Optional.empty(), 0, false, false)).isEqualTo(Status.STOPPED);
        assertThat(Status.of("exited", Optional.empty(), 0, false, false)).isEqualTo(Status.STOPPED);
        assertThat(Status.of("exited", Optional.empty(), 1, false, false)).isEqualTo(Status.FAILED);
        assertThat(Status.of("exited", Optional.empty(), 143, false, false)).isEqualTo(Status.STOPPED);
        assertThat(Status.of("exited", Optional.empty(), 137, false, true)).isEqualTo(Status.STOPPED);
        assertThat(Status.of("exited", Optional.empty(), 137, false, false)).isEqualTo(Status.FAILED);
        assertThat(Status.of("exited", Optional.empty(), 137, true, true)).isEqualTo(Status.FAILED);
        assertThat(Status.of("dead", Optional.empty(), 0, false, false)).isEqualTo(Status.FAILED);
        assertThat(Status.of("new in this engine", Optional.empty(), 0, false, false)
                        .word())
                .isEqualTo("Unknown");
    }

    @Test
    void theEnginesWordsReachTheCaller() {
        assertThat(EngineProblems.said("Status 404: {\"message\":\"No such container: x\"}"))
                .isEqualTo("No such container: x");
        assertThat(EngineProblems.said("{broken")).isEqualTo("{broken");
        assertThat(EngineProblems.said(" ")).isEqualTo("the engine gave no reason");
        assertThat(EngineProblems.translate("try", new IllegalStateException("odd"))
                        .kind())
                .isEqualTo(Problem.Kind.UPSTREAM);
        assertThat(EngineProblems.translate(
                        "try", new com.github.dockerjava.api.exception.ConflictException("{\"message\":\"in use\"}")))
                .hasMessage("Cannot try: in use");
        assertThat(new Ref("container", "x")).isEqualTo(ContainerState.ref("x"));
    }
}
