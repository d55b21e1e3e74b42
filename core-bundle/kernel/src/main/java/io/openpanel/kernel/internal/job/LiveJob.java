package io.openpanel.kernel.internal.job;

import io.openpanel.api.Call;
import io.openpanel.api.Mask;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Types;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of a job that is under way. */
public final class LiveJob {
    private static final Logger LOG = LoggerFactory.getLogger(LiveJob.class);
    private final Ref ref;
    private final String plugin;
    private final int attempt;
    private final long turn;
    private final JobStore store;
    private final JobLog log;
    private final Path workspace;
    private final Function<String, Set<String>> secrets;
    private final Runnable changed;
    private final Mask mask = new Mask();
    private final List<String> inside = new CopyOnWriteArrayList<>();
    private final Map<Call, Runnable> hooks = new LinkedHashMap<>();
    private volatile boolean cancelled;
    private volatile boolean yielding;
    /** Of those it is in, the one that is in no other. */
    private volatile Optional<String> step = Optional.empty();

    /** @param secrets of a plugin, to be masked from when its code runs on */
    LiveJob(
            Ref ref,
            String plugin,
            int attempt,
            long turn,
            JobStore store,
            JobLog log,
            Path workspace,
            Function<String, Set<String>> secrets,
            Runnable changed) {
        this.ref = ref;
        this.plugin = plugin;
        this.attempt = attempt;
        this.turn = turn;
        this.store = store;
        this.log = log;
        this.workspace = workspace;
        this.secrets = secrets;
        this.changed = changed;
    }

    public Ref ref() {
        return ref;
    }

    /** Whether it is in that plugin's code at the moment. */
    boolean isIn(String id) {
        return plugin.equals(id) || inside.contains(id);
    }

    /** Works in another plugin's code. */
    public <T> T in(String id, Supplier<T> work) {
        inside.add(id);
        try {
            return work.get();
        } finally {
            inside.remove(id);
        }
    }

    public int attempt() {
        return attempt;
    }

    public long turn() {
        return turn;
    }

    /** The job's directory, made at the first call. */
    public Path workspace() {
        try {
            return Files.createDirectories(workspace);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make the workspace " + workspace, e);
        }
    }

    /** Masks a text from here on. */
    public void mask(String secret) {
        mask.add(secret);
    }

    String masked(String text) {
        if (text == null) {
            return null;
        }
        // Asked each time: a setting may have been changed while the job runs.
        secrets.apply(plugin).forEach(mask::add);
        inside.forEach(id -> secrets.apply(id).forEach(mask::add));
        return mask.apply(text);
    }

    public void log(String line) {
        yieldIfAsked();
        log.add(ref.id(), step.map(JobStore.StepRow::shown), masked(line));
    }

    public void progress(int percent) {
        yieldIfAsked();
        store.progress(ref.id(), Math.max(0, Math.min(100, percent)));
        changed.run();
    }

    public boolean cancelled() {
        yieldIfAsked();
        return cancelled;
    }

    boolean wasCancelled() {
        return cancelled;
    }

    private void yieldIfAsked() {
        if (yielding) {
            throw new JobYield();
        }
    }

    /** Sets what a call does at once when the job is cancelled. */
    public void onCancel(Call call, Runnable hook) {
        boolean late;
        synchronized (hooks) {
            hooks.put(call, hook);
            late = cancelled || yielding;
        }
        if (late) {
            hook.run();
        }
    }

    /** Drops what a call wanted done: the call has ended. */
    public void forget(Call call) {
        synchronized (hooks) {
            hooks.remove(call);
        }
    }

    void cancel() {
        cancelled = true;
        runHooks();
    }

    void yieldNow() {
        yielding = true;
        runHooks();
    }

    private void runHooks() {
        List<Runnable> inOrder;
        synchronized (hooks) {
            inOrder = new ArrayList<>(hooks.values());
        }
        for (int i = inOrder.size() - 1; i >= 0; i--) {
            try {
                inOrder.get(i).run();
            } catch (RuntimeException | JobYield e) {
                // A plugin's failure to end its own work must not keep the others' from ending, nor the panel.
                LOG.warn("What {} does at its end failed", ref, e);
            }
        }
    }

    /** See {@link Call#step}. */
    public <T extends Record> T step(String name, Class<T> type, Supplier<T> work) {
        yieldIfAsked();
        RecordShape shape = Types.record(type);
        Optional<JobStore.StepRow> stored =
                store.step(ref.id(), name).filter(row -> row.state().equals("done"));
        if (stored.isPresent()) {
            byte[] json = stored.get().result().orElse("{}").getBytes(StandardCharsets.UTF_8);
            return type.cast(shape.read(Json.parse(json), "", Reading.tolerant()));
        }
        store.beginStep(ref.id(), name, attempt);
        Optional<String> outer = step;
        step = outer.or(() -> Optional.of(name));
        changed.run();
        try {
            T result = work.get();
            yieldIfAsked();
            String json = result == null ? null : new String(Json.bytes(shape, result), StandardCharsets.UTF_8);
            store.endStep(ref.id(), name, "done", json);
            Failpoints.hit(Failpoint.JOB_AFTER_STEP);
            return result;
        } catch (RuntimeException e) {
            store.endStep(ref.id(), name, cancelled ? "cancelled" : "failed", null);
            throw e;
        } finally {
            step = outer;
            changed.run();
        }
    }
}
