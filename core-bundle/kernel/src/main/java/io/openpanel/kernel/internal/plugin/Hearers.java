package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Event;
import io.openpanel.api.Every;
import io.openpanel.api.On;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Described;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.event.Schedules;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Types;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Connects the {@link On} and {@link Every} methods of extensions. */
final class Hearers {
    private final EventBus events;
    private final Schedules schedules;
    private final Calls calls;
    private final PluginFaults faults;

    Hearers(EventBus events, Schedules schedules, Calls calls, PluginFaults faults) {
        this.events = events;
        this.schedules = schedules;
        this.calls = calls;
        this.faults = faults;
    }

    /** Connects an extension; what is returned disconnects it. */
    List<AutoCloseable> connect(PluginOf plugin, Object extension) {
        if (extension instanceof Described described) {
            return connect(plugin, described);
        }
        List<AutoCloseable> connected = new ArrayList<>();
        for (Method method : extension.getClass().getMethods()) {
            String id = plugin.id() + ':' + extension.getClass().getSimpleName() + '.' + method.getName();
            On on = method.getAnnotation(On.class);
            if (on != null) {
                connected.add(events.subscribe(
                        id, on.value(), event -> watched(plugin, id, () -> hear(plugin, extension, method, event))));
            }
            Every every = method.getAnnotation(Every.class);
            if (every != null) {
                connected.add(schedules.add(
                        id, every.value(), () -> watched(plugin, id, () -> tick(plugin, extension, method))));
            }
        }
        return connected;
    }

    private List<AutoCloseable> connect(PluginOf plugin, Described extension) {
        List<AutoCloseable> connected = new ArrayList<>();
        for (Described.Hearing each : extension.hearings()) {
            String id = plugin.id() + ':' + each.name();
            Consumer<Event> hearer = event ->
                    as(plugin, event.team(), "event", () -> each.hearer().accept(event));
            connected.add(
                    events.subscribe(id, each.pattern(), event -> watched(plugin, id, () -> hearer.accept(event))));
        }
        for (Described.Ticking each : extension.tickings()) {
            String id = plugin.id() + ':' + each.name();
            Runnable work = () -> as(plugin, Optional.empty(), "schedule", each.work());
            connected.add(schedules.add(id, each.every(), () -> watched(plugin, id, work)));
        }
        return connected;
    }

    private void as(PluginOf plugin, Optional<Ref> team, String surface, Runnable work) {
        calls.as(InnerCalls.asPlugin(plugin.id(), team, surface), () -> {
            work.run();
            return null;
        });
    }

    private void watched(PluginOf plugin, String id, Runnable work) {
        long began = System.nanoTime();
        try {
            work.run();
        } catch (RuntimeException failure) {
            faults.note(plugin.id(), id, began, failure);
            throw failure;
        }
    }

    private void tick(PluginOf plugin, Object extension, Method method) {
        calls.as(InnerCalls.asPlugin(plugin.id(), Optional.empty(), "schedule"), () -> invoke(extension, method));
    }

    /** Drops a plugin's subscriptions and what waits for them. */
    void forget(String plugin) {
        events.forgetAll(plugin + ':');
    }

    private void hear(PluginOf plugin, Object extension, Method method, Event event) {
        Class<?> wanted = method.getParameterTypes()[0];
        Object argument = wanted == Event.class
                ? event
                : Types.record(wanted)
                        .read(Json.tree(Types.shape(Object.class, null), event.data()), "", Reading.tolerant());
        calls.as(InnerCalls.asPlugin(plugin.id(), event.team(), "event"), () -> invoke(extension, method, argument));
    }

    private static Object invoke(Object extension, Method method, Object... arguments) {
        try {
            return method.invoke(extension, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(method + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method + " cannot be called: its class is not public", e);
        }
    }
}
