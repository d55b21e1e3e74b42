package io.openpanel.docker.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogDecoderTest {
    private static final String TIME = "2026-03-01T08:30:00.123456789Z ";

    private static byte[] frame(int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + bytes.length)
                .put((byte) stream)
                .put(new byte[3])
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static InputStream frames(int piece, byte[]... frames) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        return new FilterInputStream(new ByteArrayInputStream(all.toByteArray())) {
            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                return super.read(buffer, offset, Math.min(length, piece));
            }
        };
    }

    private static List<String> lines(InputStream in, boolean terminal) throws IOException {
        List<String> lines = new ArrayList<>();
        new LogDecoder(
                        in,
                        (stream, at, line, length) -> lines.add(
                                stream + " " + at + " " + new String(line, 0, length, StandardCharsets.UTF_8)))
                .read(terminal);
        return lines;
    }

    @Test
    void framesAreReadHoweverTheyAreCut() throws IOException {
        for (int piece = 1; piece < 50; piece++) {
            assertThat(lines(frames(piece, frame(1, TIME + "one\n"), frame(2, TIME + "two\n")), false))
                    .containsExactly(
                            "STDOUT 2026-03-01T08:30:00.123456789Z one", "STDERR 2026-03-01T08:30:00.123456789Z two");
        }
    }

    @Test
    void piecesOfALineAreJoinedStreamByStream() throws IOException {
        assertThat(lines(
                        frames(
                                1000,
                                frame(1, TIME + "on"),
                                frame(2, TIME + "tw"),
                                frame(1, TIME + "e\n"),
                                frame(2, TIME + "o")),
                        false))
                .containsExactly(
                        "STDOUT 2026-03-01T08:30:00.123456789Z one", "STDERR 2026-03-01T08:30:00.123456789Z two");
    }

    @Test
    void timesOfOtherFormsAndNoneAreRead() throws IOException {
        assertThat(lines(
                        frames(1000, frame(1, "2026-03-01T10:30:00.5+02:00 a\n"), frame(1, "no time\n"), frame(1, "x")),
                        false))
                .containsExactly(
                        "STDOUT 2026-03-01T08:30:00.500Z a",
                        "STDOUT 2026-03-01T08:30:00.500Z no time",
                        "STDOUT 2026-03-01T08:30:00.500Z x");
    }

    @Test
    void textOfATerminalLosesItsCarriageReturns() throws IOException {
        InputStream text = new ByteArrayInputStream(
                (TIME + "one\r\n" + TIME + "two\r\n" + TIME + "$ ").getBytes(StandardCharsets.UTF_8));
        assertThat(lines(text, true))
                .containsExactly(
                        "STDOUT 2026-03-01T08:30:00.123456789Z one",
                        "STDOUT 2026-03-01T08:30:00.123456789Z two",
                        "STDOUT 2026-03-01T08:30:00.123456789Z $ ");
    }

    @Test
    void aStreamCutInAFrameIsAnError() {
        byte[] whole = frame(1, TIME + "one\n");
        for (int cut = 1; cut < whole.length; cut++) {
            byte[] part = java.util.Arrays.copyOf(whole, cut);
            assertThatThrownBy(() -> lines(new ByteArrayInputStream(part), false))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aFrameOfAbsurdLengthIsAnError() {
        byte[] head = {1, 0, 0, 0, (byte) 0xff, 0, 0, 0};
        assertThatThrownBy(() -> lines(new ByteArrayInputStream(head), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bytes");
    }

    @Test
    void timesAreExact() {
        for (String text : List.of(
                "1970-01-01T00:00:00.000000001Z", "2000-02-29T23:59:59.999999999Z", "2026-12-31T12:00:00.000000000Z")) {
            EngineTime time = new EngineTime();
            byte[] line = (text + " x").getBytes(StandardCharsets.US_ASCII);
            assertThat(time.read(line, 0, line.length)).isEqualTo(31);
            assertThat(time.at()).isEqualTo(Instant.parse(text));
        }
    }
}
