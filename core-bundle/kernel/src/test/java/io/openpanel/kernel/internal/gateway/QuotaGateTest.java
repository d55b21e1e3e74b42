package io.openpanel.kernel.internal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Operation;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Quota;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Quotas;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.time.Duration;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** A plugin's resources with quotas of their own, in a running panel with a real database. */
@ExtendWith(OpenPanelExtension.class)
class QuotaGateTest {
    private static final String ROLES =
            """
            crate.add: [owner]
            crate.twice: [owner]
            crate.ship: [owner]
            crate.list: [owner]
            """;
    private static final String TABLE =
            """
            create table crate (id text not null, team_id openpanel.team not null, size bigint not null,
                primary key (team_id, id));
            select openpanel.tenant('crate');
            """;
    private static final String ADD = "{\"size\":10}";

    private static TestPanel panel;
    private static Crates crates;

    private final Map<Ref, Map<String, Long>> limits = new ConcurrentHashMap<>();
    private final Ref team = Ref.create("team");
    private final Principal owner = TestPanel.local(team);
    private ServiceRegistration<Authority> authority;

    public record Add(@Param(min = 0) long size) {}

    public record Crate(String id, long size) {}

    public record Items(List<Crate> items) {}

    public record Total(long number) {}

    /** Counts and then adds, in transactions of its own, as any plugin would without a thought of others. */
    public static final class Crates implements Extension, Resources {
        private final Panel panel;
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        volatile CountDownLatch shipping = new CountDownLatch(0);

        Crates(Panel panel) {
            this.panel = panel;
        }

        @Action(value = "crate.add", summary = "Adds a crate", effect = Effect.CHANGE)
        public Crate add(Add in) throws InterruptedException {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            try {
                Thread.sleep(5);
                String id = Ref.create("crate").id();
                panel.database()
                        .tx(tx -> tx.update(
                                "insert into crate (id, team_id, size) values (?, openpanel.current_team(), ?)",
                                id,
                                in.size()));
                return new Crate(id, in.size());
            } finally {
                inside.decrementAndGet();
            }
        }

        @Action(value = "crate.twice", summary = "Adds two crates by the panel", effect = Effect.CHANGE)
        public Crate twice(Add in) {
            panel.call("crate.add", in, Crate.class);
            return panel.call("crate.add", in, Crate.class);
        }

        @Action(value = "crate.ship", summary = "Ships, which takes its time", effect = Effect.CHANGE, job = true)
        public Crate ship(Call call) throws InterruptedException {
            shipping.await(20, TimeUnit.SECONDS);
            return new Crate("shipped", 0);
        }

        @Action(value = "crate.list", summary = "Lists crates", effect = Effect.READ)
        public Items list() {
            return new Items(panel.database().tx(tx -> tx.list(Crate.class, "select id, size from crate")));
        }

        @Override
        public String kind() {
            return "crate";
        }

        @Override
        public String plural() {
            return "crates";
        }

        @Override
        public Optional<Resource> find(String id) {
            return Optional.empty();
        }

        @Override
        public List<Quota> quotas() {
            return List.of(
                    Quota.count("crates", "crates in the hall", () -> sum("count(*)"), "crate.add"),
                    new Quota(
                            "room",
                            "room for crates",
                            Quota.Unit.BYTES,
                            Set.of("crate.add"),
                            () -> sum("coalesce(sum(size), 0)::bigint"),
                            input -> ((Add) input).size() == 0
                                    ? OptionalLong.empty()
                                    : OptionalLong.of(((Add) input).size())),
                    Quota.count("shipments", "shipments at once", () -> 0, "crate.ship"));
        }

        private long sum(String what) {
            return panel.database()
                    .tx(tx -> tx.one(Total.class, "select " + what + " as number from crate"))
                    .orElseThrow()
                    .number();
        }
    }

