package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The panel over its REST API. */
final class HttpPanel implements Panel {
    private static final Pattern ADDRESS = Pattern.compile("https?://[^/?#]+(/[^?#]*)?");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Session session;
    private final Optional<String> team;
    private final HttpClient client;

    HttpPanel(Session session, Optional<String> team) {
        this.session = session;
        this.team = team.or(session::team);
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10));
        session.authority().ifPresent(path -> builder.sslContext(Trust.of(path)));
        this.client = builder.build();
    }

    /**
     * Signs in with e-mail and password and keeps the tokens.
     *
     * @param code gives the code that is asked for where the person has a second factor
     */
    void logIn(String url, Optional<String> ca, String email, String password, Supplier<String> code) {
        JsonNode begun =
                post(url, "/sessions", Json.object().put("email", email).put("password", password));
        JsonNode challenge = begun.path("challenge").path("token");
        session.signedIn(
                url,
                ca,
                challenge.isMissingNode()
                        ? begun
                        : post(
                                url,
                                "/sessions/verify",
                                Json.object()
                                        .put("challenge", challenge.asText())
                                        .put("code", code.get())));
    }

    private JsonNode post(String url, String path, ObjectNode body) {
        return json(send(HttpRequest.newBuilder(address(url, path)), "POST", Json.text(body), Optional.empty()));
    }

    private String token() {
        return session.fixedToken()
                .or(session::accessToken)
                .or(() -> session.refresh(this::refreshed))
                .orElseThrow(() -> new Failure(
                        Failure.SIGN_IN,
                        "Sign in first: openpanel-cli login " + session.url()
                                + ", or put an API key into OPENPANEL_TOKEN"));
    }

    private JsonNode refreshed(String refreshToken) {
        return post(session.url(), "/sessions/refresh", Json.object().put("refreshToken", refreshToken));
    }

    @Override
    public JsonNode catalogue() {
        return json(
                send(HttpRequest.newBuilder(address(session.url(), "/catalogue")), "GET", "", Optional.of(token())));
    }

    @Override
    public JsonNode call(JsonNode operation, ObjectNode input) {
        return json(open(operation, input, request -> request.header("Accept", "application/json")));
    }

    @Override
    public void stream(JsonNode operation, ObjectNode input, Consumer<JsonNode> item) {
        boolean resumes = operation.path("input").path("properties").has("after");
        new EventStream(
                        after -> open(operation, input, request -> {
                            request.header("Accept", "text/event-stream");
                            after.ifPresent(id -> request.header("Last-Event-ID", id));
                        }),
                        resumes)
                .read(item);
    }

    @Override
    public void file(JsonNode operation, ObjectNode input, OutputStream out) {
        HttpResponse<InputStream> response = open(operation, input, request -> request.header("Accept", "*/*"));
        if (response.statusCode() >= 400) {
            throw failure(response);
        }
        try (InputStream in = response.body()) {
            in.transferTo(out);
            out.flush();
        } catch (IOException e) {
            throw new Failure(Failure.UNAVAILABLE, "The file broke off: " + e.getMessage());
        }
    }

    @Override
    public int terminal(JsonNode operation, ObjectNode input, Terminal near) {
        return near.run(client, session.url(), call(operation, input));
    }

    private HttpResponse<InputStream> open(
            JsonNode operation, ObjectNode input, Consumer<HttpRequest.Builder> headers) {
        ObjectNode rest = input.deepCopy();
        String path = operation.get("path").asText();
        for (JsonNode ref : operation.withArray("/refs")) {
            String variable = '{' + ref.get("name").asText() + '}';
            if (path.contains(variable)) {
                JsonNode value = rest.remove(ref.get("name").asText());
                path = path.replace(variable, encode(value == null ? "" : value.asText()));
            }
        }
        String method = operation.get("method").asText();
        boolean inQuery = method.equals("GET") || method.equals("DELETE");
        String query = inQuery ? query(rest) : "";
        HttpRequest.Builder request = HttpRequest.newBuilder(address(session.url(), path + query));
        headers.accept(request);
        return send(request, method, inQuery ? "" : Json.text(rest), Optional.of(token()));
    }

    /** As an address comes from a person, who may have left out http://. */
    private static URI address(String url, String path) {
        try {
            if (ADDRESS.matcher(url).matches()) {
                return new URI(url + "/api/v1" + path);
            }
        } catch (URISyntaxException e) {
            // Said below, as for any other text that is no address.
        }
        throw new Failure(
                Failure.USAGE,
                "'" + url
                        + "' is no address of a panel; write it with http:// or https://, such as http://127.0.0.1:8080");
    }

    private static String query(ObjectNode input) {
        StringBuilder query = new StringBuilder();
        for (Map.Entry<String, JsonNode> entry : input.properties()) {
            Iterable<JsonNode> values = entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue());
            for (JsonNode value : values) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(encode(entry.getKey()))
                        .append('=')
                        .append(encode(value.asText()));
            }
        }
        return query.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<InputStream> send(
            HttpRequest.Builder request, String method, String body, Optional<String> token) {
        request.method(
                method,
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        request.header("User-Agent", "openpanel-cli").timeout(PATIENCE);
        token.ifPresent(each -> header(request, "Authorization", "Bearer " + each, "The token"));
        team.ifPresent(each ->
                header(request, "OpenPanel-Team", each.startsWith("team:") ? each : "team:" + each, "The team"));
        HttpRequest asked = request.build();
        try {
            return client.send(asked, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new Failure(
                    Failure.UNAVAILABLE,
                    "The panel at " + origin(asked) + " does not answer ("
                            + (e.getMessage() == null ? "connection refused" : e.getMessage())
                            + "). Is it running? ./openpanel status");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.FAILED, "Interrupted");
        }
    }

    private static void header(HttpRequest.Builder request, String name, String value, String what) {
        try {
            request.header(name, value);
        } catch (IllegalArgumentException e) {
            throw new Failure(Failure.USAGE, what + " has characters that cannot be sent, such as a line break", e);
        }
    }

    private static String origin(HttpRequest request) {
        return request.uri().getScheme() + "://" + request.uri().getRawAuthority();
    }

    private JsonNode json(HttpResponse<InputStream> response) {
        if (response.statusCode() == 401 && session.fixedToken().isPresent()) {
            throw new Failure(
                    Failure.SIGN_IN,
                    failure(response).getMessage() + " (it is the one in OPENPANEL_TOKEN, which goes before a log-in)");
        }
        if (response.statusCode() >= 400) {
            throw failure(response);
        }
        String text = text(response);
        if (!text.isBlank() && !text.stripLeading().startsWith("{")) {
            throw new Failure(Failure.USAGE, stranger(response));
        }
        return Json.parse(text);
    }

    private static String stranger(HttpResponse<InputStream> response) {
        return origin(response.request()) + " answered " + response.statusCode()
                + ", but not as a panel does; check its address";
    }

    /** What a refusal says. */
    static Failure failure(HttpResponse<InputStream> response) {
        String text = text(response);
        return text.stripLeading().startsWith("{")
                ? Problems.of(response.statusCode(), text)
                : Failure.of(response.statusCode(), "", stranger(response));
    }

    private static String text(HttpResponse<InputStream> response) {
        try (InputStream in = response.body()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Failure(Failure.UNAVAILABLE, "The answer broke off: " + e.getMessage());
        }
    }
}
