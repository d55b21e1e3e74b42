package io.openpanel.kernel.internal.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Ref TEAM = new Ref("team", "t");

    private final AtomicLong nanos = new AtomicLong(42);
    private final RateLimits rates = new RateLimits(nanos::get);
    private final List<Gateway.Allowance> told = new ArrayList<>();

    RateLimitsTest() {
        rates.set(Map.of(Limit.USER, 6, Limit.KEY, 12, Limit.TEAM, 20, Limit.ADDRESS, 3));
    }

    private static Principal of(String kind, String id) {
        return new Principal(new Ref(kind, id), id, Optional.of(TEAM), Optional.empty());
    }

    private void call(String kind, String id, int times) {
        for (int i = 0; i < times; i++) {
            rates.take(of(kind, id), told::add);
        }
    }

    private Problem refused(Runnable call) {
        Problem problem = catchThrowableOfType(Problem.class, call::run);
        assertThat(problem).isNotNull();
        assertThat(problem.kind()).isEqualTo(Problem.Kind.LIMITED);
        return problem;
    }

    @Test
    void aPersonMayCallSoOftenThenWaitsForTheNextCall() {
        call("user", "ana", 6);

        Problem problem = refused(() -> call("user", "ana", 1));
        assertThat(problem).hasMessage("You have made as many calls as you may, 6 a minute; try again in 10 s");
        assertThat(problem.retryAfter()).contains(Duration.ofSeconds(10));
        call("user", "eva", 1);

        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        call("user", "ana", 1);
        refused(() -> call("user", "ana", 1));
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        call("user", "ana", 6);
    }

    @Test
    void aKeyHasALimitOfItsOwn() {
        call("user", "ana", 6);
        call("key", "ana", 12);
        assertThat(refused(() -> call("key", "ana", 1))).hasMessageStartingWith("This key has");
    }

    @Test
    void aTeamIsCountedOverAllItsPeopleAndKeys() {
        call("user", "ana", 6);
        call("user", "eva", 6);
        call("key", "k", 8);
        assertThat(refused(() -> call("user", "tom", 1))).hasMessageStartingWith("Your team has");
    }

    @Test
    void anAddressIsCountedWhoeverCallsFromItAndASlash64IsOne() {
        for (int i = 0; i < 3; i++) {
            rates.takeFrom("2001:db8:1:2::" + i, told::add);
            rates.takeFrom("192.0.2.1", told::add);
        }
        assertThat(refused(() -> rates.takeFrom("2001:db8:1:2:3:4:5:6", told::add)))
                .hasMessageContaining("your address");
        refused(() -> rates.takeFrom("192.0.2.1", told::add));
        rates.takeFrom("2001:db8:1:3::1", told::add);
        rates.takeFrom("192.0.2.2", told::add);
    }

    @Test
    void whatIsLeftIsToldAlsoWithARefusal() {
        call("user", "ana", 6);
        refused(() -> call("user", "ana", 1));

        assertThat(told.get(0))
                .isEqualTo(new Gateway.Allowance("user", 6, Duration.ofMinutes(1), 5, Duration.ofSeconds(10)));
        assertThat(told.get(1))
                .isEqualTo(new Gateway.Allowance("team", 20, Duration.ofMinutes(1), 19, Duration.ofSeconds(3)));
        assertThat(told.get(told.size() - 1))
                .isEqualTo(new Gateway.Allowance("user", 6, Duration.ofMinutes(1), 0, Duration.ofMinutes(1)));
        assertThat(rates.metrics()).contains("openpanel_calls_limited_total{limit=\"user\"} 1\n");
    }

    @Test
    void aChangeCountsAtOnceAndZeroIsNoLimit() {
        call("user", "ana", 6);
        rates.set(Map.of(Limit.USER, 0, Limit.TEAM, 20));
        call("user", "ana", 14);
        assertThat(refused(() -> call("user", "ana", 1))).hasMessageStartingWith("Your team has");

        rates.set(Map.of(Limit.USER, 2, Limit.TEAM, 0));
        call("user", "ana", 2);
        refused(() -> call("user", "ana", 1));
    }

    @Test
    void nobodyElseIsCountedButPeopleAndKeys() {
        call("bundle", "docker", 100);
        call("local", "owner", 100);
        call("anonymous", "192.0.2.1", 100);
        rates.takeFrom("", told::add);
        assertThat(told).isEmpty();
    }

    private static Operation invite(int perMinute) {
        return new Operation(
                "invitation.create",
                "teams",
                "invitation",
                "Invites somebody",
                Action.Effect.CHANGE,
                Action.Access.PERMISSION,
                false,
                false,
                false,
                perMinute,
                Operation.Form.RECORD,
                "POST",
                "/invitations",
                "",
                "{}",
                "{}",
                List.of(),
                Set.of());
    }

    @Test
    void anActionThatSaysSoMayBeCalledLessOftenByEachOfThem() {
        for (int i = 0; i < 2; i++) {
            rates.take(invite(2), of("user", "ana"), told::add);
        }

        Problem problem = refused(() -> rates.take(invite(2), of("user", "ana"), told::add));
        assertThat(problem).hasMessage("You have done this as often as you may, 2 a minute; try again in 30 s");
        assertThat(told).allMatch(each -> each.limit().equals("action") && each.quota() == 2);
        rates.take(invite(2), of("user", "eva"), told::add);
        rates.take(invite(2), of("key", "ana"), told::add);
        rates.take(invite(2), of("anonymous", "192.0.2.1"), told::add);
        rates.take(invite(3), of("user", "ana"), told::add);
        rates.take(invite(0), of("user", "ana"), told::add);

        rates.set(Map.of(Limit.USER, 0));
        for (int i = 0; i < 10; i++) {
            rates.take(invite(2), of("user", "tom"), told::add);
        }
    }

    @Test
    void memoryIsBoundedHoweverManyAddressesCall() {
        for (int i = 0; i < 25_000; i++) {
            rates.takeFrom("10." + (i >> 16) + '.' + (i >> 8 & 255) + '.' + (i & 255), told::add);
        }
        assertThat(rates.size()).isEqualTo(20_000);
    }

    @Test
    void theFiguresAreThoseOfTheLauncherWhereNothingIsSet() {
        Limits limits = new Limits("user=1, team=0,bogus=7,key=many");
        limits.rates().take(of("user", "ana"), told::add);
        assertThat(told).extracting(Gateway.Allowance::limit).containsExactly("user");
        refused(() -> limits.rates().take(of("user", "ana"), told::add));

        Limits none = new Limits("0");
        told.clear();
        none.rates().take(of("user", "ana"), told::add);
        assertThat(told).isEmpty();
        none.set(Map.of("callsPerUser", 5L));
        none.rates().take(of("user", "ana"), told::add);
        assertThat(told).extracting(Gateway.Allowance::quota).containsExactly(5L);
    }
}
