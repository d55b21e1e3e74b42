package io.openpanel.testkit;

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
    private static final Reach EVERYTHING = new Reach(true, Set.of());

    public final List<String> lines = new CopyOnWriteArrayList<>();
    public volatile int progress;
    private final Principal caller;
    private final Optional<Ref> job;
    private final Reach reach;
    private final String surface;
    private volatile boolean cancelled;
    private volatile Runnable hook = () -> {};

    private FakeCall(Principal caller, Optional<Ref> job, Reach reach, String surface) {
        this.caller = caller;
        this.job = job;
        this.reach = reach;
        this.surface = surface;
    }

    /** By a person of a team who may see all of it. */
    public static FakeCall ofTeam(String team) {
        return by(ada(team));
    }

    /** By somebody who may see all of it. */
    public static FakeCall by(Principal caller) {
        return new FakeCall(caller, Optional.empty(), EVERYTHING, "rest");
    }

    /** By somebody of a team who may see all of it. */
    public static FakeCall by(Ref caller, Ref team) {
        return by(new Principal(caller, "somebody", Optional.of(team), Optional.empty()));
    }

    /** By a person of a team who may see some of it. */
    public static FakeCall reaching(String team, Reach reach) {
        return new FakeCall(ada(team), Optional.empty(), reach, "rest");
    }

    /** From inside another plugin's job. */
    public static FakeCall inJob(String team, Ref job) {
        return new FakeCall(ada(team), Optional.of(job), EVERYTHING, "action");
    }

    private static Principal ada(String team) {
        return new Principal(
                new Ref("user", "0000000000000001"), "ada", Optional.of(new Ref("team", team)), Optional.empty());
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
        return caller;
    }

    @Override
    public String surface() {
        return surface;
    }

    @Override
    public String address() {
        return "";
    }

    @Override
    public Optional<Ref> team() {
        return caller.team();
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
    public long turn() {
        return job.isPresent() ? 1 : 0;
    }

    @Override
    public <T extends Record> T step(String name, Class<T> type, Supplier<T> work) {
        return work.get();
    }
}
