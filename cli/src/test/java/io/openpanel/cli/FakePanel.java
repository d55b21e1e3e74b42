package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A panel with a handful of actions that remembers what it was asked. */
final class FakePanel implements AutoCloseable {
    private static final String CATALOGUE =
            """
            {"version":"1","kinds":{},"items":[
            {"id":"project.create","noun":"project","summary":"Makes a project","effect":"change","job":false,"form":"record","method":"POST",
             "path":"/projects","cli":"project create {name}","refs":[],"input":{"type":"object","required":["name"],
             "properties":{"name":{"type":"string","description":"Its name"},"memory":{"type":"integer","format":"bytes"},
             "labels":{"type":"object","additionalProperties":{"type":"string"}},"fast":{"type":"boolean"},
             "volumes":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"path":{"type":"string"}}}}}}},
            {"id":"app.list","noun":"app","summary":"Lists apps","effect":"read","job":false,"form":"record","method":"GET","path":"/apps","cli":"ps",
             "refs":[{"name":"project","kind":"project","required":false,"many":false}],"input":{"type":"object","required":[],
             "properties":{"project":{"type":"string","x-kind":"project"}}}},
            {"id":"app.delete","noun":"app","summary":"Deletes an app","effect":"destroy","job":false,"form":"record","method":"DELETE","path":"/apps/{app}",
             "cli":"","refs":[{"name":"app","kind":"app","required":true,"many":false}],"input":{"type":"object","required":["app"],
             "properties":{"app":{"type":"string","x-kind":"app"},"confirm":{"type":"string"}}}},
            {"id":"app.logs","noun":"app","summary":"Reads the log","effect":"read","job":false,"form":"stream","method":"GET","path":"/apps/{app}/logs",
             "cli":"logs {app}","refs":[{"name":"app","kind":"app","required":true,"many":false}],"input":{"type":"object","required":["app"],
             "properties":{"app":{"type":"string","x-kind":"app"},"tail":{"type":"integer"},"follow":{"type":"boolean"},"after":{"type":"integer"}}}},
            {"id":"deployment.start","noun":"deployment","summary":"Deploys an app","effect":"change","job":true,"form":"record","method":"POST",
             "path":"/deployments/start","cli":"deploy {app}","refs":[{"name":"app","kind":"app","required":true,"many":false}],
             "input":{"type":"object","required":["app"],"properties":{"app":{"type":"string","x-kind":"app"}}}},
            {"id":"ledger.verify","noun":"ledger","summary":"Verifies the ledger","effect":"change","job":true,"form":"record","method":"POST",
             "path":"/ledger/verify","cli":"","refs":[],"input":{"type":"object","required":[],"properties":{}},
             "output":{"type":"object","properties":{"verdict":{"type":"string","enum":["intact","tampered"]}}}},
            {"id":"ledger.export","noun":"ledger","summary":"Gives the ledger away","effect":"read","job":false,"form":"file","method":"GET",
             "path":"/ledger/export","cli":"ledger export {format}","refs":[],"input":{"type":"object","required":["format"],
             "properties":{"format":{"type":"string","enum":["csv","json"]}}}},
            {"id":"job.log","noun":"job","summary":"Reads a job's log","effect":"read","job":false,"form":"stream","method":"GET","path":"/jobs/{job}/log","cli":"",
             "refs":[{"name":"job","kind":"job","required":true,"many":false}],"input":{"type":"object","required":["job"],
             "properties":{"job":{"type":"string"},"follow":{"type":"boolean"}}}},
            {"id":"job.get","noun":"job","summary":"Shows a job","effect":"read","job":false,"form":"record","method":"GET","path":"/jobs/{job}","cli":"",
             "refs":[{"name":"job","kind":"job","required":true,"many":false}],"input":{"type":"object","required":["job"],"properties":{"job":{"type":"string"}}}}
            ]}""";

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile String jobState = "done";
    volatile String verdict = "intact";
    /** Whether it is no panel at all. */
    volatile boolean stranger;

    /** What the log's stream is, from its beginning and after an item. */
    volatile String logs = event(1, "{\"line\":\"first\"}") + event(2, "{\"line\":\"second\"}") + end("done", "");

