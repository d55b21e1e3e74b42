package io.openpanel.kernel.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions and answers both ways, and what becomes of those that do not come. */
class WireTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private SocketChannel other;
    private Wire here;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @BeforeEach
    void connect() throws IOException {
        Path path = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            other = SocketChannel.open(UnixDomainSocketAddress.of(path));
            here = new Wire("here", server.accept(), 1 << 16, 2, (wire, what, body) -> null, ended::countDown).start();
        }
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        other.close();
    }

    private Wire answering(Wire.Answering answering) {
        return new Wire("there", other, 1 << 20, 8, answering, () -> {}).start();
    }

    @Test
    void anAnswerComesAndWhatWentWrongToo() {
        answering((wire, what, body) -> {
            if (what.equals("no")) {
                throw new Problem(Problem.Kind.LIMITED, "Not now").retryAfter(Duration.ofSeconds(3));
            }
            if (what.equals("bug")) {
                throw new IllegalStateException("I never work");
            }
            return TextNode.valueOf(what + body.get("n").asInt());
        });
        assertThat(here.ask("say", Json.object().put("n", 7), PATIENCE).asText())
                .isEqualTo("say7");
        assertThatThrownBy(() -> here.ask("no", Json.object(), PATIENCE))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.LIMITED);
                    assertThat(problem.retryAfter()).contains(Duration.ofSeconds(3));
                });
        assertThatThrownBy(() -> here.ask("bug", Json.object(), PATIENCE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("I never work");
    }

    @Test
    void whatTakesTooLongIsGivenUpAndTheOtherSideIsInterrupted() throws InterruptedException {
        answering((wire, what, body) -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return null;
        });
        // Long enough that it has begun there: what is given up before is not begun at all.
        assertThatThrownBy(() -> here.ask("hang", Json.object(), Duration.ofSeconds(1)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.TIMEOUT));
        assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void oneThatDoesNotEndIsSeenToBeStuck() throws InterruptedException {
        assertThatThrownBy(() -> here.ask("nobody answers", Json.object(), Duration.ofMillis(50)))
                .isInstanceOf(Problem.class);
        Thread.sleep(100);
        assertThat(here.longestStuck()).isGreaterThan(Duration.ofMillis(50));
    }

    @Test
    void whoeverWaitsIsToldThatTheOtherSideHasGone() throws IOException, InterruptedException {
        Thread leaving = new Thread(() -> {
            try {
                Thread.sleep(100);
                other.close();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        leaving.start();
        assertThatThrownBy(() -> here.ask("say", Json.object(), PATIENCE))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
                    assertThat(problem.retryAfter()).isPresent();
                });
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aMessageTooLongOrThatIsNoneEndsTheConnection() throws IOException, InterruptedException {
        other.write(ByteBuffer.allocate(4).putInt(1 << 20).flip());
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSideThatDoesNotReadIsCutOffAndNobodyWaitsForIt() throws InterruptedException {
        String text = "x".repeat(1 << 20);
        for (int i = 0; i < 40 && here.isOpen(); i++) {
            try {
                here.ask("read", Json.object().put("text", text), Duration.ofMillis(20));
            } catch (Problem expected) {
                assertThat(expected.kind()).isIn(Problem.Kind.TIMEOUT, Problem.Kind.UNAVAILABLE);
            }
        }
        assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
    }
}
