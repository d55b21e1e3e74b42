package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Waits until a container proves that it works: its port accepts connections, or its health path answers with success. */
final class Health {
    private static final int CONNECT_MILLIS = 1000;
    private static final int ANSWER_MILLIS = 5000;
    private static final long LOOK_NANOS = 500_000_000L;
    private static final int LAST_LINES = 20;

    /** 128 + SIGKILL. */
    private static final int KILLED = 137;

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
                requireRunning(container, settings);
                nextLook = System.nanoTime() + LOOK_NANOS;
            }
            last = settings.healthPath().isPresent() ? ask(address, settings) : connect(address, settings.port());
            if (last.isEmpty()) {
                requireRunning(container, settings);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                call.log("Healthy after " + took.toMillis() + " ms");
                return new Healthy(took);
            }
            pause(call, 50);
        }
        tell(container);
        boolean listens = connect(address, settings.port()).isEmpty();
        throw new Problem(
                Problem.Kind.UPSTREAM,
                settings.healthPath().isPresent() && listens
                        ? "The app did not answer GET " + settings.healthPath().get() + " on port " + settings.port()
                                + " with success within "
                                + settings.healthTimeout().toSeconds() + " s (" + last
                                + "); check the path, or give it more time"
                        : deaf(engine.listening(container), settings));
    }

    /** Where it listens instead, if anywhere: the port and 127.0.0.1 are what people get wrong first. */
    static String deaf(List<Engine.Socket> listening, Deployments.Settings settings) {
        int port = settings.port();
        if (listening.stream().anyMatch(each -> each.port() == port)) {
            return "The app listens on port " + port
                    + " of its container's own loopback address only, where nobody else reaches it; have it listen on 0.0.0.0";
        }
        String others = listening.stream()
                .filter(each -> !each.isLoopback())
                .map(each -> String.valueOf(each.port()))
                .distinct()
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            return "The app does not listen on port " + port + " but on " + others
                    + "; set that as its port, or have it listen on the one in the variable PORT";
        }
        return "The app does not listen on port " + port + " after "
                + settings.healthTimeout().toSeconds()
                + " s; set the port it listens on (the variable PORT tells it, unless the app has one of its own), or give it more time";
    }

    private void requireRunning(Ref container, Deployments.Settings settings) {
        Engine.Container now = engine.container(container);
        if (now.hasEnded() || now.state().equals("restarting")) {
            tell(container);
            throw new Problem(Problem.Kind.UPSTREAM, ended(now.exitCode(), settings.memory()));
        }
    }

    static String ended(Optional<Integer> exitCode, Optional<Long> memory) {
        if (exitCode.equals(Optional.of(KILLED)) && memory.isPresent()) {
            return "The container was killed, most likely because it needs more than its " + (memory.get() >> 20)
                    + " MiB of memory; raise the app's limit";
        }
        if (exitCode.equals(Optional.of(0))) {
            return "The container ended at once with exit code 0, as one whose work is done; have its command stay in the foreground and serve";
        }
        return "The container ended at once"
                + exitCode.map(code -> " with exit code " + code).orElse("")
                + "; its last lines are in the log. Correct what they tell and deploy again";
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
                return status >= 200 && status < 400 ? "" : status < 0 ? "no HTTP" : "it answered " + status;
            } finally {
                connection.disconnect();
            }
        } catch (SocketTimeoutException e) {
            return "no answer within " + ANSWER_MILLIS / 1000 + " s";
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
