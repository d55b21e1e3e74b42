package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TotpTest {
    /** Appendix B of RFC 6238, its last six digits. */
    private static final Map<Long, String> VECTORS = Map.of(
            59L, "287082",
            1111111109L, "081804",
            1111111111L, "050471",
            1234567890L, "005924",
            2000000000L, "279037",
            20000000000L, "353130");

    private final Totp totp = new Totp("12345678901234567890".getBytes(StandardCharsets.US_ASCII));

    @Test
    void theCodesAreThoseOfTheStandard() {
        VECTORS.forEach((second, code) ->
                assertThat(totp.code(Instant.ofEpochSecond(second))).isEqualTo(code));
    }

    @Test
    void theCodesAreThoseOfTheStandardAlsoWhereDigitsAreWrittenOtherwise() {
        Locale former = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            theCodesAreThoseOfTheStandard();
        } finally {
            Locale.setDefault(former);
        }
    }

    @Test
    void theSeedIsTheSameAfterBeingTyped() {
        assertThat(totp.text()).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (int i = 0; i < 100; i++) {
            Totp fresh = Totp.create();
            assertThat(fresh.seed()).hasSize(20);
            assertThat(Totp.of(fresh.text()).seed()).isEqualTo(fresh.seed());
        }
    }

    @Test
    void oneStepBeforeAndAfterIsGoodAndTwoAreNot() {
        Instant now = Instant.ofEpochSecond(1_700_000_010);
        for (int steps = -3; steps <= 3; steps++) {
            String code = totp.code(now.plusSeconds(30L * steps));
            assertThat(totp.stepOf(code, now).isPresent()).as(steps + " steps").isEqualTo(Math.abs(steps) <= 1);
        }
    }

    @Test
    void whatIsNoCodeIsNotGood() {
        Instant now = Instant.ofEpochSecond(59);
        for (String wrong : new String[] {"", "28708", "2870820", "28708 2", "٢٨٧٠٨٢", "abcdef"}) {
            assertThat(totp.stepOf(wrong, now)).isEmpty();
        }
    }

    @Test
    void theAddressForTheQrCodeNamesPanelAndPerson() {
        assertThat(totp.uri("OpenPanel", "ana+x@example.com"))
                .isEqualTo("otpauth://totp/OpenPanel:ana%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                        + "&issuer=OpenPanel&algorithm=SHA1&digits=6&period=30");
    }
}
