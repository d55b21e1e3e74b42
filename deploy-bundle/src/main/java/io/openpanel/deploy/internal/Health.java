package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Waits until a container proves that it works: its port accepts connections, or its health path answers with success. */
final class Health {
    private static final int CONNECT_MILLIS = 1000;
    private static final int ANSWER_MILLIS = 5000;
    private static final long LOOK_NANOS = 500_000_000L;
    private static final int LAST_LINES = 20;

    private final Engine engine;
    private final Call call;

    Health(Engine engine, Call call) {
        this.engine = engine;
        this.call = call;
    }

    /** How long it took. */
    public record Healthy(Duration took) {}

    /** @throws Problem when it ends, or does not answer in time */
    Healthy await(Deployments.Settings settings, Ref container, String address) {
        long begun = System.nanoTime();
        long end = begun + settings.healthTimeout().toNanos();
        long nextLook = begun;
        String last = "";
        while (System.nanoTime() < end) {
            stopIfCancelled(call);
            if (System.nanoTime() > nextLook) {
                requireRunning(container);
                nextLook = System.nanoTime() + LOOK_NANOS;
            }
            last = settings.healthPath().isPresent() ? ask(address, settings) : connect(address, settings.port());
            if (last.isEmpty()) {
                requireRunning(container);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                call.log("Healthy after " + took.toMillis() + " ms");
                return new Healthy(took);
            }
            pause(call, 50);
        }
        tell(container);
        throw new Problem(
                Problem.Kind.UPSTREAM,
                settings.healthPath().isPresent()
                        ? "The app did not answer GET " + settings.healthPath().get() + " on port " + settings.port()
                                + " with success within "
                                + settings.healthTimeout().toSeconds() + " s (" + last
                                + "); check the path, or give it more time"
                        : "The app does not listen on port " + settings.port() + " after "
                                + settings.healthTimeout().toSeconds()
                                + " s; set the port it listens on (the variable PORT tells it, unless the app has one of its own), or give it more time");
    }

    private void requireRunning(Ref container) {
        Engine.Container now = engine.container(container);
        if (now.hasEnded() || now.state().equals("restarting")) {
            tell(container);
            throw new Problem(
                    Problem.Kind.UPSTREAM,
                    "The container ended at once"
                            + now.exitCode()
                                    .map(code -> " with exit code " + code)
                                    .orElse("") + "; its last lines are in the log");
        }
    }

    private void tell(Ref container) {
        List<String> lines = engine.lastLines(container, LAST_LINES);
        call.log(lines.isEmpty() ? "The container printed nothing" : "The container's last lines:");
        lines.forEach(line -> call.log("  " + line));
    }

    /** What is wrong, or nothing. */
    private static String connect(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String ask(String address, Deployments.Settings settings) {
        try {
            // As it was given, query and escapes included.
            URI uri = new URI("http://" + address + ':' + settings.port()
                    + settings.healthPath().orElse("/"));
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            try {
                int status = connection.getResponseCode();
                return status >= 200 && status < 400 ? "" : "it answered " + status;
            } finally {
                connection.disconnect();
            }
        } catch (IOException | java.net.URISyntaxException e) {
            return String.valueOf(e.getMessage());
        }
    }

    static void stopIfCancelled(Call call) {
        if (call.cancelled()) {
            throw new Problem(Problem.Kind.CONFLICT, "Cancelled");
        }
    }

    /** Waits a little; cancelling the job ends the wait soon. */
    static void pause(Call call, long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
        stopIfCancelled(call);
    }
}
