package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people are told of an app that does not get healthy. */
class HealthTest {
    private static final Deployments.Settings SETTINGS = new Deployments.Settings(
            8080, Optional.empty(), Duration.ofSeconds(60), Optional.empty(), Optional.empty(), List.of());

    private static String deaf(Engine.Socket... listening) {
        return Health.deaf(List.of(listening), SETTINGS);
    }

    @Test
    void anAppOnAnotherPortIsToldWhichOneItListensOn() {
        assertThat(deaf(new Engine.Socket("0.0.0.0", 3000), new Engine.Socket("::", 3000)))
                .isEqualTo(
                        "The app does not listen on port 8080 but on 3000; set that as its port, or have it listen on the one in the variable PORT");
    }

    @Test
    void anAppOnItsOwnLoopbackIsToldThatNobodyReachesIt() {
        assertThat(deaf(new Engine.Socket("127.0.0.1", 8080)))
                .contains("loopback")
                .contains("0.0.0.0");
        assertThat(deaf(new Engine.Socket("0:0:0:0:0:0:0:1", 8080))).contains("loopback");
    }

    @Test
    void anAppThatListensNowhereIsToldWhichPortWasTried() {
        assertThat(deaf()).startsWith("The app does not listen on port 8080 after 60 s; set the port");
        assertThat(deaf(new Engine.Socket("127.0.0.1", 5432))).startsWith("The app does not listen on port 8080 after");
    }

    @Test
    void howAContainerEndedSaysWhatToDo() {
        assertThat(Health.ended(Optional.of(0), Optional.empty())).contains("foreground");
        assertThat(Health.ended(Optional.of(137), Optional.of(64L << 20)))
                .contains("64 MiB")
                .contains("raise");
        assertThat(Health.ended(Optional.of(137), Optional.empty())).contains("exit code 137");
        assertThat(Health.ended(Optional.of(3), Optional.empty()))
                .contains("exit code 3")
                .contains("deploy again");
    }
}
