package io.openpanel.kernel.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** Limits as they are set in a running panel and felt by who calls. */
@ExtendWith(OpenPanelExtension.class)
class LimitsInThePanelTest {
    private static final Ref TEAM = new Ref("team", "0000000000000001");
    private static final Principal LOCAL = TestPanel.local(null);

    private final TestPanel panel;
    private final List<Gateway.Allowance> told = new ArrayList<>();
    private ServiceRegistration<Authority> authority;

    LimitsInThePanelTest(TestPanel panel) {
        this.panel = panel;
    }

    /** A token is a person's or key's name: {@code user:ana}. */
    private static final class EverybodyMayAll implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> team) {
            return Optional.of(new Principal(Ref.parse(token), token, Optional.of(TEAM), Optional.empty()));
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return true;
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

    @BeforeEach
    void open() {
        panel.awaitActions("setting.update", "catalogue.list");
        authority = panel.context().registerService(Authority.class, new EverybodyMayAll(), null);
    }

    @AfterEach
    void reset() throws SQLException {
        set("{\"callsPerUser\":null,\"callsPerKey\":null,\"callsPerTeam\":null,\"callsPerAddress\":null,"
                + "\"allowedAddresses\":null}");
        authority.unregister();
        try (Connection owner = panel.connect()) {
            owner.createStatement().execute("delete from kernel.setting_change");
        }
    }

    private static Gateway.Invocation invocation(String who, String address, String action, String input) {
        return new Gateway.Invocation(
                action,
                input.getBytes(StandardCharsets.UTF_8),
                who.isEmpty() ? new Gateway.Caller.Anonymous() : new Gateway.Caller.Bearer(who, Optional.empty()),
                "rest",
                address,
                "test",
                Optional.empty(),
                Optional.empty());
    }

    private void call(String who, String address) {
        panel.get(Gateway.class).call(invocation(who, address, "catalogue.list", "{}"), told::add);
    }

    private Problem refused(String who, String address) {
        Problem problem = catchThrowableOfType(Problem.class, () -> call(who, address));
        assertThat(problem).as(who + " from " + address).isNotNull();
        return problem;
    }

    /** As the panel's socket on its machine calls, which has no address. */
    private String locally(String action, String input) {
        Gateway.Reply reply = panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        input.getBytes(StandardCharsets.UTF_8),
                        new Gateway.Caller.Known(LOCAL),
                        "local",
                        "",
                        "test",
                        Optional.empty(),
                        Optional.empty()));
        return new String(((Gateway.Reply.Done) reply).json(), StandardCharsets.UTF_8);
    }

    private void set(String values) {
        assertThat(locally("setting.update", "{\"plugin\":\"kernel\",\"values\":" + values + "}"))
                .contains("\"applied\":true");
    }

    private String metrics() {
        try {
            BundleContext context = panel.context();
            StringBuilder all = new StringBuilder();
            for (ServiceReference<?> each :
                    context.getServiceReferences(Supplier.class.getName(), "(openpanel.metrics=true)")) {
                all.append(((Supplier<?>) context.getService(each)).get());
            }
            return all.toString();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void thePersonHasSixHundredCallsAMinuteUntilAnOwnerChangesThatWhichCountsAtOnce() {
        call("user:ana", "203.0.113.1");
        assertThat(told)
                .extracting(each -> each.limit() + ' ' + each.quota() + ' ' + each.window())
                .containsExactly("address 6000 PT1M", "user 600 PT1M", "team 6000 PT1M");

        set("{\"callsPerUser\":2}");
        call("user:ana", "203.0.113.1");
        call("user:ana", "203.0.113.1");
        Problem problem = refused("user:ana", "203.0.113.1");
        assertThat(problem.kind()).isEqualTo(Problem.Kind.LIMITED);
        assertThat(problem).hasMessageContaining("2 a minute; try again in");
        assertThat(problem.retryAfter()).isPresent();
        call("user:eva", "203.0.113.1");
        call("key:one", "203.0.113.1");

        set("{\"callsPerUser\":0}");
        for (int i = 0; i < 50; i++) {
            call("user:ana", "203.0.113.1");
        }
    }

    @Test
    void keyTeamAndAddressHaveLimitsOfTheirOwn() {
        set("{\"callsPerKey\":1,\"callsPerTeam\":3,\"callsPerAddress\":4}");
        call("key:one", "203.0.113.1");
        assertThat(refused("key:one", "203.0.113.1")).hasMessageStartingWith("This key has");
        call("key:two", "203.0.113.1");
        call("user:ana", "203.0.113.1");
        assertThat(refused("", "203.0.113.1")).hasMessageContaining("came from your address");
        assertThat(refused("user:eva", "203.0.113.2")).hasMessageStartingWith("Your team has");
    }

    @Test
    void aTicketForATerminalIsACallToo() {
        set("{\"callsPerUser\":1}");
        Gateway gateway = panel.get(Gateway.class);
        gateway.check(invocation("user:ana", "203.0.113.1", "catalogue.list", "{}"), told::add);
        assertThat(told).extracting(Gateway.Allowance::limit).contains("user");
        assertThat(refused("user:ana", "203.0.113.1").kind()).isEqualTo(Problem.Kind.LIMITED);
    }

    @Test
    void theDoorOnTheMachineIsNeverLimitedAndARefusalIsCountedButNotAudited() throws SQLException {
        set("{\"callsPerUser\":1}");
        call("user:ana", "203.0.113.1");
        long before = rows();
        for (int i = 0; i < 20; i++) {
            refused("user:ana", "203.0.113.1");
            locally("catalogue.list", "{}");
        }
        assertThat(rows()).isEqualTo(before);
        assertThat(metrics())
                .contains(
                        "openpanel_action_seconds_count{action=\"catalogue.list\",surface=\"rest\",outcome=\"limited\"}")
                .containsPattern("openpanel_calls_limited_total\\{limit=\"user\"} [2-9]\\d");
    }

    private long rows() throws SQLException {
        try (Connection owner = panel.connect();
                var rows = owner.createStatement().executeQuery("select count(*) from kernel.audit")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void onlyTheAddressesThatAreNamedMayUseThePanelAndTheDoorOnTheMachineAlways() {
        set("{\"allowedAddresses\":[\"198.51.100.0/24\",\"2001:db8::/32\"]}");
        call("user:ana", "198.51.100.77");
        call("user:ana", "2001:db8:1::7");
        Problem problem = refused("user:ana", "203.0.113.1");
        assertThat(problem.kind()).isEqualTo(Problem.Kind.DENIED);
        assertThat(problem).hasMessageContaining("203.0.113.1").hasMessageContaining("openpanel-cli --local");
        refused("", "203.0.113.1");
        assertThat(panel.get(Gateway.class).refusal("203.0.113.1")).isPresent();
        assertThat(panel.get(Gateway.class).refusal("198.51.100.1")).isEmpty();

        set("{\"allowedAddresses\":\"\"}");
        call("user:ana", "203.0.113.1");
    }

    @Test
    void nobodyShutsThemselvesOut() {
        Gateway gateway = panel.get(Gateway.class);
        String wish = "{\"plugin\":\"kernel\",\"values\":{\"allowedAddresses\":[\"%s\"]}}";
        Problem problem = catchThrowableOfType(
                Problem.class,
                () -> gateway.call(
                        invocation("user:ana", "203.0.113.1", "setting.update", wish.formatted("198.51.100.0/24"))));
        assertThat(problem).hasMessageContaining("would lock you out").hasMessageContaining("203.0.113.1");

        gateway.call(invocation("user:ana", "203.0.113.1", "setting.update", wish.formatted("203.0.113.0/24")));
        gateway.call(invocation(
                "user:ana",
                "203.0.113.1",
                "setting.update",
                "{\"plugin\":\"kernel\",\"values\":{\"allowedAddresses\":null}}"));
        Problem undo = catchThrowableOfType(
                Problem.class,
                () -> gateway.call(invocation("user:ana", "198.51.100.1", "setting.undo", "{\"plugin\":\"kernel\"}")));
        assertThat(undo).hasMessageContaining("would lock you out");
    }

    @Test
    void whatIsNoAddressIsRefusedWithWhatToWrite() {
        for (String wrong : List.of("panel.example", "203.0.113.7/24", "203.0.113.0/33", "::/129", "1.2.3")) {
            Problem problem =
                    catchThrowableOfType(Problem.class, () -> set("{\"allowedAddresses\":[\"" + wrong + "\"]}"));
            assertThat(problem.kind()).as(wrong).isEqualTo(Problem.Kind.INVALID);
            assertThat(problem).hasMessageContaining(wrong);
        }
    }
}
