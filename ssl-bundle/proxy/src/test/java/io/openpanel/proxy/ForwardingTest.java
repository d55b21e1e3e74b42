package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes on to an app and what comes back. */
class ForwardingTest {
    private static Rig rig;
    private static Backend app;
    private static volatile String answer;

    @BeforeAll
    static void start() throws IOException {
        rig = new Rig("--access-log");
        app = new Backend((head, in, out) -> {
            byte[] body = Backend.body(head, in);
            Backend.write(
                    out,
                    answer.isEmpty()
                            ? "HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"
                                    + new String(body, StandardCharsets.ISO_8859_1)
                            : answer);
            return !answer.contains("Connection: close");
        });
        rig.routes("app.localhost=" + app.upstream(), "none.localhost=", "dead.localhost=127.0.0.1:1");
    }

    @AfterAll
    static void stop() {
        app.close();
        rig.close();
    }

    @BeforeEach
    void answerWithTheBody() {
        answer = "";
        app.heads.clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a/b?c=d&e=%20f",
                "//evil.example/x",
                "/a/../b",
                "/a/./b",
                "/x/%2e%2e/%2F",
                "/a;b=c/d;e",
                "/a%5cb",
                "/%ff%fe",
                "/?a=b#c",
                "/a?b?c??",
                "/{a}|b^c",
                "/a+b?x=a+b%2B",
                "/:80",
                "/?",
                "/http://x/y"
            })
    void theTargetGoesOnAsItCame(String target) {
        assertThat(rig.ask(
                        "app.localhost",
                        "GET " + new String(target.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)))
                .startsWith("HTTP/1.1 200");
        String came =
                new String(app.heads.get(0).target().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        assertThat(came).isEqualTo(target.replaceFirst("#.*", ""));
    }

    @Test
    void bytesAboveAsciiAreWrittenAsTheyMustBe() {
        rig.ask(
                "app.localhost",
                "GET " + new String("/ü?ñ".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        assertThat(app.heads.get(0).target()).isEqualTo("/%C3%BC?%C3%B1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../x", "/%2e%2e/x", "/a%", "/%zz", "/%00", "http://app.localhost@evil/"})
    void targetsThatMeanNothingEndHere(String target) {
        assertThat(rig.ask("app.localhost", "GET " + target)).startsWith("HTTP/1.1 400");
        assertThat(app.heads).isEmpty();
    }

    @Test
    void theHostIsKeptAndFoundInAnyCaseWithPortAndDot() {
        for (String host : List.of("app.localhost", "APP.LocalHost", "app.localhost:8000", "app.localhost.")) {
            assertThat(rig.ask(host, "GET /")).startsWith("HTTP/1.1 200");
        }
        assertThat(app.heads)
                .extracting(head -> head.one("Host"))
                .containsExactly("app.localhost", "APP.LocalHost", "app.localhost:8000", "app.localhost.");
    }

    @Test
    void methodsAndBodiesGoOn() {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "X-Own")) {
            assertThat(
                            rig.raw(
                                    method
                                            + " / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("body");
        }
        assertThat(app.heads)
                .extracting(Backend.Head::method)
                .containsExactly("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "X-Own");
        assertThat(rig.raw(
                        "POST / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"))
                .endsWith("abc0123456789abcdef");
    }

    @Test
    void theClientsAddressIsSetAndNeverBelieved() {
        String[] forged = {
            "X-Forwarded-For: 6.6.6.6",
            "OpenPanel-Proxy: forged",
            "x-forwarded-for: 6.6.6.6, 7.7.7.7",
            "X-Forwarded-Proto: https",
            "X-Forwarded-Host: evil",
            "X-Forwarded-Port: 1",
            "X-Forwarded-Server: evil",
            "X-Forwarded-Prefix: /evil",
            "X-Forwarded-Ssl: on",
            "Forwarded: for=6.6.6.6;proto=https",
            "X-Real-IP: 6.6.6.6",
            "X-Client-IP: 6.6.6.6",
            "True-Client-IP: 6.6.6.6",
            "CF-Connecting-IP: 6.6.6.6",
            "X_Forwarded_For: 6.6.6.6",
            "X_Real_IP: 6.6.6.6",
            "X-Forwarded_For: 6.6.6.6",
            "X-Cluster-Client-IP: 6.6.6.6",
            "X-Original-Forwarded-For: 6.6.6.6",
            "Proxy: http://evil",
            "X-Mine: 1",
            "Connection: X-Forwarded-For, X-Real-IP"
        };
        assertThat(rig.ask("app.localhost", "GET /", forged)).startsWith("HTTP/1.1 200");

        Backend.Head head = app.heads.get(0);
        assertThat(head.fields()).noneMatch(field -> field.contains("6.6.6.6") || field.contains("evil"));
        assertThat(head.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(head.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(head.all("X-Forwarded-Host")).containsExactly("app.localhost");
        assertThat(head.all("X-Real-IP")).containsExactly("127.0.0.1");
        assertThat(head.one("X-Mine")).isEqualTo("1");
        assertThat(head.one("OpenPanel-Proxy")).isNull();
        assertThat(head.one("X-Forwarded-Port")).isNull();
    }

    @Test
    void whatIsBetweenNeighboursStaysThere() {
        answer =
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: x\r\nTrailer: y\r\n"
                        + "X-Kept: yes\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nok";
        String got = rig.raw(
                "GET / HTTP/1.1\r\nHost: app.localhost\r\nConnection: close, X-Dropped, Upgrade\r\nX-Dropped: 1\r\nTE: trailers\r\n"
                        + "Keep-Alive: 1\r\nProxy-Authorization: x\r\nProxy-Connection: keep-alive\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
                        + "Cookie: a=1\r\nCookie: b=2\r\n\r\n");

        assertThat(got).startsWith("HTTP/1.1 200");
        Backend.Head head = app.heads.get(0);
        for (String name : List.of(
                "X-Dropped", "TE", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Upgrade", "Connection")) {
            assertThat(head.one(name)).as(name).isNull();
        }
        assertThat(head.all("Cookie")).containsExactly("a=1; b=2");
        assertThat(got)
                .contains("X-Kept: yes", "Set-Cookie: a=1", "Set-Cookie: b=2", "Date: ")
                .doesNotContain("Keep-Alive:", "Proxy-Authenticate", "Trailer", "Server:");
    }

    @Test
    void camelsNamesAreKeptFromThePanelOnly() {
        rig.ask("app.localhost", "GET /", "CamelHttpUri: http://x");
        assertThat(app.heads.get(0).one("CamelHttpUri")).isEqualTo("http://x");
    }

    @Test
    void answersWithoutBodiesAndWithoutLengthsComeBackWhole() {
        answer = "HTTP/1.1 204 No Content\r\n\r\n";
        assertThat(rig.ask("app.localhost", "GET /")).startsWith("HTTP/1.1 204");
        answer = "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n";
        assertThat(rig.ask("app.localhost", "GET /")).startsWith("HTTP/1.1 304").contains("ETag: \"x\"");
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assertThat(rig.ask("app.localhost", "HEAD /"))
                .contains("Content-Length: 5")
                .endsWith("\r\n\r\n");
        answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end";
        assertThat(rig.ask("app.localhost", "GET /")).contains("until the end");
        answer = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nold";
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("old");
        answer =
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        assertThat(rig.ask("app.localhost", "GET /")).contains("HTTP/1.1 200").endsWith("ok");
        assertThat(rig.raw("GET / HTTP/1.0\r\nHost: app.localhost\r\n\r\n"))
                .contains(" 200 ")
                .endsWith("ok");
        answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        assertThat(rig.ask("app.localhost", "GET /")).contains("abc");
    }

    @Test
    void connectionsAreKeptOnBothSides() throws IOException {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (Socket socket = rig.connect()) {
            for (int i = 0; i < 50; i++) {
                Backend.write(socket.getOutputStream(), "GET /" + i + " HTTP/1.1\r\nHost: app.localhost\r\n\r\n");
                readAnswer(socket.getInputStream());
            }
        }
        assertThat(app.heads).hasSize(50);
        assertThat(app.connections()).isLessThan(6);
    }

    @Test
    void requestsSentTogetherAreAnsweredInTurn() {
        String together =
                "GET /1 HTTP/1.1\r\nHost: app.localhost\r\n\r\nPOST /2 HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\n\r\ntwo"
                        + "GET /nowhere HTTP/1.1\r\nHost: unknown\r\n\r\nGET /3 HTTP/1.1\r\nHost: app.localhost\r\nConnection: close\r\n\r\n";
        assertThat(rig.raw(together).split("HTTP/1.1 "))
                .extracting(each -> each.length() < 3 ? each : each.substring(0, 3))
                .containsExactly("", "200", "200", "404", "200");
        assertThat(app.heads).extracting(Backend.Head::target).containsExactly("/1", "/2", "/3");
    }

    @Test
    void hundredIsSaidBeforeTheBody() throws IOException {
        try (Socket socket = rig.connect()) {
            Backend.write(
                    socket.getOutputStream(),
                    "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(Backend.line(socket.getInputStream())).startsWith("HTTP/1.1 100");
            Backend.line(socket.getInputStream());
            Backend.write(socket.getOutputStream(), "body");
            assertThat(readAnswer(socket.getInputStream())).isEqualTo("body");
        }
    }

    @Test
    void whoCannotBeReachedIsSaidInTheClientsLanguage() {
        String json = rig.ask("nobody.example", "GET /");
        assertThat(json)
                .startsWith("HTTP/1.1 404")
                .contains(
                        "application/problem+json",
                        "\"status\":404",
                        "No app on this server answers to nobody.example.",
                        "Cache-Control: no-store",
                        "X-Content-Type-Options: nosniff",
                        "Content-Security-Policy: default-src 'none'")
                .doesNotContain("Server:", "Jetty");
        assertThat(rig.ask("nobody.example", "GET /", "Accept: text/html,*/*"))
                .contains("text/html", "<title>404 Not Found</title>");
        assertThat(rig.ask("none.localhost", "GET /"))
                .startsWith("HTTP/1.1 503")
                .contains("Retry-After: 5");
        assertThat(rig.ask("dead.localhost", "GET /"))
                .startsWith("HTTP/1.1 502")
                .contains("Retry-After: 5");
        assertThat(rig.raw("GET / HTTP/1.0\r\n\r\n")).contains(" 404 ");
        assertThat(rig.log()).contains("The upstream failed", "127.0.0.1:1");
    }

    @Test
    void anAppThatBreaksOffIsNotHidden() {
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nshort";
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("short");
        answer = "this is not HTTP\r\n\r\nConnection: close";
        assertThat(rig.ask("app.localhost", "POST /", "Content-Length: 0")).startsWith("HTTP/1.1 502");
        answer = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(70_000) + "\r\nConnection: close\r\n\r\n";
        assertThat(rig.ask("app.localhost", "POST /", "Content-Length: 0")).startsWith("HTTP/1.1 502");
    }

    @Test
    void eachRequestIsALineOfTheAccessLog() {
        rig.ask("app.localhost", "GET /logged?token=secret", "User-Agent: \u2028evil");
        Rig.await(() -> rig.log().contains("/logged"));
        String line = rig.log()
                .lines()
                .filter(each -> each.contains("/logged"))
                .findFirst()
                .orElseThrow();
        assertThat(Json.read(line))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("status", 200L)
                .containsEntry("method", "GET")
                .containsEntry("path", "/logged")
                .containsEntry("host", "app.localhost")
                .containsEntry("client", "127.0.0.1");
        assertThat(line).doesNotContain("secret");
    }

    static String readAnswer(InputStream in) throws IOException {
        int length = 0;
        for (String line = Backend.line(in); !line.isEmpty(); line = Backend.line(in)) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring(16));
            }
        }
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }
}
