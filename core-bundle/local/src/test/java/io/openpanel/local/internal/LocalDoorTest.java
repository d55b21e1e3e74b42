package io.openpanel.local.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LocalDoorTest {
    private final FakeGateway gateway = new FakeGateway();

    @TempDir
    private Path home;

    private Path socket;
    private LocalDoor door;

    @BeforeEach
    void open() throws IOException {
        socket = home.resolve("run").resolve("panel.sock");
        door = new LocalDoor(gateway, socket, PeerCheck.ownerOrRoot(socket));
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    @Test
    void callsTheGatewayAsTheOwnerOfTheMachine() throws IOException {
        try (Visitor visitor = new Visitor(socket)) {
            assertThat(visitor.ask("{\"action\":\"container.list\",\"input\":{\"limit\":5}}"))
                    .isEqualTo("{\"ok\":{\"limit\":5}}");
            assertThat(visitor.hear())
                    .as("the end of the connection is the end of the answer")
                    .isNull();
        }
        Gateway.Invocation asked = gateway.asked.get(0);
        assertThat(asked.action()).isEqualTo("container.list");
        assertThat(asked.surface()).isEqualTo("local");
        assertThat(asked.caller())
                .isEqualTo(new Gateway.Caller.Known(
                        new Principal(new Ref("local", "owner"), "local", Optional.empty(), Optional.empty())));
    }

    @Test
    void worksInTheTeamThatIsAskedFor() throws IOException {
        ask("{\"action\":\"app.list\",\"team\":\"team:0123456789abcdef\"}");
        ask("{\"action\":\"app.list\",\"team\":\"0123456789abcdef\"}");
        assertThat(gateway.asked).allSatisfy(asked -> assertThat(
                        ((Gateway.Caller.Known) asked.caller()).principal().team())
                .contains(new Ref("team", "0123456789abcdef")));
        assertThat(gateway.asked.get(0).input()).isEmpty();
    }

    @Test
    void opensForItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
    }

    @Test
    void knowsRootByNameAndNumber() {
        assertThat(PeerCheck.isRoot("root")).isTrue();
        assertThat(PeerCheck.isRoot("0")).isTrue();
        assertThat(PeerCheck.isRoot("openpanel-proxy")).isFalse();
    }

    @Test
    void turnsStrangersAway() throws IOException {
        door.close();
        door = new LocalDoor(gateway, socket, channel -> false);
        try (Visitor visitor = new Visitor(socket)) {
            assertThat(visitor.hear()).contains("\"status\":403", "Only root");
            assertThat(visitor.hear()).isNull();
        }
        assertThat(gateway.asked).isEmpty();
    }

    @Test
    void takesTheFileOverFromAPanelThatWasKilled() throws IOException {
        door.close();
        Files.writeString(socket, "left behind");
        door = new LocalDoor(gateway, socket, PeerCheck.ownerOrRoot(socket));
        try (Visitor visitor = new Visitor(socket)) {
            assertThat(visitor.ask("{\"action\":\"engine.get\",\"input\":{}}")).isEqualTo("{\"ok\":{}}");
        }
    }

    @Test
    void namesTheJobThatWasStarted() throws IOException {
        gateway.answer = invocation -> new Gateway.Reply.Accepted(new Ref("job", "0123456789abcdef"));
        try (Visitor visitor = new Visitor(socket)) {
            assertThat(visitor.ask("{\"action\":\"deployment.start\"}"))
                    .isEqualTo("{\"job\":\"job:0123456789abcdef\"}");
        }
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        gateway.answer = invocation -> {
            throw Problem.invalid("limit", "'limit' must be a number");
        };
        assertThat(ask("{\"action\":\"container.list\",\"input\":{}}"))
                .contains("\"status\":400", "\"errors\":{\"limit\":\"'limit' must be a number\"}");
        assertThat(ask("nonsense")).contains("\"status\":400", "not JSON");
        assertThat(ask("[]")).contains("one JSON object");
        assertThat(ask("{\"action\":\"a.b\",\"action\":\"a.c\"}")).contains("\"status\":400");
        assertThat(ask("{\"action\":\"a.b\"} x")).contains("\"status\":400");
        assertThat(ask("{\"action\":7}")).contains("must name an action");
        assertThat(ask("{\"action\":\"a.b\",\"input\":[]}")).contains("must be a JSON object");
        assertThat(ask("{\"action\":\"a.b\",\"as\":\"root\"}")).contains("no property 'as'");
        assertThat(ask("{\"action\":\"a.b\",\"team\":\"\"}")).contains("must be a team's id");
        assertThat(ask("{\"action\":\"a.b\",\"team\":\"Acme\"}")).contains("must be a team's id");
        assertThat(ask("{\"action\":\"a.b\",\"team\":\"app:0123456789abcdef\"}"))
                .contains("must be a team's id");
    }

    @Test
    void keepsTheReasonOfABugToTheLog() throws IOException {
        gateway.answer = invocation -> {
            throw new IllegalStateException("password=hunter2");
        };
        try (Visitor visitor = new Visitor(socket)) {
            assertThat(visitor.ask("{\"action\":\"a.b\"}"))
                    .contains("\"status\":500")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void passesAStreamInOrderToItsEnd() throws IOException {
        int count = 1000;
        SubmissionPublisher<Gateway.Item> items = new SubmissionPublisher<>(Runnable::run, 16);
        gateway.answer = invocation -> new Gateway.Reply.Streaming(items);
        try (Visitor visitor = new Visitor(socket)) {
            visitor.say("{\"action\":\"job.log\"}");
            awaitSubscriber(items);
            Thread publisher = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    items.submit(new Gateway.Item(i, ("{\"seq\":" + i + "}").getBytes(StandardCharsets.UTF_8)));
                }
                items.close();
            });
            publisher.start();
            for (int i = 0; i < count; i++) {
                assertThat(visitor.hear()).isEqualTo("{\"item\":{\"seq\":" + i + "}}");
            }
            assertThat(visitor.hear()).isEqualTo("{\"end\":true}");
            assertThat(visitor.hear()).isNull();
        }
    }

    @Test
    void endsAStreamWhoseVisitorLeft() throws Exception {
        SubmissionPublisher<Gateway.Item> items = new SubmissionPublisher<>();
        gateway.answer = invocation -> new Gateway.Reply.Streaming(items);
        try (Visitor visitor = new Visitor(socket)) {
            visitor.say("{\"action\":\"event.watch\"}");
            awaitSubscriber(items);
        }
        await(() -> !items.hasSubscribers());
    }

    @Test
    void saysWhyAStreamBrokeOff() throws IOException {
        SubmissionPublisher<Gateway.Item> items = new SubmissionPublisher<>();
        gateway.answer = invocation -> new Gateway.Reply.Streaming(items);
        try (Visitor visitor = new Visitor(socket)) {
            visitor.say("{\"action\":\"container.logs\"}");
            awaitSubscriber(items);
            items.closeExceptionally(new Problem(Problem.Kind.UNAVAILABLE, "The engine went away"));
            assertThat(visitor.hear()).contains("\"status\":503", "The engine went away");
        }
        SubmissionPublisher<Gateway.Item> broken = new SubmissionPublisher<>();
        gateway.answer = invocation -> new Gateway.Reply.Streaming(broken);
        try (Visitor visitor = new Visitor(socket)) {
            visitor.say("{\"action\":\"container.logs\"}");
            awaitSubscriber(broken);
            broken.closeExceptionally(new IllegalStateException("bug"));
            assertThat(visitor.hear()).contains("\"status\":500");
        }
    }

    @Test
    void refusesFilesAndTerminals() throws IOException {
        AtomicBoolean closed = new AtomicBoolean();
        gateway.answer = invocation -> new Gateway.Reply.File(new ByteArrayInputStream(new byte[0]) {
            @Override
            public void close() {
                closed.set(true);
            }
        });
        assertThat(ask("{\"action\":\"backup.download\"}")).contains("do not pass through the local door");
        assertThat(closed).isTrue();
        AtomicBoolean hungUp = new AtomicBoolean();
        gateway.answer = invocation ->
                new Gateway.Reply.Terminal(new FakeTerminal(hungUp), CompletableFuture.failedFuture(new IOException()));
        assertThat(ask("{\"action\":\"container.exec\"}")).contains("do not pass through the local door");
        assertThat(hungUp).isTrue();
    }

    @Test
    void refusesALineThatNeverEnds() throws IOException {
        try (Visitor visitor = new Visitor(socket)) {
            visitor.say("x".repeat(4 * 1024 * 1024 + 1));
            assertThat(visitor.hear()).contains("A line may be at most");
        }
    }

    @Test
    void asksToComeBackWhenTooManyAreInside() throws Exception {
        CountDownLatch leave = new CountDownLatch(1);
        gateway.answer = invocation -> {
            try {
                leave.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new Gateway.Reply.Done("1".getBytes(StandardCharsets.UTF_8), Optional.empty());
        };
        List<Visitor> inside = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Visitor visitor = new Visitor(socket);
            visitor.say("{\"action\":\"a.b\"}");
            inside.add(visitor);
        }
        await(() -> gateway.asked.size() == 16);
        try (Visitor late = new Visitor(socket)) {
            assertThat(late.hear()).contains("\"status\":429");
        }
        leave.countDown();
        for (Visitor visitor : inside) {
            assertThat(visitor.hear()).isEqualTo("{\"ok\":1}");
            visitor.close();
        }
    }

    @Test
    void leavesNothingBehindWhenItStops() throws Exception {
        try (Visitor visitor = new Visitor(socket)) {
            ask("{\"action\":\"a.b\"}");
            door.close();
            assertThat(visitor.hear()).isNull();
        }
        assertThat(socket).doesNotExist();
        await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("local-")));
    }

    private String ask(String line) throws IOException {
        try (Visitor visitor = new Visitor(socket)) {
            return visitor.ask(line);
        }
    }

    private static void awaitSubscriber(SubmissionPublisher<?> publisher) {
        await(publisher::hasSubscribers);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited long enough").isLessThan(end);
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
