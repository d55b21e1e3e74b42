package io.openpanel.sso.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Keeps the plugin's own books as the plugin itself, whoever calls: providers are of no team. */
@Component(service = Clerk.class)
public final class Clerk {
    private static final int WAIT_SECONDS = 10;

    private final Panel panel;
    private final ExecutorService threads;

    @Activate
    public Clerk(@Reference Panel panel) {
        this.panel = panel;
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(2, 2, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(500), work -> {
                    Thread thread = new Thread(work, "openpanel-sso");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    @Deactivate
    public void close() {
        threads.shutdownNow();
    }

    /** One transaction. */
    public <T> T tx(Function<Database.Tx, T> work) {
        Future<T> result;
        try {
            result = threads.submit(() -> panel.database().allTeams(work));
        } catch (RejectedExecutionException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Single sign-on is busy or being updated; try again", e);
        }
        try {
            return result.get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            result.cancel(true);
            throw new Problem(Problem.Kind.UNAVAILABLE, "The database does not answer; try again in a moment", e);
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The call was interrupted", e);
        }
    }
}
