package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** The panel's REST API as a client sees it. */
final class Api {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final String base;
    private final String token;

    Api(String base, String token) {
        this.base = base;
        this.token = token;
    }

    String token() {
        return token;
    }

    /** An answer: its status, its body and that body as JSON. */
    record Answer(int status, String text, java.net.http.HttpHeaders headers) {
        JsonNode json() {
            try {
                return JSON.readTree(text.isBlank() ? "{}" : text);
            } catch (IOException e) {
                throw new UncheckedIOException("No JSON: " + text, e);
            }
        }

        String detail() {
            return json().path("detail").asText();
        }

        Answer ok() {
            if (status >= 300) {
                throw new AssertionError("Answered " + status + ": " + text);
            }
            return this;
        }
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String json(Map<String, ?> map) {
        try {
            return JSON.writeValueAsString(map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer get(String path) {
        return send("GET", path, null);
    }

    Answer post(String path, Map<String, ?> body) {
        return send("POST", path, json(body).getBytes(StandardCharsets.UTF_8));
    }

    Answer patch(String path, Map<String, ?> body) {
        return send("PATCH", path, json(body).getBytes(StandardCharsets.UTF_8));
    }

    Answer delete(String path, String confirm) {
        return send("DELETE", path + "?confirm=" + encode(confirm), null);
    }

    Answer send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path))
                .timeout(Duration.ofSeconds(60))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response.headers());
        } catch (IOException e) {
            throw new UncheckedIOException(method + ' ' + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a job's end and gives it. */
    JsonNode await(String job, Duration longest) {
        String id = job.substring(job.indexOf(':') + 1);
        long end = System.nanoTime() + longest.toNanos();
        JsonNode row = null;
        while (System.nanoTime() < end) {
            Answer answer = get("/api/v1/jobs/" + id);
            if (answer.status() == 200) {
                row = answer.json();
                if (!row.path("state").asText().matches("queued|running")) {
                    return row;
                }
            }
            Wait.millis(100);
        }
        throw new AssertionError(job + " did not end within " + longest + ": " + row);
    }

    /** The lines of a job's log. */
    String log(String job) {
        return get("/api/v1/jobs/" + job.substring(job.indexOf(':') + 1) + "/log?follow=false")
                .text();
    }

    /** The id of an app, as the labels of what it made have it. */
    String id(String app) {
        return get("/api/v1/apps/" + encode(app))
                .ok()
                .json()
                .get("app")
                .asText()
                .substring("app:".length());
    }

    /** Starts a deployment and waits for its job. */
    JsonNode deploy(String app) {
        String job = post("/api/v1/deployments/start", Map.of("app", app))
                .ok()
                .json()
                .get("job")
                .asText();
        return await(job, Duration.ofMinutes(3));
    }
}
