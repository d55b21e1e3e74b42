package io.openpanel.docker.internal.engine;

import com.fasterxml.jackson.databind.type.TypeFactory;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Docker engine the panel works with: every call goes through here, so that none hangs and all fail alike. */
@Component(service = DockerEngine.class)
public final class DockerEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DockerEngine.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration GLANCE = Duration.ofMillis(1500);
    private static final String DEFAULT_HOST = "unix:///var/run/docker.sock";

    private final URI host;
    private final InstantSource clock;
    private final Snapshot snapshot = new Snapshot();
    private final ScheduledThreadPoolExecutor timer;
    private final CircuitBreaker breaker;
    /** Open until the engine answered, or did not, for the first time. */
    private final CountDownLatch decided = new CountDownLatch(1);

    private final EngineWatch watch;
    private final List<Consumer<EngineHealth>> listeners = new CopyOnWriteArrayList<>();
    private Connection open;
    private volatile Connection connection;
    private volatile EngineHealth health;
    private volatile boolean closed;

    @Activate
    public DockerEngine(BundleContext context, @Reference InstantSource clock) {
        this(
                URI.create(Optional.ofNullable(context.getProperty("openpanel.docker.host"))
                        .orElse(DEFAULT_HOST)),
                clock);
    }

    public DockerEngine(URI host, InstantSource clock) {
        this.host = host;
        this.clock = clock;
        this.health = new EngineHealth(false, "it has not answered yet", clock.instant(), Optional.empty());
        this.timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "docker-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        this.breaker = CircuitBreaker.of(
                "engine",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(4)
                        .minimumNumberOfCalls(2)
                        .failureRateThreshold(50)
                        .waitDurationInOpenState(Duration.ofMinutes(10))
                        .recordException(EngineProblems::isUnreachable)
                        .build());
        this.watch = new EngineWatch(this, snapshot);
        breaker.getEventPublisher().onStateTransition(event -> {
            if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                watch.suspect(EngineProblems.LATE);
            }
        });
        watch.start();
    }

    /** Containers and images as last seen. */
    public Snapshot snapshot() {
        return snapshot;
    }

    public EngineHealth health() {
        return health;
    }

    /** Hears whenever the engine is found or lost, until closed. */
    public Snapshot.Listening listen(Consumer<EngineHealth> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    public URI host() {
        return host;
    }

    /** Whether the engine runs on this machine, so that its files can be read. */
    public boolean isLocal() {
        return "unix".equals(host.getScheme());
    }

    /**
     * Asks the engine something that it answers within 10 s.
     *
     * @param what what is tried, for the message when it fails: "start the container web"
     * @throws Problem in the engine's own words, or {@link Problem.Kind#UNAVAILABLE} at once while it is out of reach
     */
    public <T> T call(String what, Function<DockerClient, T> work) {
        Connection current = connected();
        return guard(what, () -> work.apply(current.client()));
    }

    /**
     * Looks up something that a page shows and nobody waits for longer than 1.5 s.
     *
     * @param path below the version, {@code /images/busybox/json}
     */
    public <T> T glance(String what, String path, Class<T> type) {
        Connection current = connected(GLANCE);
        // Not by the breaker: an engine too busy for a page is not lost.
        try (Exchange exchange = current.call(GLANCE);
                Response response = check(
                        what,
                        exchange.send(current.request(Request.Method.GET, path).build()))) {
            return current.json().readValue(response.getBody(), type);
        } catch (IOException e) {
            throw explain(what, new UncheckedIOException(e));
        } catch (RuntimeException e) {
            throw explain(what, e);
        }
    }

    /** Sends a bare request that the engine answers within the given time; anything but success is thrown. */
    public void request(String what, Request.Method method, String path, Duration within) {
        Connection current = connected();
        guard(what, () -> {
            try (Exchange exchange = current.call(within);
                    Response response =
                            exchange.send(current.request(method, path).build())) {
                return check(what, response);
            }
        });
    }

    /** Whether a container has something at a path. */
    public boolean hasFile(String container, String path) {
        Connection current = connected();
        return guard("look for " + path, () -> {
            // Only the head of the answer is of interest; what follows is cut off.
            try (Exchange exchange = current.call(LIMIT);
                    Response response = exchange.send(
                            current.request(Request.Method.GET, "/containers/" + container + "/archive?path=" + path)
                                    .build())) {
                return response.getStatusCode() == 200;
            }
        });
    }

    /** An exchange without limit, to be sent with {@link #send}. */
    public Exchange stream() {
        return connected().stream();
    }

    /** Sends the request of a stream and waits for the head of the answer. */
    public Response send(
            String what,
            Exchange exchange,
            Function<Request.Builder, Request.Builder> request,
            Request.Method method,
            String path) {
        Connection current = connected();
        try {
            return check(
                    what,
                    exchange.send(request.apply(current.request(method, path)).build()));
        } catch (RuntimeException e) {
            exchange.close();
            throw explain(what, e);
        }
    }

    /** Posts a JSON body and keeps the connection, on which bytes go both ways from then on. */
    public Hijack hijack(String what, String path, String body) {
        Connection current = connected();
        return guard(what, () -> current.hijack(path, body.getBytes(StandardCharsets.UTF_8)));
    }

    /** What to tell of an exception while a stream was read. */
    public Problem problem(String what, RuntimeException cause) {
        return explain(what, cause);
    }

    private static Response check(String what, Response response) {
        int status = response.getStatusCode();
        if (status < 400) {
            return response;
        }
        try (response) {
            String body = new String(response.getBody().readNBytes(1 << 16), StandardCharsets.UTF_8);
            throw EngineProblems.answered(what, status, EngineProblems.said(body));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T> T guard(String what, Supplier<T> work) {
        try {
            return breaker.executeSupplier(work);
        } catch (CallNotPermittedException e) {
            throw health.problem();
        } catch (RuntimeException e) {
            throw explain(what, e);
        }
    }

    /** A call that is cut because the engine was given up tells why it was, not that it was cut. */
    private Problem explain(String what, RuntimeException cause) {
        EngineHealth now = health;
        return EngineProblems.isUnreachable(cause) && !now.answers()
                ? now.problem()
                : EngineProblems.translate(what, cause);
    }

    private Connection connected() {
        return connected(FIRST);
    }

    /** @param patience how long to wait where the engine was not asked yet: the panel has just begun */
    private Connection connected(Duration patience) {
        if (connection == null) {
            try {
                decided.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Connection current = connection;
        if (current == null) {
            throw health.problem();
        }
        return current;
    }

    /** Looks at a container now, so that whoever changed it sees the change in the next list. */
    public Optional<ContainerState> refresh(String id) {
        Connection current = connected();
        guard("look at the container " + ContainerState.ref(id).id(), () -> {
            watch.look(current, id);
            return null;
        });
        return snapshot.container(id);
    }

    /** As {@link #refresh}, where the container must be there. */
    public ContainerState require(Ref container) {
        return snapshot.container(container.id()).orElseThrow(() -> Problem.missing(container));
    }

    /** Reads the list of images now. */
    public void refreshImages() {
        Connection current = connected();
        guard("list the images", () -> {
            watch.images(current);
            return null;
        });
    }

    /** Keeps an image that was just looked at, until the list is read again. */
    public void saw(InspectImageResponse image) {
        snapshot.add(ImageState.of(image));
    }

    Optional<Connection> connection() {
        return Optional.ofNullable(connection);
    }

    /** How many exchanges with the engine are under way. */
    int exchanges() {
        Connection current = connection;
        return current == null ? 0 : current.exchanges();
    }

    synchronized Connection connect(Duration patience) {
        if (closed) {
            throw new IllegalStateException("The panel's container bundle has stopped");
        }
        if (open != null) {
            open.close();
        }
        open = Connection.open(host, LIMIT, patience, timer);
        return open;
    }

    synchronized void found(Connection found, EngineHealth.Machine machine) {
        if (closed || found != open) {
            return;
        }
        breaker.transitionToClosedState();
        connection = found;
        snapshot.live(true);
        health = new EngineHealth(true, "", clock.instant(), Optional.of(machine));
        decided.countDown();
        LOG.info("The engine at {} answers: Docker {}, API {}", host, machine.version(), machine.api());
        listeners.forEach(listener -> listener.accept(health));
    }

    void lost(String reason) {
        Connection dropped;
        synchronized (this) {
            dropped = open;
            open = null;
            connection = null;
            snapshot.live(false);
            boolean news = health.answers();
            health = new EngineHealth(false, reason, news ? clock.instant() : health.since(), health.machine());
            if (news && !closed) {
                LOG.warn("The engine at {} is out of reach: {}", host, reason);
                listeners.forEach(listener -> listener.accept(health));
            }
        }
        decided.countDown();
        if (dropped != null) {
            dropped.close();
        }
    }

    @Override
    @Deactivate
    public void close() {
        closed = true;
        watch.close();
        lost("the panel's container bundle is stopping");
        timer.shutdownNow();
        // Whoever still reads an answer fills the cache again.
        watch.awaitEnd();
        // The client library's own mappers use the cache that all bundles share.
        TypeFactory.defaultInstance().clearCache();
    }
}
