package io.openpanel.webhook.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushReaderTest {
    private static final String COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

    private static Push read(String json) {
        return PushReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatGitHubAndGiteaSendIsUnderstood() {
        Push push = read(
                "{\"ref\":\"refs/heads/feature/x\",\"before\":\"0\",\"after\":\"" + COMMIT + "\",\"deleted\":false,"
                        + "\"repository\":{\"id\":1,\"name\":\"web\",\"full_name\":\"acme/web\",\"owner\":{\"name\":\"acme\"},"
                        + "\"default_branch\":\"main\"},\"pusher\":{\"name\":\"ana\"},\"commits\":[{\"id\":\"x\",\"ref\":\"no\"}],"
                        + "\"head_commit\":{\"id\":\"y\",\"message\":\"Fix\\n\\nmore\",\"author\":{\"name\":\"Ana\\u0007\"}}}");

        assertThat(push)
                .isEqualTo(new Push(
                        "acme/web",
                        Optional.of("main"),
                        "refs/heads/feature/x",
                        Optional.of(COMMIT),
                        false,
                        Optional.of("Fix"),
                        Optional.of("Ana ")));
        assertThat(push.branch()).contains("feature/x");
        assertThat(push.isGone()).isFalse();
    }

    @Test
    void noHalfCharacterIsKept() {
        String message = "x".repeat(999) + "\ud83d\ude00";

        Push push = read("{\"ref\":\"main\",\"repository\":\"we\\u0000b\",\"head_commit\":{\"message\":\"" + message
                + "\",\"author\":{\"name\":\"\\ud800\"}}}");

        assertThat(push.message()).contains("x".repeat(999) + '?');
        assertThat(push.author()).contains("?");
        assertThat(push.repository()).isEqualTo("we?b");
        assertThat(read("{\"ref\":\"main\",\"head_commit\":{\"message\":\"\ud83d\ude00\"}}")
                        .message())
                .contains("\ud83d\ude00");
    }

    @Test
    void aSimpleSenderIsUnderstood() {
        Push push = read("{\"branch\":\"main\",\"commit\":\"ABCDEF1\",\"repository\":\"web\"}");

        assertThat(push.branch()).contains("main");
        assertThat(push.commit()).contains("abcdef1");
        assertThat(push.repository()).isEqualTo("web");
        assertThat(read("{\"ref\":\"main\"}").commit()).isEmpty();
    }

    @Test
    void aTagIsNoBranchAndADeletedBranchHasNoCommit() {
        assertThat(read("{\"ref\":\"refs/tags/v1\"}").branch()).isEmpty();
        assertThat(read("{\"ref\":\"refs/heads/x\",\"after\":\"" + "0".repeat(40) + "\"}")
                        .isGone())
                .isTrue();
        assertThat(read("{\"ref\":\"refs/heads/x\",\"deleted\":true,\"after\":\"" + COMMIT + "\"}")
                        .commit())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{}",
                "{\"ref\":\"\"}",
                "{\"ref\":\"a\",\"ref\":\"b\"}",
                "{\"ref\":\"a\"} x",
                "{\"ref\":\"a\"}{}",
                "{\"ref\":\"--upload-pack=x\"}",
                "{\"ref\":\"refs/heads/-x\"}",
                "{\"ref\":\"a..b\"}",
                "{\"ref\":\"a b\"}",
                "{\"ref\":\"a\\u0000b\"}",
                "{\"ref\":\"a\",\"after\":\"$(id)\"}",
                "{\"ref\":\"a\",\"after\":\"abc\"}",
                "{\"ref\":{\"x\":1}}",
                "payload=%7B%7D",
                "{\"ref\":\"main\",\"after\":\"abcdef1;rm\"}",
                "{\"ref\":\"x.lock\"}"
            })
    void isRefusedWithAReason(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.kind())
                .isEqualTo(Problem.Kind.INVALID));
    }

    @Test
    void nothingIsTooDeepOrTooLong() {
        assertThatThrownBy(() -> read("{\"a\":".repeat(100_000))).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> read("{\"x\":" + "[".repeat(100_000))).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> read("{\"ref\":\"" + "a".repeat(2 << 20) + "\"}"))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> PushReader.read(new ByteArrayInputStream(
                        new byte[] {'{', '"', 'r', 'e', 'f', '"', ':', '"', (byte) 0xc3, '"', '}'})))
                .isInstanceOf(Problem.class);
    }

    @Test
    void twentyFiveMebibytesStreamByWithoutBeingKept() {
        byte[] piece = "{\"id\":\"0123456789abcdef\",\"message\":\"a commit among many\"},"
                .getBytes(StandardCharsets.US_ASCII);
        String head = "{\"commits\":[";
        String tail = "{}],\"ref\":\"refs/heads/main\"}";
        InputStream body = new java.io.SequenceInputStream(java.util.Collections.enumeration(List.of(
                new ByteArrayInputStream(head.getBytes(StandardCharsets.US_ASCII)),
                new Repeated(piece, 420_000),
                new ByteArrayInputStream(tail.getBytes(StandardCharsets.US_ASCII)))));
        Runtime runtime = Runtime.getRuntime();

        assertThat(PushReader.read(body).branch()).contains("main");
        System.gc();
        assertThat(runtime.totalMemory() - runtime.freeMemory()).isLessThan(200L << 20);
    }

    @EnabledIf("hasSuite")
    @ParameterizedTest
    @MethodSource("suite")
    void notOneFileOfTheJsonSuiteIsMoreThanRefused(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            PushReader.read(in);
        } catch (Problem problem) {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        }
    }

    private static Path data() {
        String folder = System.getenv("OPENPANEL_TEST_DATA");
        return (folder == null ? Path.of("../../shared/data") : Path.of(folder)).resolve("json-suite");
    }

    static boolean hasSuite() {
        return Files.isDirectory(data());
    }

    static Stream<Path> suite() throws IOException {
        return Files.walk(data()).filter(file -> file.toString().endsWith(".json"));
    }

    /** The same bytes over and over. */
    private static final class Repeated extends InputStream {
        private final byte[] piece;
        private long left;
        private int position;

        Repeated(byte[] piece, long times) {
            this.piece = piece;
            this.left = piece.length * times;
        }

        @Override
        public int read() {
            if (left-- <= 0) {
                return -1;
            }
            int next = piece[position];
            position = (position + 1) % piece.length;
            return next;
        }
    }
}
