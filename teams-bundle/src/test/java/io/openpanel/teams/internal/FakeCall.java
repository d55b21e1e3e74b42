package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A call by somebody in a team, outside jobs. */
record FakeCall(Principal caller) implements Call {
    FakeCall(Ref caller, Ref team) {
        this(new Principal(caller, "somebody", Optional.ofNullable(team), Optional.empty()));
    }

    @Override
    public String surface() {
        return "test";
    }

    @Override
    public Optional<Ref> team() {
        return caller.team();
    }

    @Override
    public Reach reach(String kind) {
        return new Reach(true, Set.of());
    }

    @Override
    public Optional<Ref> job() {
        return Optional.empty();
    }

    @Override
    public void log(String line) {
        // Nobody reads it.
    }

    @Override
    public void progress(int percent) {
        // Nobody watches.
    }

    @Override
    public boolean cancelled() {
        return false;
    }

    @Override
    public void onCancel(Runnable hook) {
        // Never cancelled.
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
