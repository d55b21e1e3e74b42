package io.openpanel.ssl.internal;

import io.openpanel.api.Problem;
import io.openpanel.ssl.Configuration;
import io.openpanel.ssl.Proxy;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the tables say to the proxy. Changes take turns; the configuration holds the rows of all teams, so it is
 * put together on a thread of the plugin's own, where no person is the caller.
 */
@Component(service = Routing.class, immediate = true)
public class Routing {
    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final long TURN_SECONDS = 30;

    private final DomainStore domains;
    private final Proxy proxy;
    private final PanelCertificate certificate;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(Routing::thread);
    private volatile List<Configuration.Route> given;
    private volatile long version;

    /** What a change waits for. */
    public enum Wait {
        /** Nothing. */
        NOT,
        /** The proxy, but not for ever: it takes the change as soon as it can. */
        A_WHILE,
        /** The proxy; where it does not take the change, the change is taken back. */
        OR_UNDO
    }

    /** @param version of the configuration with the change; 0 where nobody waited for it */
    public record Changed<T>(T result, long version) {}

    @Activate
    public Routing(@Reference DomainStore domains, @Reference Proxy proxy, @Reference PanelCertificate certificate) {
        this.domains = domains;
        this.proxy = proxy;
        this.certificate = certificate;
        worker.execute(this::openThePanel);
        worker.execute(this::pushUntilItWorks);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "openpanel-ssl");
        thread.setDaemon(true);
        return thread;
    }

    @Deactivate
    public void stop() {
        worker.shutdownNow();
    }

    /**
     * Changes tables and brings the change to the proxy.
     *
     * @param change works in the call's team
     * @param undo takes the change back, in the call's team
     * @throws Problem {@code TIMEOUT} when the proxy does not answer and the change was taken back
     */
    public <T> Changed<T> change(Supplier<T> change, Function<T, Wait> wait, Consumer<T> undo) {
        takeTurn();
        try {
            T result = change.get();
            return switch (wait.apply(result)) {
                case NOT -> {
                    worker.execute(this::pushQuietly);
                    yield new Changed<>(result, 0);
                }
                case A_WHILE -> new Changed<>(result, pushAndWaitAWhile());
                case OR_UNDO -> new Changed<>(result, pushOr(() -> undo.accept(result)));
            };
        } catch (RejectedExecutionException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Domains are being updated; try again in a moment", e);
        } finally {
            turn.unlock();
        }
    }

    /** Gives the proxy what the tables say where it has something else. */
    public void reconcile() {
        if (!turn.tryLock()) {
            return;
        }
        try {
            onWorker(() -> {
                if (!domains.all().equals(given) || proxy.state().given() != version) {
                    push();
                }
                return null;
            });
        } finally {
            turn.unlock();
        }
    }

    /** Renews the panel's certificate where that is due. */
    public void renew() {
        onWorker(() -> {
            certificate.ensure();
            return null;
        });
    }

    /** Not even the database need be there when the panel's own certificate and port are wanted. */
    private void openThePanel() {
        try {
            certificate.ensure();
            if (proxy.version() == 0) {
                proxy.put(new Configuration(1, List.of()));
            }
        } catch (RuntimeException e) {
            LOG.error("The panel's certificate could not be made; it is served over HTTP on this machine only", e);
        }
    }

    private void pushUntilItWorks() {
        try {
            push();
        } catch (RuntimeException e) {
            LOG.warn("The domains could not be given to the proxy, which keeps what it has; trying again", e);
            if (!worker.isShutdown()) {
                worker.schedule(this::pushUntilItWorks, 1, TimeUnit.SECONDS);
            }
        }
    }

    private void pushQuietly() {
        try {
            push();
        } catch (RuntimeException e) {
            LOG.warn("The domains could not be given to the proxy, which keeps what it has", e);
        }
    }

    private long push() {
        List<Configuration.Route> routes = domains.all();
        long next = domains.nextVersion(proxy.version());
        proxy.put(new Configuration(next, routes));
        given = routes;
        version = next;
        return next;
    }

    private long pushAndWaitAWhile() {
        long pushed = 0;
        try {
            pushed = onWorker(this::push);
            proxy.await(pushed);
        } catch (RuntimeException e) {
            LOG.warn("The proxy has not taken a change yet; it will when it runs", e);
        }
        return pushed;
    }

    private long pushOr(Runnable undo) {
        try {
            long pushed = onWorker(this::push);
            proxy.await(pushed);
            return pushed;
        } catch (RuntimeException e) {
            undo.run();
            worker.execute(this::pushQuietly);
            throw e;
        }
    }

    private void takeTurn() {
        try {
            if (!turn.tryLock(TURN_SECONDS, TimeUnit.SECONDS)) {
                throw new Problem(Problem.Kind.UNAVAILABLE, "Other domains are being changed; try again in a moment");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping; try again in a moment", e);
        }
    }

    private <T> T onWorker(Supplier<T> work) {
        Future<T> future = worker.submit(work::get);
        try {
            return future.get(TURN_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(Problem.Kind.TIMEOUT, "The domains could not be read in time; try again in a moment", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping; try again in a moment", e);
        }
    }
}
