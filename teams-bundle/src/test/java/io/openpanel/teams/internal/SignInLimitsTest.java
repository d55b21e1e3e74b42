package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignInLimitsTest {
    private final AtomicLong nanos = new AtomicLong(42);
    private final SignInLimits limits = new SignInLimits(nanos::get);
    private int address;

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void fail(String account) {
        limits.begin("192.0.2." + address++ % 250, account);
    }

    private long waitFor(Runnable attempt) {
        Problem problem = catchThrowableOfType(Problem.class, attempt::run);
        assertThat(problem.kind()).isEqualTo(Problem.Kind.LIMITED);
        return problem.retryAfter().orElseThrow().toSeconds();
    }

    @Test
    void fiveFailuresAreFreeThenEachCostsTwiceTheWait() {
        for (int i = 0; i < 5; i++) {
            fail("ana@example.com");
        }
        for (long delay : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            assertThat(waitFor(() -> fail("ana@example.com"))).isEqualTo(delay);
            pass(Duration.ofSeconds(delay));
            fail("ana@example.com");
        }
    }

    @Test
    void aRightPasswordClearsTheCount() {
        for (int i = 0; i < 4; i++) {
            fail("ana@example.com");
        }
        limits.begin("192.0.2.1", "ana@example.com").succeeded();
        for (int i = 0; i < 5; i++) {
            fail("ANA@example.com");
        }

        assertThat(waitFor(() -> fail("ana@example.com"))).isEqualTo(1);
        assertThatCode(() -> fail("eva@example.com")).doesNotThrowAnyException();
    }

    @Test
    void failuresAreForgottenAfterFifteenMinutes() {
        for (int i = 0; i < 5; i++) {
            fail("ana@example.com");
        }
        pass(Duration.ofMinutes(15));
        for (int i = 0; i < 5; i++) {
            fail("ana@example.com");
        }
    }

    @Test
    void oneAddressMayTryTwentyTimesAMinute() {
        for (int i = 0; i < 20; i++) {
            limits.begin("198.51.100.7", "person" + i + "@example.com");
        }

        assertThat(waitFor(() -> limits.begin("198.51.100.7", "last@example.com")))
                .isEqualTo(60);
        assertThatCode(() -> limits.count("198.51.100.8")).doesNotThrowAnyException();
        pass(Duration.ofMinutes(1));
        assertThatCode(() -> limits.count("198.51.100.7")).doesNotThrowAnyException();
    }

    @Test
    void aThousandAMinuteIsTheEndForEverybody() {
        for (int i = 0; i < 1_000; i++) {
            limits.begin("10.0." + i / 250 + '.' + i % 250, "p" + i);
        }

        Optional<Duration> wait = catchThrowableOfType(Problem.class, () -> limits.count("203.0.113.9"))
                .retryAfter();
        assertThat(wait).contains(Duration.ofMinutes(1));
    }

    @Test
    void whoIsTurnedAwayForTheirAddressMakesNobodysFailuresForgotten() {
        for (int i = 0; i < 5; i++) {
            fail("ana@example.com");
        }
        for (int i = 0; i < 20_100; i++) {
            String account = "crowd" + i;
            catchThrowableOfType(Problem.class, () -> limits.begin("203.0.113.9", account));
        }

        assertThat(waitFor(() -> fail("ana@example.com"))).isEqualTo(1);
    }
}
