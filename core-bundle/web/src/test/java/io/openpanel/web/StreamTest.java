package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class StreamTest {
    private static final String INPUT = "{\"type\":\"object\",\"properties\":{\"job\":{\"type\":\"string\"},"
            + "\"after\":{\"type\":\"integer\"}}}";
    private static final String NUMBERED = "{\"type\":\"object\",\"properties\":{\"seq\":{\"type\":\"integer\"}}}";

    private WebHost host;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        host.kernel().add("job.log", "GET", "/jobs/{job}/log", INPUT, Operation.Form.STREAM, NUMBERED);
        host.kernel()
                .add("app.stats", "GET", "/apps/{app}/stats", "{}", Operation.Form.STREAM, "{\"type\":\"object\"}");
        host.kernel().add("app.create", "POST", "/apps", "{}");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    @BeforeEach
    void forget() {
        host.kernel().calls();
    }

    private Feed feed(String action, long count, boolean open) {
        Feed feed = new Feed(count, open);
        host.kernel().answer(action, call -> new Gateway.Reply.Streaming(feed));
        return feed;
    }

    private HttpResponse<InputStream> open(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + host.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return host.client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private HttpResponse<InputStream> watch(String json, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + host.port() + "/api/v1/stream"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return host.client().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static String text(HttpResponse<InputStream> answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static BufferedReader lines(HttpResponse<InputStream> answer) {
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    @Test
    void itemsComeAsEventsWithTheirNumbers() throws Exception {
        feed("job.log", 2, false);
        HttpResponse<InputStream> answer = open("/api/v1/jobs/j1/log", "Accept", "text/event-stream");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        assertThat(answer.headers().firstValue("OpenPanel-Request")).isPresent();
        String line = "a line of a log that is of usual length ";
        assertThat(text(answer))
                .isEqualTo("id: 1\ndata: {\"seq\":1,\"line\":\"2026-01-01T00:00:00Z " + line + "1\"}\n\n"
                        + "id: 2\ndata: {\"seq\":2,\"line\":\"2026-01-01T00:00:00Z " + line + "2\"}\n\n"
                        + "event: end\ndata: {\"reason\":\"done\"}\n\n");
    }

    @Test
    void itemsComeAsLinesWhereNoEventsAreAskedFor() throws Exception {
        feed("job.log", 3, false);
        HttpResponse<InputStream> answer = open("/api/v1/jobs/j1/log");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/x-ndjson");
        assertThat(text(answer).split("\n")).hasSize(3).allMatch(line -> line.startsWith("{\"seq\":"));
    }

    @Test
    void theLastEventAClientHasIsWhereItGoesOn() throws Exception {
        feed("job.log", 0, false);
        text(open("/api/v1/jobs/j1/log", "Accept", "text/event-stream", "Last-Event-ID", "41"));
        assertThat(host.kernel().call().input()).asString().isEqualTo("{\"job\":\"j1\",\"after\":41}");
        feed("job.log", 0, false);
        text(open("/api/v1/jobs/j1/log?after=7", "Last-Event-ID", "41"));
        assertThat(host.kernel().call().input()).asString().isEqualTo("{\"job\":\"j1\",\"after\":7}");
    }

    @Test
    void aLiveItemDoesNotWaitForTheNext() throws Exception {
        Feed feed = feed("job.log", 0, true);
        BufferedReader lines = lines(open("/api/v1/jobs/j1/log"));
        feed.send("{\"seq\":1}");
        assertThat(lines.readLine()).isEqualTo("{\"seq\":1}");
        feed.end();
        assertThat(lines.readLine()).isNull();
    }

    @Test
    void theEndSaysWhy() throws Exception {
        Feed moved = feed("job.log", 1, true);
        moved.fail(new Problem(Problem.Kind.UNAVAILABLE, "moved: the plugin was updated"));
        assertThat(text(open("/api/v1/jobs/j/log", "Accept", "text/event-stream")))
                .endsWith("event: end\ndata: {\"reason\":\"moved\",\"message\":\"moved: the plugin was updated\"}\n\n");
        feed("job.log", 0, true).fail(new Problem(Problem.Kind.UNAUTHENTICATED, "The session ended"));
        assertThat(text(open("/api/v1/jobs/j/log", "Accept", "text/event-stream")))
                .contains("\"reason\":\"denied\"");
        feed("job.log", 0, true).fail(new IllegalStateException("inner secret"));
        assertThat(text(open("/api/v1/jobs/j/log", "Accept", "text/event-stream")))
                .contains("\"reason\":\"error\"")
                .doesNotContain("inner secret");
    }

    @Test
    void aReaderWhoStopsReadingHoldsUpThePublisherAndLosesNothing() throws Exception {
        Feed feed = feed("job.log", 100_000, false);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", host.port()));
            socket.getOutputStream().write("GET /api/v1/jobs/j/log HTTP/1.0\r\nHost: x\r\n\r\n".getBytes());
            long stalled;
            do {
                stalled = feed.sent.get();
                Thread.sleep(500);
            } while (stalled == 0 || feed.sent.get() != stalled);
            assertThat(stalled).isLessThan(80_000);
            BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            long next = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    assertThat(line).startsWith("{\"seq\":" + next++ + ',');
                }
            }
            assertThat(next).isEqualTo(100_001);
        }
    }

    @Test
    void twoHundredThousandLinesArriveWhole() throws Exception {
        for (String accept : List.of("application/x-ndjson", "text/event-stream")) {
            feed("job.log", 200_000, false);
            try (BufferedReader lines = lines(open("/api/v1/jobs/j/log", "Accept", accept))) {
                assertThat(lines.lines()
                                .filter(line -> line.contains("\"seq\":"))
                                .count())
                        .isEqualTo(200_000);
            }
        }
    }

    @Test
    void aPublisherThatIgnoresDemandIsEnded() throws Exception {
        boolean[] cancelled = new boolean[1];
        host.kernel()
                .answer(
                        "job.log",
                        call -> new Gateway.Reply.Streaming(reader -> {
                            reader.onSubscribe(new java.util.concurrent.Flow.Subscription() {
                                @Override
                                public void request(long n) {
                                    // It sends all it has, whatever is asked for.
                                }

                                @Override
                                public void cancel() {
                                    cancelled[0] = true;
                                }
                            });
                            for (int i = 0; i < 10_000; i++) {
                                reader.onNext(new Gateway.Item(i, "{}".getBytes()));
                            }
                        }));
        assertThat(text(open("/api/v1/jobs/j/log", "Accept", "text/event-stream")))
                .contains("\"reason\":\"error\"");
        assertThat(cancelled[0]).isTrue();
    }

    @Test
    void aClientThatLeavesEndsTheStreamWithinTwoPings() throws Exception {
        Feed feed = feed("job.log", 1, true);
        try (Socket socket = new Socket("127.0.0.1", host.port())) {
            socket.getOutputStream()
                    .write(("GET /api/v1/jobs/j/log HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes());
            BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            String line = lines.readLine();
            while (!line.equals(": ping")) {
                line = lines.readLine();
            }
        }
        long begin = System.nanoTime();
        while (!feed.cancelled
                && System.nanoTime() - begin < Duration.ofSeconds(20).toNanos()) {
            Thread.sleep(50);
        }
        assertThat(feed.cancelled).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aHeadOpensNoStream() {
        feed("job.log", 0, true);
        assertThat(host.send("HEAD", "/api/v1/jobs/j/log", null).statusCode()).isEqualTo(405);
        assertThat(host.kernel().calls()).isEmpty();
    }

    @Test
    void manyTopicsShareOneConnection() throws Exception {
        Feed log = feed("job.log", 2, true);
        Feed stats = feed("app.stats", 0, true);
        BufferedReader lines = lines(
                watch(
                        "{\"topics\":[{\"key\":\"a\",\"action\":\"job.log\",\"input\":{\"job\":\"j\"},"
                                + "\"after\":5},{\"key\":\"b\",\"action\":\"app.stats\",\"input\":{\"app\":\"x\"}},"
                                + "{\"key\":\"c\",\"action\":\"no.such\",\"input\":{}},{\"key\":\"d\",\"action\":\"app.create\"}]}"));
        WebHost.await(() -> stats.subscribed);
        stats.send("{\"cpu\":1}");
        stats.send("{}");
        stats.end();
        log.end();
        List<String> events = new ArrayList<>();
        String event = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            event = line.startsWith("event: ") ? line.substring(7) : event;
            if (line.startsWith("data: ")) {
                JsonNode data = FakeKernel.parse(line.substring(6).getBytes(StandardCharsets.UTF_8));
                assertThat(data.has("items")).isEqualTo(event.equals("items"));
                data.path("items").forEach(item -> events.add(data.get("key").asText() + item.get("seq")));
                if (event.equals("end")) {
                    events.add(
                            data.get("key").asText() + ' ' + data.get("reason").asText());
                }
                if (event.equals("open")) {
                    events.add(data.get("key").asText() + " flows");
                }
            }
        }
        assertThat(events)
                .containsExactlyInAnyOrder(
                        "a flows", "a1", "a2", "a done", "b flows", "b1", "b2", "b done", "c moved", "d error");
        assertThat(host.kernel().calls())
                .filteredOn(call -> call.action().equals("job.log"))
                .allMatch(call -> new String(call.input()).equals("{\"job\":\"j\",\"after\":5}"));
        assertThat(host.kernel().calls()).noneMatch(call -> call.action().equals("app.create"));
    }

    @Test
    void aTrickleIsGatheredIntoFourBatchesASecond() throws Exception {
        Feed feed = feed("job.log", 0, true);
        BufferedReader lines = lines(watch("{\"topics\":[{\"key\":\"a\",\"action\":\"job.log\",\"input\":{}}]}"));
        Thread producer = new Thread(() -> {
            for (int i = 1; i <= 100; i++) {
                feed.send("{\"seq\":" + i + '}');
                try {
                    Thread.sleep(10);
                } catch (InterruptedException e) {
                    return;
                }
            }
            feed.end();
        });
        long begin = System.nanoTime();
        producer.start();
        int batches = 0;
        int items = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data: {\"key\":\"a\",\"items\"")) {
                batches++;
                items += FakeKernel.parse(line.substring(6).getBytes())
                        .get("items")
                        .size();
            }
        }
        assertThat(items).isEqualTo(100);
        // Nine in the second that it takes, and as many a second where other work on the machine makes it slower.
        long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        assertThat(batches).isBetween(2, (int) (9 * millis / 1000));
    }

    @Test
    void malformedTopicsAreRefusedByName() {
        assertThat(host.post("/api/v1/stream", "{}").body()).contains("\"errors\":{\"topics\"");
        assertThat(host.post("/api/v1/stream", "{\"topics\":[{\"key\":\"a\"}]}").body())
                .contains("topics[0].action");
        assertThat(host.post("/api/v1/stream", "{\"topics\":[{\"key\":\"a\",\"action\":\"x\",\"more\":1}]}")
                        .body())
                .contains("topics[0].more");
        assertThat(host.post("/api/v1/stream", "{\"topics\":[{\"key\":\"a\",\"action\":\"x\",\"input\":1}]}")
                        .body())
                .contains("topics[0].input");
        assertThat(host.post("/api/v1/stream", "{\"topics\":[{\"key\":\"a\",\"action\":\"x\",\"after\":\"1\"}]}")
                        .body())
                .contains("topics[0].after");
        assertThat(host.post(
                                "/api/v1/stream",
                                "{\"topics\":[{\"key\":\"a\",\"action\":\"x\"},{\"key\":\"a\",\"action\":\"x\"}]}")
                        .body())
                .contains("is there twice");
        assertThat(host.post("/api/v1/stream", "{").statusCode()).isEqualTo(400);
        assertThat(host.get("/api/v1/stream").statusCode()).isEqualTo(405);
        assertThat(host.post("/api/v1/stream", "{}", "Authorization", "Bearer bad")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void streamsMoveWhenTheKernelGoes() throws Exception {
        try (WebHost other = new WebHost()) {
            other.kernel().add("job.log", "GET", "/jobs/{job}/log", INPUT, Operation.Form.STREAM, NUMBERED);
            Feed feed = new Feed(1, true);
            other.kernel().answer("job.log", call -> new Gateway.Reply.Streaming(feed));
            HttpResponse<InputStream> answer = other.client()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + other.port() + "/api/v1/jobs/j/log"))
                                    .header("Accept", "text/event-stream")
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            WebHost.await(() -> feed.sent.get() == 1);
            other.web().stop();
            assertThat(text(answer)).contains("id: 1").endsWith("}\n\n").contains("\"reason\":\"moved\"");
            assertThat(feed.cancelled).isTrue();
        }
    }
}
