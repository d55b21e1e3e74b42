package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.event.ForeignEvent;
import io.openpanel.kernel.internal.gateway.Admission;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.job.LiveJob;
import io.openpanel.spi.Storage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;

/** The panel as one plugin sees it. */
final class PanelOfBundle implements Panel, Storage.Context {
    private static final int EVENTS_A_SECOND = 100;

    private final PluginOf plugin;
    private final InnerCalls inner;
    private final Calls calls;
    private final EventBus events;
    private final Storage storage;
    private final PluginFaults faults;
    private final Throttle published = new Throttle(EVENTS_A_SECOND, 2 * EVENTS_A_SECOND);
    private volatile Database opened;
    private volatile boolean over;

    PanelOfBundle(
            PluginOf plugin, InnerCalls inner, Calls calls, EventBus events, Storage storage, PluginFaults faults) {
        this.plugin = plugin;
        this.inner = inner;
        this.calls = calls;
        this.events = events;
        this.storage = storage;
        this.faults = faults;
    }

    @Override
    public <T extends Record> T call(String action, Record input, Class<T> result) {
        return inner.call(plugin.id(), action, input, result);
    }

    @Override
    public <T extends Record> Flow.Publisher<T> stream(String action, Record input, Class<T> item) {
        return inner.stream(plugin.id(), action, input, item);
    }

    @Override
    public <T> T in(Ref team, Supplier<T> work) {
        Optional<LiveCall> outer = calls.current();
        Principal self = InnerCalls.bundle(plugin.id(), Optional.of(team));
        if (outer.isPresent() && !outer.get().caller().ref().equals(self.ref())) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The plugin " + plugin.id() + " works in a team of its choice only where it is the caller itself");
        }
        return calls.as(InnerCalls.asPlugin(plugin.id(), Optional.of(team), "bundle"), work);
    }

    @Override
    public <T> T asItself(Supplier<T> work) {
        return calls.as(InnerCalls.asPlugin(plugin.id(), Optional.empty(), "bundle"), work);
    }

    @Override
    public Database database() {
        return new Lazy();
    }

    /** What still runs in the plugin's code after its stop publishes nothing any more. */
    void close() {
        over = true;
    }

    /** Opens the schema and runs its migrations, where that was not done. */
    synchronized Database open() {
        if (opened == null) {
            opened = plugin.isIsolated()
                    ? storage.openApart(plugin.id(), plugin.bundle(), this)
                    : storage.open(plugin.id(), plugin.bundle(), this);
        }
        return opened;
    }

    @Override
    public Path workspace() {
        return calls.current()
                .flatMap(LiveCall::liveJob)
                .map(LiveJob::workspace)
                .orElseThrow(() -> new IllegalStateException("Only a job has a workspace"));
    }

    @Override
    public Optional<Ref> team() {
        return calls.current().flatMap(LiveCall::team);
    }

    @Override
    public void checkAllTeams() {
        calls.current().filter(call -> Admission.isPerson(call.caller())).ifPresent(call -> {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The plugin " + plugin.id() + " may not work over all teams while a person is the caller");
        });
    }

    @Override
    public Runnable publish(Record event, Database.Tx tx) {
        if (over) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "The plugin " + plugin.id() + " was stopped");
        }
        if (plugin.isInstalled() && !published.take()) {
            Problem flood = new Problem(
                    Problem.Kind.LIMITED,
                    "The plugin " + plugin.id() + " publishes more than " + EVENTS_A_SECOND + " events a second");
            faults.note(plugin.id(), "its events", System.nanoTime(), flood);
            throw flood;
        }
        Principal caller =
                calls.current().map(LiveCall::caller).orElseGet(() -> InnerCalls.bundle(plugin.id(), Optional.empty()));
        return event instanceof ForeignEvent foreign
                ? events.publishLater(foreign, caller, team())
                : events.publish(event, caller, team(), tx);
    }

    @Override
    public void revealed(String plain) {
        calls.current().flatMap(LiveCall::liveJob).ifPresent(job -> job.mask(plain));
    }

    @Override
    public void inTransaction(boolean begun) {
        calls.inTransaction(begun);
    }

    /** Lets a component hold its database before the migrations ran. */
    private final class Lazy implements Database {
        @Override
        public <T> T tx(Function<Tx, T> work) {
            return open().tx(work);
        }

        @Override
        public <T> T allTeams(Function<Tx, T> work) {
            return open().allTeams(work);
        }
    }
}
