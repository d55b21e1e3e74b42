package io.openpanel.docker.internal.logs;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;

/** Reads the times in front of the engine's log lines: {@code 2026-03-01T08:30:00.123456789Z }. */
final class EngineTime {
    private static final int SECONDS = 19;
    private static final int FIXED = 30;
    private static final int LONGEST = 40;

    private final byte[] second = new byte[SECONDS];
    private long epochSecond;
    private Instant at = Instant.EPOCH;

    /**
     * Reads the time at the start of a line.
     *
     * @return how many bytes it takes with the blank behind it; 0 when there is none, {@link #at} then stays as it was
     */
    int read(byte[] line, int from, int to) {
        if (isFixed(line, from, to)) {
            if (!Arrays.equals(line, from, from + SECONDS, second, 0, SECONDS)) {
                epochSecond = epochSecond(line, from);
                System.arraycopy(line, from, second, 0, SECONDS);
            }
            at = Instant.ofEpochSecond(epochSecond, number(line, from + SECONDS + 1, 9));
            return FIXED + 1;
        }
        int blank = blank(line, from, to);
        if (blank < 0) {
            return 0;
        }
        try {
            at = OffsetDateTime.parse(new String(line, from, blank - from, StandardCharsets.US_ASCII))
                    .toInstant();
            return blank - from + 1;
        } catch (DateTimeException e) {
            return 0;
        }
    }

    /** Whether a time in the engine's usual form starts here. */
    static boolean isFixed(byte[] line, int from, int to) {
        if (to - from <= FIXED
                || line[from + FIXED] != ' '
                || line[from + FIXED - 1] != 'Z'
                || line[from + 10] != 'T') {
            return false;
        }
        for (int i = 0; i < FIXED - 1; i++) {
            byte wanted = (byte) "0000-00-00T00:00:00.000000000".charAt(i);
            byte found = line[from + i];
            if (wanted == '0' ? found < '0' || found > '9' : found != wanted) {
                return false;
            }
        }
        return true;
    }

    private static int blank(byte[] line, int from, int to) {
        for (int i = from; i < Math.min(to, from + LONGEST); i++) {
            if (line[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    private static long epochSecond(byte[] line, int from) {
        long day = LocalDate.of(number(line, from, 4), number(line, from + 5, 2), number(line, from + 8, 2))
                .toEpochDay();
        return day * 86_400
                + number(line, from + 11, 2) * 3_600L
                + number(line, from + 14, 2) * 60L
                + number(line, from + 17, 2);
    }

    private static int number(byte[] line, int from, int digits) {
        int number = 0;
        for (int i = from; i < from + digits; i++) {
            number = number * 10 + line[i] - '0';
        }
        return number;
    }

    Instant at() {
        return at;
    }
}
