package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class TerminalTest {
    private static final String INPUT = "{\"type\":\"object\",\"properties\":{\"app\":{\"type\":\"string\"}}}";

    private WebHost host;
    private FakeDuplex far;
    private final AtomicInteger served = new AtomicInteger();
    private CompletableFuture<Problem> ended;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        host.kernel().add("app.terminal", "POST", "/apps/{app}/terminal", INPUT, Operation.Form.DUPLEX, "");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    @BeforeEach
    void aFreshFarEnd() {
        far = new FakeDuplex();
        ended = new CompletableFuture<>();
        host.kernel().calls();
        host.kernel().answer("app.terminal", call -> {
            served.incrementAndGet();
            return new Gateway.Reply.Terminal(far, ended);
        });
    }

    private String own() {
        return "http://127.0.0.1:" + host.port();
    }

    private String ticket(String token) {
        HttpResponse<String> answer = host.post("/api/v1/apps/a/terminal", "{}", "Authorization", "Bearer " + token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode json = FakeKernel.parse(answer.body().getBytes(StandardCharsets.UTF_8));
        assertThat(json.get("url").asText()).isEqualTo("/api/v1/terminals");
        assertThat(json.get("expiresAt").asText()).endsWith("Z");
        return json.get("ticket").asText();
    }

    private WebSocket open(TerminalClient client, String ticket, String... headers) {
        WebSocket.Builder builder =
                host.client().newWebSocketBuilder().subprotocols("openpanel.terminal", "ticket." + ticket);
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(URI.create(own().replace("http", "ws") + "/api/v1/terminals"), client)
                .join();
    }

    private WebSocket open(TerminalClient client) {
        return open(client, ticket("good"), "Origin", own());
    }

    private int refusal(String ticket, String... headers) throws InterruptedException {
        try {
            openAndLeave(ticket, headers);
            return 101;
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    /** Leaves only once it has its far end, or it would take that of the next test. */
    private void openAndLeave(String ticket, String... headers) throws InterruptedException {
        int before = served.get();
        WebSocket socket = open(new TerminalClient(true), ticket, headers);
        WebHost.await(() -> served.get() > before);
        socket.abort();
    }

    private static void type(WebSocket socket, String text) {
        socket.sendBinary(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true)
                .join();
    }

    @Test
    void whatIsTypedAndWhatIsPrintedPass() throws Exception {
        TerminalClient client = new TerminalClient(true);
        WebSocket socket = open(client);
        assertThat(socket.getSubprotocol()).isEqualTo("openpanel.terminal");
        far.print("hello".getBytes());
        type(socket, "ls ");
        type(socket, "-l\n");
        socket.sendText("{\"resize\":{\"columns\":120,\"rows\":40}}", true).join();
        socket.sendText("{\"eof\":true}", true).join();
        WebHost.await(() -> far.eof);
        assertThat(far.typed()).isEqualTo("ls -l\n");
        assertThat(far.sizes).containsExactly("120x40");
        WebHost.await(() -> client.printed().equals("hello"));
        socket.sendClose(1000, "").join();
        WebHost.await(() -> far.closed);
    }

    @Test
    void theCallIsTheCallersOwnWithTheInputOfTheTicket() throws Exception {
        WebSocket socket = open(new TerminalClient(true));
        WebHost.await(() -> !host.kernel().calls().isEmpty() || far.closed);
        ticket("good-other");
        String ticket = ticket("good");
        host.kernel().calls();
        WebSocket second = open(new TerminalClient(true), ticket, "Origin", own());
        List<Gateway.Invocation> calls = new ArrayList<>();
        WebHost.await(() -> calls.addAll(host.kernel().calls()) && !calls.isEmpty());
        assertThat(calls).hasSize(1);
        assertThat(calls.get(0).action()).isEqualTo("app.terminal");
        assertThat(new String(calls.get(0).input())).isEqualTo("{\"app\":\"a\"}");
        assertThat(calls.get(0).caller()).isEqualTo(new Gateway.Caller.Bearer("good", java.util.Optional.empty()));
        socket.abort();
        second.abort();
    }

    @Test
    void theExitCodeIsSaidAtTheEnd() throws Exception {
        TerminalClient client = new TerminalClient(true);
        open(client);
        far.print("bye".getBytes());
        far.exit(3);
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(client.printed()).isEqualTo("bye");
        assertThat(client.messages).containsExactly("{\"ended\":{\"reason\":\"exited\",\"exitCode\":3}}");
        WebHost.await(() -> far.closed);
    }

    @Test
    void whoMayNotGetsNoTicketAndNothingIsCalled() {
        assertThat(host.post("/api/v1/apps/a/terminal", "{}").statusCode()).isEqualTo(401);
        host.kernel().refuse("app.terminal", call -> new Problem(Problem.Kind.DENIED, "Your role does not allow it"));
        try {
            HttpResponse<String> answer = host.post("/api/v1/apps/a/terminal", "{}", "Authorization", "Bearer good");
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(host.kernel().calls()).isEmpty();
        } finally {
            host.kernel().refuse("app.terminal", call -> null);
        }
    }

    @Test
    void aTicketOpensOneTerminalOnly() throws InterruptedException {
        String ticket = ticket("good");
        openAndLeave(ticket, "Origin", own());
        assertThat(refusal(ticket, "Origin", own())).isEqualTo(401);
        assertThat(refusal("", "Origin", own())).isEqualTo(401);
        assertThat(refusal("x".repeat(43), "Origin", own())).isEqualTo(401);
    }

    @Test
    void aTicketIsOfNoUseToAnotherSession() throws InterruptedException {
        assertThat(refusal(ticket("good"), "Origin", own(), "Authorization", "Bearer good-other"))
                .isEqualTo(401);
        assertThat(refusal(ticket("good"), "Origin", own(), "Authorization", "Bearer bad"))
                .isEqualTo(401);
        assertThat(refusal(ticket("good"), "Origin", own(), "Authorization", "Bearer good"))
                .isEqualTo(101);
    }

    @Test
    void noPageOfAnotherSiteOpensATerminal() throws InterruptedException {
        String ticket = ticket("good");
        for (String origin : List.of(
                "null", "http://evil.example", own() + ".evil.example", own().replace("http", "https"), own() + "1")) {
            assertThat(refusal(ticket, "Origin", origin)).as(origin).isEqualTo(403);
        }
        assertThat(refusal(ticket)).as("none at all").isEqualTo(403);
        assertThat(refusal(ticket, "Origin", own()))
                .as("the ticket is not spent by those")
                .isEqualTo(101);
    }

    @Test
    void withoutAnUpgradeThereIsNothingToSee() {
        HttpResponse<String> answer = host.get("/api/v1/terminals");
        assertThat(answer.statusCode()).isEqualTo(426);
        assertThat(answer.headers().firstValue("Upgrade")).hasValue("websocket");
        assertThat(host.post("/api/v1/terminals", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void aMessageAboveTheLimitEndsIt() throws Exception {
        TerminalClient client = new TerminalClient(true);
        WebSocket socket = open(client);
        type(socket, "a".repeat(64 * 1024));
        WebHost.await(() -> far.typed().length() == 64 * 1024);
        type(socket, "a".repeat(64 * 1024 + 1));
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1009);
        WebHost.await(() -> far.closed);
    }

    @Test
    void aControlMessageThatMakesNoSenseEndsItAndSaysSo() throws Exception {
        for (String message : List.of("{\"resize\":{\"columns\":0,\"rows\":1}}", "hello", "{}", "[1]")) {
            aFreshFarEnd();
            TerminalClient client = new TerminalClient(true);
            WebSocket socket = open(client);
            socket.sendText(message, true).join();
            assertThat(client.closed.get(5, TimeUnit.SECONDS)).as(message).isEqualTo(1008);
            WebHost.await(() -> far.closed);
        }
    }

    @Test
    void aSlowReaderLosesWhatDoesNotFitIsToldSoAndHoldsUpNobody() throws Exception {
        TerminalClient slow = new TerminalClient(false);
        WebSocket socket = open(slow);
        FakeDuplex slowFar = far;
        int chunks = 3000;
        byte[] chunk = "0123456789abcdef".repeat(1024).getBytes();
        for (int i = 0; i < chunks; i++) {
            slowFar.print(chunk);
        }
        WebHost.await(() -> slowFar.waiting() == 0);
        aFreshFarEnd();
        TerminalClient quick = new TerminalClient(true);
        WebSocket other = open(quick);
        far.print("at once".getBytes());
        WebHost.await(() -> quick.printed().equals("at once"));
        socket.request(Long.MAX_VALUE);
        WebHost.await(() -> !slow.messages.isEmpty());
        slowFar.print("after".getBytes());
        WebHost.await(() -> slow.printed().endsWith("after"));
        JsonNode marker = FakeKernel.parse(slow.messages.get(0).getBytes());
        long dropped = marker.path("dropped").path("bytes").asLong();
        assertThat(dropped).isPositive();
        assertThat(slow.size() - "after".length() + dropped).isEqualTo((long) chunks * chunk.length);
        socket.abort();
        other.abort();
    }

    @Test
    void aLostSessionEndsItAtOnceEvenForAReaderThatDoesNotRead() throws Exception {
        for (boolean reads : List.of(true, false)) {
            aFreshFarEnd();
            TerminalClient client = new TerminalClient(reads);
            WebSocket socket = open(client);
            for (int i = 0; i < 3000; i++) {
                far.print(new byte[16 * 1024]);
            }
            long before = System.nanoTime();
            ended.complete(new Problem(Problem.Kind.UNAUTHENTICATED, "The session ended; sign in again"));
            FakeDuplex one = far;
            WebHost.await(() -> one.closed);
            socket.request(Long.MAX_VALUE);
            int status = client.closed.exceptionally(cut -> -1).get(5, TimeUnit.SECONDS);
            assertThat(status).isIn(reads ? Set.of(1008) : Set.of(1008, -1, 1006));
            assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(5));
        }
    }

    @Test
    void aPluginThatIsUpdatedSaysSoWithTheStatusForIt() throws Exception {
        TerminalClient client = new TerminalClient(true);
        open(client);
        WebHost.await(() -> !host.kernel().calls().isEmpty());
        ended.complete(new Problem(Problem.Kind.UNAVAILABLE, "moved: the plugin test was stopped or updated"));
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1012);
        WebHost.await(() -> far.closed);
    }

    @Test
    void whatTheActionRefusesIsSaid() throws Exception {
        host.kernel().answer("app.terminal", call -> {
            throw new Problem(Problem.Kind.CONFLICT, "The container web is not running; start it first");
        });
        TerminalClient client = new TerminalClient(true);
        open(client);
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1008);
        assertThat(client.reason).contains("start it first");
        assertThat(client.messages.get(0)).contains("\"reason\":\"conflict\"");
    }

    @Test
    void tooManyTicketsAreNotMade() {
        for (int i = 0; i < 20; i++) {
            ticket("good-many");
        }
        HttpResponse<String> answer = host.post("/api/v1/apps/a/terminal", "{}", "Authorization", "Bearer good-many");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("30");
    }

    @Test
    void theBundleLeavesNoThreadNoSessionAndTellsItsClientsToComeBack() throws Exception {
        try (WebHost other = new WebHost(Map.of())) {
            other.kernel().add("app.terminal", "POST", "/apps/{app}/terminal", INPUT, Operation.Form.DUPLEX, "");
            other.kernel().answer("app.terminal", call -> new Gateway.Reply.Terminal(far, ended));
            WebHost mine = host;
            host = other;
            try {
                TerminalClient client = new TerminalClient(true);
                open(client);
                WebHost.await(() -> !other.kernel().calls().isEmpty());
                other.web().stop();
                assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1012);
                assertThat(far.closed).isTrue();
                other.web().start();
                WebHost.await(() -> other.get("/health/live").statusCode() == 200);
                assertThatThrownBy(() -> open(new TerminalClient(true), "x", "Origin", own()))
                        .isInstanceOf(CompletionException.class);
            } finally {
                host = mine;
            }
        }
    }
}
