package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A call of a job that remembers what was logged and can be cancelled. */
final class FakeCall implements Call {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final Ref team = Ref.create("team");
    private final Ref job = Ref.create("job");
    private volatile boolean cancelled;
    private volatile Runnable hook = () -> {};

    void cancel() {
        cancelled = true;
        hook.run();
    }

    String log() {
        return String.join("\n", lines);
    }

    @Override
    public Principal caller() {
        return new Principal(new Ref("user", "0000000000000001"), "ada", team(), Optional.empty());
    }

    @Override
    public String surface() {
        return "test";
    }

    @Override
    public Optional<Ref> team() {
        return Optional.of(team);
    }

    @Override
    public Reach reach(String kind) {
        return new Reach(true, Set.of());
    }

    @Override
    public Optional<Ref> job() {
        return Optional.of(job);
    }

    @Override
    public void log(String line) {
        lines.add(line);
    }

    @Override
    public void progress(int percent) {
        // Nobody looks at it here.
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable wanted) {
        hook = wanted;
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
