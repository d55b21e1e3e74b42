package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Follows streams over one connection, as a page of the console does, and keeps all it hears. */
final class Follower implements AutoCloseable {
    private final InputStream body;
    private final StringBuilder heard = new StringBuilder();
    private final CountDownLatch ended = new CountDownLatch(1);

    Follower(Panel panel, String token, List<String> actions) {
        String topics = actions.stream()
                .map(action -> Api.json(Map.of("key", action, "action", action)))
                .collect(Collectors.joining(","));
        HttpRequest request = HttpRequest.newBuilder(URI.create(panel.url() + "/api/v1/stream"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"topics\":[" + topics + "]}"))
                .build();
        try {
            HttpResponse<InputStream> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (answer.statusCode() != 200) {
                throw new AssertionError("The stream answered " + answer.statusCode());
            }
            body = answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Thread reading = new Thread(this::read, "follower");
        reading.setDaemon(true);
        reading.start();
        // The head of the answer comes before the topics are followed: what happens between the two is heard by none.
        Wait.until(
                "all topics flow",
                Duration.ofSeconds(30),
                () -> heard().split("event: open", -1).length > actions.size());
    }

    private void read() {
        byte[] buffer = new byte[8192];
        try {
            for (int got = body.read(buffer); got >= 0; got = body.read(buffer)) {
                synchronized (heard) {
                    heard.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
                }
            }
        } catch (IOException closed) {
            // It was closed here or there: it has ended.
        } finally {
            ended.countDown();
        }
    }

    String heard() {
        synchronized (heard) {
            return heard.toString();
        }
    }

    /** Does something, and waits until a word of it was heard. */
    void await(String word, Runnable deed) {
        deed.run();
        Wait.until(word + " is heard", Duration.ofSeconds(15), () -> heard().contains(word));
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
