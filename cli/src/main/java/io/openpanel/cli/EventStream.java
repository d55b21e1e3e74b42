package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads server-sent events to their declared end. A stream that is cut before, because the panel or a plugin is being
 * updated, is read on from its last item.
 */
final class EventStream {
    /** A panel that was killed is back within a minute. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final long PAUSE_MILLIS = 500;

    private final Function<Optional<String>, HttpResponse<InputStream>> opener;
    private final boolean resumes;
    private Optional<String> last = Optional.empty();
    private boolean begun;
    private long cutAt;

    /**
     * @param opener asks for the items after the given one
     * @param resumes whether it can
     */
    EventStream(Function<Optional<String>, HttpResponse<InputStream>> opener, boolean resumes) {
        this.opener = opener;
        this.resumes = resumes;
    }

    /** @throws Failure when the stream was refused, ended with an error, or stayed away */
    void read(Consumer<JsonNode> item) {
        while (!attempt(item)) {
            if (!resumes) {
                throw new Failure(Failure.UNAVAILABLE, "The stream was cut; run the command again to go on");
            }
            if (System.nanoTime() - cutAt > PATIENCE.toNanos()) {
                throw new Failure(
                        Failure.UNAVAILABLE,
                        "The stream was cut and is not back after " + PATIENCE.toSeconds()
                                + " s. Is the panel running? ./openpanel status");
            }
            pause();
        }
    }

    /** Whether it came to its end. */
    private boolean attempt(Consumer<JsonNode> item) {
        HttpResponse<InputStream> response;
        try {
            response = opener.apply(last);
        } catch (Failure e) {
            return away(e);
        }
        if (response.statusCode() >= 400) {
            return away(HttpPanel.failure(response));
        }
        begun = true;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            return read(lines, item);
        } catch (IOException e) {
            cutAt = System.nanoTime();
            return false;
        }
    }

    /** What refuses a first attempt may be only on its way back at a later one. */
    private boolean away(Failure failure) {
        boolean mayReturn = failure.exitCode() == Failure.UNAVAILABLE || failure.exitCode() == Failure.MISSING;
        if (!begun || !mayReturn) {
            throw failure;
        }
        return false;
    }

    private boolean read(BufferedReader lines, Consumer<JsonNode> item) throws IOException {
        String id = null;
        String event = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                event = "";
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ") && event.equals("end")) {
                return ended(Json.parse(line.substring(6)));
            } else if (line.startsWith("data: ")) {
                item.accept(Json.parse(line.substring(6)));
                last = Optional.ofNullable(id);
            }
        }
        cutAt = System.nanoTime();
        return false;
    }

    private boolean ended(JsonNode end) {
        String message = end.path("message").asText();
        switch (end.path("reason").asText()) {
            case "done" -> {
                return true;
            }
            case "moved" -> {
                cutAt = System.nanoTime();
                return false;
            }
            case "denied" -> throw new Failure(Failure.DENIED, message);
            default -> throw new Failure(Failure.FAILED, message);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.FAILED, "Interrupted");
        }
    }
}