    private final class Limiting implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> wanted) {
            return Optional.empty();
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return true;
        }

        @Override
        public OptionalLong quota(Ref of, String name) {
            Long most = limits.getOrDefault(of, Map.of()).get(name);
            return most == null ? OptionalLong.empty() : OptionalLong.of(most);
        }

        @Override
        public Reach reach(Principal principal, String kind) {
            return new Reach(true, Set.of());
        }

        @Override
        public AutoCloseable onRevoked(Consumer<Ref> listener) {
            return () -> {};
        }
    }

    @BeforeAll
    static void install(TestPanel started) {
        panel = started;
        Bundle bundle = panel.plugin(
                "crates", List.of(), Map.of("OPENPANEL-INF/roles.yaml", ROLES, "db/V001__crate.sql", TABLE));
        crates = new Crates(
                bundle.getBundleContext().getService(bundle.getBundleContext().getServiceReference(Panel.class)));
        Dictionary<String, Object> none = new Hashtable<>();
        bundle.getBundleContext()
                .registerService(new String[] {Extension.class.getName(), Resources.class.getName()}, crates, none);
        panel.awaitActions("crate.add", "crate.ship", "job.list");
    }

    @BeforeEach
    void limit() {
        authority = panel.context().registerService(Authority.class, new Limiting(), null);
    }

    @AfterEach
    void lift() {
        authority.unregister();
    }

    private void limit(String name, long most) {
        Map<String, Long> own = new HashMap<>(limits.getOrDefault(team, Map.of()));
        own.put(name, most);
        limits.put(team, own);
    }

    private Problem refused(String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> panel.call(owner, action, json));
        assertThat(problem).as(action).isNotNull();
        return problem;
    }

    private long used(String name) {
        return panel.get(Quotas.class).of(team).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow()
                .used();
    }

    @Test
    void withoutAQuotaATeamTakesWhatItLikes() {
        for (int i = 0; i < 5; i++) {
            panel.call(owner, "crate.add", ADD);
        }
        assertThat(used("crates")).isEqualTo(5);
        assertThat(used("room")).isEqualTo(50);
    }

    @Test
    void whatWouldBeTooMuchIsRefusedWithWhatIsUsedAndWhoCanHelp() {
        limit("crates", 2);
        panel.call(owner, "crate.add", ADD);
        panel.call(owner, "crate.add", ADD);

        Problem problem = refused("crate.add", ADD);

        assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
        assertThat(problem)
                .hasMessage(
                        "Your team's quota of crates (crates in the hall) is 2 and in use are 2, so that 1 more does not fit;"
                                + " remove what is not needed, or ask an owner of the panel to raise the quota");
        limit("crates", 3);
        panel.call(owner, "crate.add", ADD);
        limit("crates", 1);
        refused("crate.add", ADD);
        assertThat(used("crates")).as("what is there stays").isEqualTo(3);
    }

    @Test
    void twentyAtOnceNeverTakeMoreThanThereIs() throws InterruptedException {
        limit("crates", 7);
        crates.most.set(0);
        ExecutorService threads = Executors.newFixedThreadPool(20);
        AtomicInteger made = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < 20; i++) {
            threads.execute(() -> {
                try {
                    go.await();
                    panel.call(owner, "crate.add", ADD);
                    made.incrementAndGet();
                } catch (Problem full) {
                    refused.incrementAndGet();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        go.countDown();
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        assertThat(made).hasValue(7);
        assertThat(refused).hasValue(13);
        assertThat(used("crates")).isEqualTo(7);
        assertThat(crates.most).as("inside at once").hasValue(1);
    }

    @Test
    void anotherTeamIsNotConcerned() {
        limit("crates", 0);
        refused("crate.add", ADD);
        panel.call(TestPanel.local(Ref.create("team")), "crate.add", ADD);
        assertThat(used("crates")).isZero();
    }

    @Test
    void anAmountIsTakenAsTheInputSaysAndNoBoundIsTooMuch() {
        limit("room", 2048);
        panel.call(owner, "crate.add", "{\"size\":1536}");

        assertThat(refused("crate.add", "{\"size\":1024}"))
                .hasMessageStartingWith(
                        "Your team's quota of room (room for crates) is 2 KiB and in use are 1.5 KiB, so that 1 KiB more");
        assertThat(refused("crate.add", "{\"size\":0}")).hasMessageContaining("could take any amount");
        assertThat(refused("crate.add", "{\"size\":" + Long.MAX_VALUE + "}"))
                .as("no amount is so large that it fits again")
                .hasMessageContaining("more does not fit");
        panel.call(owner, "crate.add", "{\"size\":512}");
        assertThat(used("room")).isEqualTo(2048);
    }

    @Test
    void anActionThatGoesThroughThePanelIsCountedToo() {
        limit("crates", 1);
        assertThat(refused("crate.twice", ADD).getMessage()).contains("in use are 1,");
        assertThat(used("crates")).isEqualTo(1);
    }

    @Test
    void aJobCountsFromWhenItWasAskedForUntilItEnds() {
        limit("shipments", 1);
        crates.shipping = new CountDownLatch(1);
        panel.call(owner, "crate.ship", "{}");
        try {
            assertThat(used("shipments")).isEqualTo(1);
            assertThat(refused("crate.ship", "{}")).hasMessageContaining("shipments at once");
        } finally {
            crates.shipping.countDown();
        }
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (used("shipments") > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        panel.call(owner, "crate.ship", "{}");
    }
}
