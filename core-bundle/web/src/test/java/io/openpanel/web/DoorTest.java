package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.osgi.framework.ServiceRegistration;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorTest {
    private WebHost host;
    private volatile Door.Request seen;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    private ServiceRegistration<Door> open(String path, Function<Door.Request, Door.Reply> answer) {
        return host.publish(
                Door.class,
                new Door() {
                    @Override
                    public String path() {
                        return path;
                    }

                    @Override
                    public Reply handle(Request request) {
                        seen = request;
                        return answer.apply(request);
                    }
                },
                "openpanel.door",
                "wrapped");
    }

    private static Door.Reply text(String text) {
        return new Door.Reply(200, Map.of("Content-Type", "text/plain"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String body(Door.Request request) {
        try {
            return new String(request.body().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRequestBelowADoorsPathComesToItWhole() {
        ServiceRegistration<Door> door =
                open("/hooks", request -> text(request.method() + ' ' + request.path() + ' ' + body(request)));
        HttpResponse<String> answer = host.send(
                "POST",
                "/hooks/abc?x=1&x=2&CamelY=3",
                "hello".getBytes(),
                "X-Hub-Signature-256",
                "sha256=1",
                "CamelExecCommandExecutable",
                "id",
                "org.apache.camel.X",
                "y",
                "X-Forwarded-For",
                "203.0.113.9",
                "OpenPanel-Proxy",
                WebHost.PROXY,
                "X-Forwarded-Proto",
                "https");
        assertThat(answer.body()).isEqualTo("POST /abc hello");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/plain");
        assertThat(seen.query()).isEqualTo(Map.of("x", "1"));
        assertThat(seen.header("x-hub-signature-256")).isEqualTo("sha256=1");
        assertThat(seen.headers().keySet()).noneMatch(name -> name.contains("camel") || name.equals("openpanel-proxy"));
        assertThat(seen.address()).isEqualTo("203.0.113.9");
        assertThat(seen.secure()).isTrue();
        assertThat(host.get("/hooks").body()).isEqualTo("GET  ");
        assertThat(host.get("/hooksmore").body()).doesNotContain("GET");
        door.unregister();
        assertThat(host.get("/hooks/abc").statusCode()).isEqualTo(503);
    }

    @Test
    void onlyADoorForMachinesStaysOpenToAddressesThatMayNotUseThePanel() {
        ServiceRegistration<Door> people = open("/people", request -> text("in"));
        ServiceRegistration<Door> machines = host.publish(
                Door.class,
                new Door() {
                    @Override
                    public String path() {
                        return "/machines";
                    }

                    @Override
                    public boolean open() {
                        return true;
                    }

                    @Override
                    public Reply handle(Request request) {
                        return text("in");
                    }
                },
                "openpanel.door",
                "wrapped");
        host.kernel().shut("203.0.113.9");
        assertThat(host.get("/people", "X-Forwarded-For", "203.0.113.9", "OpenPanel-Proxy", WebHost.PROXY)
                        .statusCode())
                .isEqualTo(403);
        assertThat(host.get("/people").body()).isEqualTo("in");
        assertThat(host.get("/machines/x", "X-Forwarded-For", "203.0.113.9", "OpenPanel-Proxy", WebHost.PROXY)
                        .body())
                .isEqualTo("in");
        host.kernel().shut();
        people.unregister();
        machines.unregister();
    }

    @Test
    void theLongestPathTakesTheRequest() {
        ServiceRegistration<Door> outer = open("/a", request -> text("outer" + request.path()));
        ServiceRegistration<Door> inner = open("/a/b", request -> text("inner" + request.path()));
        assertThat(host.get("/a/b/c").body()).isEqualTo("inner/c");
        assertThat(host.get("/a/x").body()).isEqualTo("outer/x");
        assertThat(host.get("/a%2Fb/c").body()).doesNotContain("er/c");
        outer.unregister();
        inner.unregister();
    }

    @Test
    void onlyWrappedDoorsAreOpen() {
        ServiceRegistration<Door> bare = host.publish(Door.class, new Door() {
            @Override
            public String path() {
                return "/bare";
            }

            @Override
            public Reply handle(Request request) {
                return text("open");
            }
        });
        assertThat(host.get("/bare").body()).doesNotContain("open\"").isNotEqualTo("open");
        bare.unregister();
    }

    @Test
    void problemsAndBugsAreToldAsProblems() {
        ServiceRegistration<Door> door = open("/p", request -> {
            if (request.path().equals("/bug")) {
                throw new IllegalStateException("inner secret");
            }
            throw new Problem(Problem.Kind.DENIED, "The signature is wrong");
        });
        HttpResponse<String> denied = host.get("/p");
        assertThat(denied.statusCode()).isEqualTo(403);
        assertThat(denied.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(denied.body()).contains("The signature is wrong");
        HttpResponse<String> bug = host.get("/p/bug");
        assertThat(bug.statusCode()).isEqualTo(500);
        assertThat(bug.body()).doesNotContain("inner secret");
        door.unregister();
    }

    @Test
    void aBodyAboveItsLimitIsRefused() throws Exception {
        ServiceRegistration<Door> door =
                open("/large", request -> text(Integer.toString(body(request).length())));
        byte[] large = new byte[(25 << 20) + 1];
        // The server may close while the client still sends: what counts is that it is not taken.
        String announced = RawHttp.exchange(
                host.port(),
                "POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "Content-Length: " + large.length
                        + "\r\n\r\n");
        assertThat(announced).startsWith("HTTP/1.1 413");
        String chunk = "100000\r\n" + "x".repeat(1 << 20) + "\r\n";
        String growing = RawHttp.exchange(
                host.port(),
                "POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "Transfer-Encoding: chunked\r\n\r\n"
                        + chunk.repeat(25) + "1\r\nx\r\n0\r\n\r\n");
        assertThat(growing).startsWith("HTTP/1.1 413");
        String broken = RawHttp.exchange(
                host.port(),
                "POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
        assertThat(broken).startsWith("HTTP/1.1 400");
        assertThat(host.send("POST", "/large", new byte[1 << 20]).body()).isEqualTo(Integer.toString(1 << 20));
        door.unregister();
    }

    @Test
    void aDoorsReplyCannotReplaceWhatEveryAnswerCarries() {
        ServiceRegistration<Door> door = open(
                "/h",
                request -> new Door.Reply(
                        200,
                        Map.of(
                                "Content-Security-Policy",
                                "default-src *",
                                "OpenPanel-Request",
                                "x",
                                "X-Split",
                                "a\r\nEvil: 1",
                                "Set-Cookie",
                                "op_rt=1; HttpOnly",
                                "Content-Length",
                                "99"),
                        new byte[0]));
        HttpResponse<String> answer = host.get("/h");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(answer.headers().firstValue("OpenPanel-Request").orElseThrow())
                .hasSize(16);
        assertThat(answer.headers().firstValue("Evil")).isEmpty();
        assertThat(answer.headers().firstValue("X-Split")).isEmpty();
        assertThat(answer.headers().firstValue("Set-Cookie")).hasValue("op_rt=1; HttpOnly");
        assertThat(answer.headers().firstValue("Content-Length")).hasValue("0");
        door.unregister();
    }

    @Test
    void aSecondDoorAtTheSamePathAndAMisplacedOneStayClosed() {
        ServiceRegistration<Door> first = open("/same", request -> text("first"));
        ServiceRegistration<Door> second = open("/same", request -> text("second"));
        ServiceRegistration<Door> wrong = open("/wrong/", request -> text("wrong"));
        assertThat(host.get("/same").body()).isEqualTo("first");
        assertThat(host.get("/wrong/").body()).isNotEqualTo("wrong");
        second.unregister();
        assertThat(host.get("/same").body()).isEqualTo("first");
        first.unregister();
        wrong.unregister();
    }
}
