package io.openpanel.docker.internal.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Connections to one engine. Puts a limit on each call itself: over a Unix socket the client library's own read
 * time-out has no effect, and a hung engine accepts connections and then says nothing.
 */
final class Transport implements DockerHttpClient {
    private static final int MOST_CALLS = 32;
    private static final int MOST_STREAMS = 512;

    private final DockerHttpClient calls;
    private final DockerHttpClient streams;
    private final ScheduledExecutorService timer;
    private final Duration limit;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private final Set<Hijack> hijacks = ConcurrentHashMap.newKeySet();
    private final URI host;

    /** @param limit for a call as a whole; streams have none */
    Transport(URI host, Duration limit, ScheduledExecutorService timer) {
        this.host = host;
        this.calls = client(host, MOST_CALLS);
        this.streams = client(host, MOST_STREAMS);
        this.timer = timer;
        this.limit = limit;
    }

    private static DockerHttpClient client(URI host, int most) {
        return new ZerodepDockerHttpClient.Builder()
                .dockerHost(host)
                .maxConnections(most)
                .connectionTimeout(Duration.ofSeconds(3))
                .build();
    }

    @Override
    public Response execute(Request request) {
        return call(limit).send(request);
    }

    /** An exchange that must be over, body and all, within a time. */
    Exchange call(Duration within) {
        Future<?>[] deadline = new Future<?>[1];
        Exchange[] self = new Exchange[1];
        self[0] = new Exchange(calls, () -> {
            deadline[0].cancel(false);
            open.remove(self[0]);
        });
        deadline[0] = timer.schedule(self[0]::expire, within.toNanos(), TimeUnit.NANOSECONDS);
        open.add(self[0]);
        return self[0];
    }

    /** An exchange that may take for ever. */
    Exchange stream() {
        Exchange[] self = new Exchange[1];
        self[0] = new Exchange(streams, () -> open.remove(self[0]));
        open.add(self[0]);
        return self[0];
    }

    /** A connection that carries bytes both ways; may stay for ever. */
    Hijack hijack(String path, byte[] body) {
        Hijack[] self = new Hijack[1];
        self[0] = Hijack.open(host, path, body, limit, timer, () -> {
            if (self[0] != null) {
                hijacks.remove(self[0]);
            }
        });
        hijacks.add(self[0]);
        return self[0];
    }

    int exchanges() {
        return open.size() + hijacks.size();
    }

    @Override
    public void close() {
        open.forEach(Exchange::abort);
        open.clear();
        hijacks.forEach(Hijack::close);
        try {
            calls.close();
            streams.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot close the connections to the engine", e);
        }
    }
}
