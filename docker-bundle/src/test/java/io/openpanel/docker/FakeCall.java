package io.openpanel.docker;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A call that remembers what was logged and can be cancelled. */
public final class FakeCall implements Call {
    public final List<String> lines = new CopyOnWriteArrayList<>();
    public volatile int progress;
    private final Optional<Ref> team;
    private final Optional<Ref> job;
    private final Reach reach;
    private final String surface;
    private volatile boolean cancelled;
    private volatile Runnable hook = () -> {};

    public FakeCall(Optional<Ref> team, Optional<Ref> job, Reach reach, String surface) {
        this.team = team;
        this.job = job;
        this.reach = reach;
        this.surface = surface;
    }

    /** By a person of a team who may see all of it. */
    public static FakeCall ofTeam(String team) {
        return new FakeCall(Optional.of(new Ref("team", team)), Optional.empty(), new Reach(true, Set.of()), "rest");
    }

    /** From inside another plugin's job. */
    public static FakeCall inJob(String team, Ref job) {
        return new FakeCall(Optional.of(new Ref("team", team)), Optional.of(job), new Reach(true, Set.of()), "action");
    }

    public void cancel() {
        cancelled = true;
        hook.run();
    }

    public String log() {
        return String.join("\n", lines);
    }

    @Override
    public Principal caller() {
        return new Principal(new Ref("user", "0000000000000001"), "ada", team, Optional.empty());
    }

    @Override
    public String surface() {
        return surface;
    }

    @Override
    public Optional<Ref> team() {
        return team;
    }

    @Override
    public Reach reach(String kind) {
        return reach;
    }

    @Override
    public Optional<Ref> job() {
        return job;
    }

    @Override
    public void log(String line) {
        lines.add(line);
    }

    @Override
    public void progress(int percent) {
        progress = percent;
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable wanted) {
        hook = wanted;
        if (cancelled) {
            wanted.run();
        }
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public <T extends Record> T step(String name, Class<T> type, Supplier<T> work) {
        return work.get();
    }
}
