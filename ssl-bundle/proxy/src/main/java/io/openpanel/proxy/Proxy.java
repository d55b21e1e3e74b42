package io.openpanel.proxy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The whole process, apart from its command line. */
final class Proxy implements AutoCloseable {
    /** Buffers that are kept for the next burst. */
    private static final long SPARE_HEAP = 4L << 20;

    private static final long SPARE_DIRECT = 16L << 20;

    private final Options options;
    private final Log log;
    private final Server server;
    private final Upstreams upstreams;
    private final Routes routes;
    private final Listeners listeners;
    private final Inbox inbox;
    private final Thread watcher;
    private Configuration applied = Configuration.EMPTY;

    Proxy(Options options, Log log) {
        this.options = options;
        this.log = log;
        QueuedThreadPool threads = new QueuedThreadPool(64, 4, (int) TimeUnit.SECONDS.toMillis(10));
        threads.setReservedThreads(0);
        threads.setName("proxy");
        server = new Server(threads, null, new ArrayByteBufferPool(-1, -1, -1, -1, SPARE_HEAP, SPARE_DIRECT));
        EventLoop loop = new EventLoop(server);
        upstreams = new Upstreams(server, loop);
        // Stopped with the server: after the requests under way, before the threads.
        server.addBean(upstreams.client(), true);
        routes = new Routes(upstreams.client());
        listeners = new Listeners(server, loop, options, log);
        inbox = new Inbox(options.home(), this::apply, this::tick, log);
        watcher = new Thread(inbox, "configuration");
        watcher.setDaemon(true);
        server.setHandler(new Edge(routes, log));
        server.setErrorHandler(new Pages(log));
        server.setStopTimeout(TimeUnit.SECONDS.toMillis(5));
        if (options.accessLog()) {
            server.setRequestLog(new AccessLog(log));
        }
    }

    /**
     * Listens, with the configuration there is, and follows it from now on.
     *
     * @throws IOException when the port for the apps cannot be opened
     */
    void start() throws IOException {
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException("The proxy did not start: " + e.getMessage(), e);
        }
        upstreams.makePlain();
        inbox.begin();
        listeners.openDefault();
        watcher.start();
        log.info("Started", Map.of("home", options.home()));
    }

    /** The port of a listener, {@code http}, {@code https} or {@code panel}; -1 while it is not open. */
    int port(String listener) {
        return listeners.port(listener);
    }

    /** Routes first: a port that opens before them would answer its first visitors that there is no such app. */
    private void apply(Configuration configuration) {
        routes.apply(configuration);
        try {
            listeners.apply(configuration);
        } catch (IllegalArgumentException e) {
            routes.apply(applied);
            throw e;
        }
        applied = configuration;
    }

    private void tick() {
        listeners.tick();
        upstreams.sweep();
        sweep(System.nanoTime());
    }

    /** Cuts clients that are too slow at that moment. */
    void sweep(long now) {
        listeners.sweep(now);
    }

    @Override
    public void close() {
        watcher.interrupt();
        try {
            server.stop();
        } catch (Exception e) {
            log.error("The proxy did not stop cleanly", Map.of("cause", e.toString()));
        }
    }
}
