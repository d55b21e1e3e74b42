package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class EdgeTest {
    private static final Map<String, String> REQUIRED = Map.of(
            "strict-transport-security", "max-age=31536000; includeSubDomains",
            "x-content-type-options", "nosniff",
            "referrer-policy", "no-referrer",
            "cross-origin-opener-policy", "same-origin",
            "cross-origin-resource-policy", "same-origin",
            "permissions-policy", "camera=(), microphone=(), geolocation=(), usb=()");

    private WebHost host;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        host.kernel().add("app.create", "POST", "/apps", "{}");
        host.kernel().add("app.get", "GET", "/apps/{app}", "{}");
        host.kernel().add("app.start", "POST", "/apps/{app}/start", "{}");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    private static List<Path> suite(String prefix) throws Exception {
        Path data = Path.of(
                Optional.ofNullable(System.getenv("OPENPANEL_TEST_DATA")).orElse("../../../shared/data"));
        Path folder = data.resolve("json-suite/test_parsing");
        assumeTrue(Files.isDirectory(folder), "JSONTestSuite is not at " + folder + "; set OPENPANEL_TEST_DATA");
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/apps", "/api/v1/apps/shop%2Fweb/start"})
    void malformedJsonIsRefusedWithItsPlace(String path) throws Exception {
        List<String> wrong = new ArrayList<>();
        List<Path> files = suite("n_");
        for (Path file : files) {
            HttpResponse<String> answer =
                    host.send("POST", path, Files.readAllBytes(file), "Content-Type", "application/json");
            if (answer.statusCode() != 400 || !answer.body().contains("\"errors\":{\"body\"")) {
                wrong.add(file.getFileName() + " " + answer.statusCode() + ' ' + answer.body());
            }
        }
        assertThat(files).hasSizeGreaterThan(180);
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT /api/v1/apps", "POST /api/v1/nothing", "PATCH /api/docs", "POST /elsewhere"})
    void aConnectionStaysGoodWhenABodyNobodyWantsComesLate(String refused) throws Exception {
        for (int round = 0; round < 20; round++) {
            try (Socket socket = new Socket("127.0.0.1", host.port())) {
                socket.setSoTimeout(5000);
                BufferedInputStream in = new BufferedInputStream(socket.getInputStream());
                write(socket, refused + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
                Thread.sleep(round % 4);
                write(socket, "{}");
                assertThat(answer(in)).contains(" 40").doesNotContain("Connection: close");
                write(socket, "GET /api/v1/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(answer(in)).contains(" 404 ");
            }
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0 && head.indexOf("\r\n\r\n") < 0; next = in.read()) {
            head.append((char) next);
            if (head.indexOf("\r\n\r\n") >= 0) {
                break;
            }
        }
        Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
        assertThat(length.find()).as(head.toString()).isTrue();
        in.readNBytes(Integer.parseInt(length.group(1)));
        return head.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/apps", "/api/v1/apps/shop%2Fweb/start"})
    void noJsonAtAllMakesTheServerFail(String path) throws Exception {
        for (String prefix : List.of("y_", "i_")) {
            for (Path file : suite(prefix)) {
                HttpResponse<String> answer =
                        host.send("POST", path, Files.readAllBytes(file), "Content-Type", "application/json");
                boolean object = file.getFileName().toString().startsWith("y_object")
                        && !file.getFileName().toString().contains("duplicated_key");
                assertThat(answer.statusCode())
                        .as(file.getFileName() + answer.body())
                        .isIn(object ? List.of(200) : List.of(200, 400));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/apps/..",
                "/api/v1//apps",
                "/api/v1/./apps",
                "/api/v1/apps/%2e%2e/apps",
                "/api/v1/apps;x=1",
                "/api/v1/apps/a%2F..%2Fb",
                "/api/v1/apps/%00",
                "/api/v1/apps/%C3%28",
                "/ui/%2e%2e/x",
                "/x/..%2f..%2fmetrics",
                "/api/v1/apps/%5C..%2f..",
                "//metrics"
            })
    void ambiguousPathsAreRefused(String path) throws Exception {
        String answer =
                RawHttp.exchange(host.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 400");
        assertHeaders(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.1\r\nHost: x\r\n",
                "GET /nosuch HTTP/1.1\r\nHost: x\r\n",
                "GET /api/v1/nosuch HTTP/1.1\r\nHost: x\r\n",
                "PUT /api/v1/apps HTTP/1.1\r\nHost: x\r\n",
                "POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n",
                "GET /api/docs HTTP/1.1\r\nHost: x\r\n",
                "GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n",
                "GET /api/v1/console HTTP/1.1\r\nHost: x\r\n",
                "GET /metrics HTTP/1.1\r\nHost: x\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: x\r\n",
                "GET /\\ HTTP/1.1\r\nHost: x\r\n",
                // These are refused by the server itself, before any servlet.
                "GET / HTTP/1.1\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n",
                "G@T / HTTP/1.1\r\nHost: x\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"
            })
    void everyAnswerCarriesTheHeaders(String request) throws Exception {
        String answer = RawHttp.exchange(host.port(), request + "Connection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 ");
        assertHeaders(answer);
    }

    @Test
    void headersThatAreTooLargeAreRefusedWithTheHeaders() throws Exception {
        String answer =
                RawHttp.exchange(host.port(), "GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(40_000) + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 431");
        assertHeaders(answer);
    }

    @Test
    void aBodyThatDoesNotArriveWholeIsTheClientsFault() throws Exception {
        try (WebHost hasty = new WebHost(Map.of("org.apache.felix.http.timeout", "500"))) {
            hasty.kernel().add("app.create", "POST", "/apps", "{}");
            hasty.kernel().answer("app.create", call -> {
                // Longer than a connection may be idle: work is not idleness.
                java.util.concurrent.locks.LockSupport.parkNanos(1_500_000_000L);
                return new io.openpanel.spi.Gateway.Reply.Done("{}".getBytes(), Optional.empty());
            });
            String head = "POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
            assertThat(RawHttp.exchange(hasty.port(), head + "Content-Length: 10\r\n\r\n{"))
                    .startsWith("HTTP/1.1 408");
            String chunked = RawHttp.exchange(hasty.port(), head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertThat(chunked).startsWith("HTTP/1.1 4");
            assertHeaders(chunked);
            assertThat(hasty.post("/api/v1/apps", "{}").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatTheLimitsLeaveIsToldWithAnswersAndRefusals() {
        host.kernel()
                .allow(
                        new Gateway.Allowance("address", 6000, Duration.ofMinutes(1), 5999, Duration.ofMillis(10)),
                        new Gateway.Allowance("user", 600, Duration.ofMinutes(1), 0, Duration.ofMinutes(1)));
        try {
            HttpResponse<String> good = host.get("/api/v1/apps/a");
            assertThat(good.statusCode()).isEqualTo(200);
            assertThat(good.headers().allValues("RateLimit-Policy"))
                    .containsExactly("\"address\";q=6000;w=60, \"user\";q=600;w=60");
            assertThat(good.headers().allValues("RateLimit"))
                    .containsExactly("\"address\";r=5999;t=1, \"user\";r=0;t=60");
            host.kernel().answer("app.start", call -> {
                throw new Problem(Problem.Kind.LIMITED, "Too many").retryAfter(Duration.ofMillis(2_100));
            });
            HttpResponse<String> refused = host.post("/api/v1/apps/a/start", "{}");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("3");
            assertThat(refused.headers().firstValue("RateLimit")).isPresent();
        } finally {
            host.kernel().allow();
        }
        assertThat(host.get("/api/v1/apps/a").headers().firstValue("RateLimit")).isEmpty();
    }

    @Test
    void anAddressThatMayNotUseThePanelSeesNothingOfItButItsHealth() throws Exception {
        host.kernel().shut("203.0.113.9");
        try {
            for (String path : List.of("/api/v1/apps/a", "/api/v1/openapi.json", "/", "/auth/login", "/metrics/x")) {
                HttpResponse<String> refused =
                        host.get(path, "X-Forwarded-For", "203.0.113.9", "OpenPanel-Proxy", WebHost.PROXY);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body()).contains("Not from 203.0.113.9");
                assertThat(refused.headers().firstValue("X-Content-Type-Options"))
                        .hasValue("nosniff");
            }
            assertThat(host.get("/health/live", "X-Forwarded-For", "203.0.113.9", "OpenPanel-Proxy", WebHost.PROXY)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(host.get(
                                    "/api/v1/apps/a",
                                    "X-Forwarded-For",
                                    "203.0.113.9, 198.51.100.1",
                                    "OpenPanel-Proxy",
                                    WebHost.PROXY)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(host.get("/api/v1/apps/a").statusCode()).isEqualTo(200);
        } finally {
            host.kernel().shut();
        }
    }

    @Test
    void aRequestIdIsNeverTakenFromTheClient() {
        HttpResponse<String> answer = host.get("/api/v1/apps/a", "OpenPanel-Request", "0000000000000000");
        assertThat(answer.headers().firstValue("OpenPanel-Request").orElseThrow())
                .matches("[0-9a-hjkmnp-tv-z]{16}")
                .isNotEqualTo("0000000000000000");
    }

    private static void assertHeaders(String answer) {
        String head = answer.substring(0, answer.indexOf("\r\n\r\n")).toLowerCase(java.util.Locale.ROOT);
        REQUIRED.forEach((name, value) ->
                assertThat(head).containsOnlyOnce("\r\n" + name + ": " + value.toLowerCase(java.util.Locale.ROOT)));
        assertThat(head)
                .containsOnlyOnce("\r\ncontent-security-policy: default-src 'none';")
                .doesNotContain("\r\nserver:")
                .doesNotContain("unsafe")
                .doesNotContain("x-powered-by");
    }
}
