package io.openpanel.data.internal.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class HeldTest {
    private static final DataKeys.DataKey FIRST = key("first");
    private static final DataKeys.DataKey SECOND = key("second");

    private static DataKeys.DataKey key(String id) {
        return new DataKeys.DataKey(id, "", new SecretKeySpec(new byte[32], "AES"));
    }

    private static DataKeys.DataKey away() {
        throw new Problem(Problem.Kind.UPSTREAM, "It is away");
    }

    @Test
    void withoutALeaseItIsNeverOpenedAgain() throws Exception {
        assertThat(new Held(FIRST, Optional.empty()).get(HeldTest::away)).isSameAs(FIRST);
    }

    @Test
    void earlyInItsLeaseItIsNotOpenedAgain() throws Exception {
        assertThat(new Held(FIRST, Optional.of(Duration.ofMinutes(1))).get(HeldTest::away))
                .isSameAs(FIRST);
    }

    @Test
    void afterItsLeaseItIsOpenedAgainOrRefused() throws Exception {
        Held held = new Held(FIRST, Optional.of(Duration.ofNanos(1)));

        assertThat(held.get(() -> SECOND)).isSameAs(SECOND);
        assertThatThrownBy(() -> held.get(HeldTest::away)).isInstanceOf(Problem.class);
    }
}
