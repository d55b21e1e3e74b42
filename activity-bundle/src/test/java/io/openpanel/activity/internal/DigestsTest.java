package io.openpanel.activity.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.activity.internal.NotificationKind.MailWhen;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class DigestsTest {
    private static final ZoneId SAO_PAULO = ZoneId.of("America/Sao_Paulo");
    private static final Instant WEDNESDAY_NOON_UTC = Instant.parse("2026-11-18T12:00:00Z");

    @Test
    void aDayEndsAtEightInTheMorningWhereTheReaderIs() {
        assertThat(Digests.lastMorning(WEDNESDAY_NOON_UTC, SAO_PAULO, MailWhen.DAILY))
                .isEqualTo(Instant.parse("2026-11-18T11:00:00Z"));
        assertThat(Digests.lastMorning(Instant.parse("2026-11-18T10:59:00Z"), SAO_PAULO, MailWhen.DAILY))
                .isEqualTo(Instant.parse("2026-11-17T11:00:00Z"));
    }

    @Test
    void aWeekEndsOnMondayMorning() {
        assertThat(Digests.lastMorning(WEDNESDAY_NOON_UTC, SAO_PAULO, MailWhen.WEEKLY))
                .isEqualTo(Instant.parse("2026-11-16T11:00:00Z"));
        assertThat(Digests.lastMorning(Instant.parse("2026-11-16T10:00:00Z"), SAO_PAULO, MailWhen.WEEKLY))
                .isEqualTo(Instant.parse("2026-11-09T11:00:00Z"));
    }
}
