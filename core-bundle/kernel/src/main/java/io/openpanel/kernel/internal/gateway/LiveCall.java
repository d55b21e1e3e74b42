package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.job.LiveJob;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One invocation: who, where from, in which plugin's code, perhaps in a job. */
public final class LiveCall implements Call {
    private static final Logger LOG = LoggerFactory.getLogger("io.openpanel.action");

    private final Principal caller;
    private final String surface;
    private final String address;
    private final String plugin;
    private final LiveJob job;
    private final String stepPrefix;
    private final Function<String, Reach> reach;

    /**
     * @param address the client's, empty inside the panel
     * @param plugin whose code runs
     * @param job the job it runs in, or null
     * @param stepPrefix in front of the names of its steps; not empty for a job called inside a job
     */
    public LiveCall(
            Principal caller,
            String surface,
            String address,
            String plugin,
            LiveJob job,
            String stepPrefix,
            Function<String, Reach> reach) {
        this.caller = caller;
        this.surface = surface;
        this.address = address;
        this.plugin = plugin;
        this.job = job;
        this.stepPrefix = stepPrefix;
        this.reach = reach;
    }

    public String plugin() {
        return plugin;
    }

    public Optional<LiveJob> liveJob() {
        return Optional.ofNullable(job);
    }

    String stepPrefix() {
        return stepPrefix;
    }

    @Override
    public Principal caller() {
        return caller;
    }

    @Override
    public String surface() {
        return surface;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public Optional<Ref> team() {
        return caller.team();
    }

    @Override
    public Reach reach(String kind) {
        return reach.apply(kind);
    }

    @Override
    public Optional<Ref> job() {
        return Optional.ofNullable(job).map(LiveJob::ref);
    }

    @Override
    public void log(String line) {
        if (job == null) {
            LOG.debug("{}: {}", plugin, line);
        } else {
            job.log(line);
        }
    }

    @Override
    public void progress(int percent) {
        if (job != null && stepPrefix.isEmpty()) {
            job.progress(percent);
        }
    }

    @Override
    public boolean cancelled() {
        return job != null && job.cancelled();
    }

    @Override
    public void onCancel(Runnable hook) {
        if (job != null) {
            job.onCancel(this, hook);
        }
    }

    @Override
    public int attempt() {
        return job == null ? 1 : job.attempt();
    }

    @Override
    public long turn() {
        return job == null ? 0 : job.turn();
    }

    @Override
    public <T extends Record> T step(String name, Class<T> type, Supplier<T> work) {
        return job == null ? work.get() : job.step(stepPrefix + name, type, work);
    }
}