    final Map<String, String> logsAfter = new ConcurrentHashMap<>();
    private final HttpServer server;

    FakePanel() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** One server-sent event. */
    static String event(long id, String json) {
        return "id: " + id + "\ndata: " + json + "\n\n";
    }

    /** The one that says why a stream ends. */
    static String end(String reason, String message) {
        return ": \n\nevent: end\ndata: {\"reason\":\"" + reason + "\",\"message\":\"" + message + "\"}\n\n";
    }

    private void handle(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().toString();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add(exchange.getRequestMethod() + ' ' + uri + (body.isEmpty() ? "" : ' ' + body));
        if (stranger) {
            answer(exchange, 404, "<html>Not here</html>");
            return;
        }
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        boolean signedIn = authorization.equals("Bearer good") || uri.startsWith("/api/v1/sessions");
        if (!signedIn) {
            answer(exchange, 401, "{\"detail\":\"The token is not valid\"}");
            return;
        }
        answer(exchange, status(uri), text(exchange, uri, body));
    }

    private static int status(String uri) {
        if (uri.equals("/api/v1/apps/shop%2Fweb")) {
            return 428;
        }
        return uri.contains("project=gone") ? 404 : 200;
    }

    private String text(HttpExchange exchange, String uri, String body) {
        if (uri.startsWith("/api/v1/ledger/export")) {
            return "seq,at\r\n1,ção\r\n";
        }
        if (uri.startsWith("/api/v1/sessions")) {
            JsonNode in = Json.parse(body);
            if (in.path("password").asText().equals("half")) {
                return "{\"challenge\":{\"token\":\"c\",\"expiresAt\":\"2999-01-01T00:00:00Z\",\"factors\":[\"totp\"]}}";
            }
            return in.path("code").asText().equals("123456")
                            || in.path("password").asText().equals("right")
                            || in.has("refreshToken")
                    ? "{\"accessToken\":\"good\",\"expiresAt\":\"2999-01-01T00:00:00Z\",\"refreshToken\":\"r\"}"
                    : "{\"accessToken\":\"bad\",\"expiresAt\":\"2999-01-01T00:00:00Z\",\"refreshToken\":\"r\"}";
        }
        if (uri.equals("/api/v1/catalogue")) {
            return CATALOGUE;
        }
        if (uri.contains("project=gone")) {
            return "{\"detail\":\"There is no project 'gone' here\"}";
        }
        if (uri.startsWith("/api/v1/apps?") || uri.equals("/api/v1/apps")) {
            return "{\"items\":[{\"app\":\"app:1\",\"project\":\"project:7\",\"projectName\":\"shop\",\"name\":\"web\",\"image\":\"sha256:"
                    + "0123456789abcdef".repeat(4) + "\",\"status\":\"Running\",\"took\":\"PT1M30S\","
                    + "\"createdAt\":\"2026-03-01T08:30:00.123456Z\",\"labels\":{\"a\":\"b\"}}]}";
        }
        if (uri.contains("/logs")) {
            String after = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            return after == null ? logs : logsAfter.getOrDefault(after, "");
        }
        if (uri.startsWith("/api/v1/apps/")) {
            return "{\"detail\":\"Deletes an app. This cannot be undone: send confirm with the name 'web'\"}";
        }
        if (uri.startsWith("/api/v1/deployments") || uri.startsWith("/api/v1/ledger")) {
            return "{\"job\":\"job:7\"}";
        }
        if (uri.contains("/log?") || uri.endsWith("/log")) {
            return event(1, "{\"seq\":1,\"step\":\"clone\",\"line\":\"Cloning\"}")
                    + event(2, "{\"seq\":2,\"step\":\"build\",\"line\":\"Building\"}")
                    + end("done", "");
        }
        if (uri.startsWith("/api/v1/jobs/")) {
            return "{\"state\":\"" + jobState + "\",\"result\":{\"address\":\"http://web.localhost\",\"verdict\":\""
                    + verdict + "\"},\"error\":{\"message\":\"No Dockerfile\"}}";
        }
        return "{\"project\":\"project:1\",\"name\":\"shop\",\"notes\":\"first\\n\\u001b[2Jsecond\\n\"}";
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
