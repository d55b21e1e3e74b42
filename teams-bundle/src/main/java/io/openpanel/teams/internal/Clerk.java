package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps the plugin's own books as the plugin itself. Rights are looked up in the middle of other people's calls, on
 * threads that work for them; a thread of our own is nobody's but the plugin's.
 */
@Component(service = Clerk.class)
public final class Clerk {
    private static final int WAIT_SECONDS = 10;

    private final Panel panel;
    private final ExecutorService threads;

    @Activate
    public Clerk(@Reference Panel panel) {
        this.panel = panel;
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(4, 4, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1_000), work -> {
                    Thread thread = new Thread(work, "openpanel-teams-" + number.incrementAndGet());
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

    /** One transaction over all teams. */
    public <T> T allTeams(Function<Database.Tx, T> work) {
        return run(() -> panel.database().allTeams(work));
    }

    /** One transaction in a team; its events are that team's. */
    public <T> T in(String team, Function<Database.Tx, T> work) {
        return run(() -> panel.in(new Ref("team", team), () -> panel.database().tx(work)));
    }

    /** Works in a team as the plugin itself, whoever waits for it. */
    <T> T callIn(String team, Supplier<T> work) {
        return run(() -> panel.in(new Ref("team", team), work));
    }

    private <T> T run(Callable<T> work) {
        Future<T> result;
        try {
            result = threads.submit(work);
        } catch (RejectedExecutionException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Sign-in is busy or being updated; try again in a moment", e);
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
