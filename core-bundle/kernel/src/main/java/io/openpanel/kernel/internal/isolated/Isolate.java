package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Call;
import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import io.openpanel.api.Health;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.kernel.internal.wire.Wire;
import io.openpanel.spi.Sandbox;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A plugin in a process of its own, from the start of its stand-in to its stop. A process that ends is started again a few
 * times; what the plugin brings stays in the catalogue meanwhile, and calls are told to come back.
 */
final class Isolate implements Description.Doing, Health, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Isolate.class);
    private static final Duration DESCRIBE = Duration.ofSeconds(30);
    private static final Duration HEALTH = Duration.ofSeconds(1);
    private static final Duration CALL = Duration.ofSeconds(100);
    private static final Duration JOB = Duration.ofHours(24);
    private static final int MOST_RESTARTS = 5;
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long WITHOUT_ENGINE_MILLIS = 3000;
    private static final Duration WELL = Duration.ofMinutes(2);

    private final PluginOf plugin;
    private final BundleContext context;
    private final Supplier<Cell> cells;
    private final Supplier<ObjectNode> settings;
    private final LiveCalls live;
    private final Calls calls;
    private final PluginFaults faults;
    private final Thread life;
    private volatile Cell cell;
    private volatile Description description;
    private volatile String failure;
    private volatile boolean published;
    private volatile boolean closed;

    /**
     * @param context of the stand-in, whose services the plugin's are
     * @param cells begins a life
     * @param settings gives what its components are to have
     */
    Isolate(
            PluginOf plugin,
            BundleContext context,
            Supplier<Cell> cells,
            Supplier<ObjectNode> settings,
            LiveCalls live,
            Calls calls,
            PluginFaults faults) {
        this.plugin = plugin;
        this.context = context;
        this.cells = cells;
        this.settings = settings;
        this.live = live;
        this.calls = calls;
        this.faults = faults;
        this.life = new Thread(this::live, "isolate-" + plugin.id());
        life.setDaemon(true);
    }

    Isolate start() {
        life.start();
        return this;
    }

    /** Why it does not serve and will not by itself. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** What its process uses now, while there is one. */
    Optional<Sandbox.Usage> usage() {
        return Optional.ofNullable(cell).flatMap(Cell::usage);
    }

    boolean isStarting() {
        return !published && failure == null && !closed;
    }

    private void live() {
        int deaths = 0;
        while (!closed) {
            long begun = System.nanoTime();
            Ended ended = once();
            if (closed) {
                return;
            }
            String reason = ended.reason();
            LOG.warn("The plugin {} is down: {}", plugin.id(), reason);
            if (ended.comesBack()) {
                failure = reason;
                pause(WITHOUT_ENGINE_MILLIS);
                continue;
            }
            if (description == null) {
                failure = reason;
                return;
            }
            deaths = System.nanoTime() - begun > WELL.toNanos() ? 1 : deaths + 1;
            faults.note(plugin.id(), "its process", begun, new IllegalStateException(reason));
            if (deaths > MOST_RESTARTS) {
                failure = "It was started " + deaths + " times in a row, and then " + reason;
                faults.giveUp(plugin.id(), failure);
                return;
            }
            pause(FIRST_PAUSE_MILLIS << (deaths - 1));
        }
    }

    /** @param comesBack whether it was no fault of the plugin: there is nothing to run it in */
    private record Ended(String reason, boolean comesBack) {
        Ended(String reason) {
            this(reason, false);
        }
    }

    /** One life; returns how it ended. */
    private Ended once() {
        try (Cell begun = cells.get()) {
            begun.wire().ask("configure", settings.get(), DESCRIBE);
            JsonNode said = begun.wire().ask("describe", Json.object(), DESCRIBE);
            if (description != null && !description.isSame(said)) {
                return new Ended("it offers other actions than before");
            }
            cell = begun;
            failure = null;
            publish(said);
            return new Ended(begun.await());
        } catch (InterruptedException e) {
            return new Ended("the panel is stopping");
        } catch (RuntimeException e) {
            boolean comesBack = e instanceof Problem problem && problem.kind() == Problem.Kind.UNAVAILABLE;
            return new Ended(String.valueOf(e.getMessage()), comesBack);
        } finally {
            cell = null;
        }
    }

    /** Without a lock of ours: the framework has its own, and holds it while it stops the stand-in. */
    private void publish(JsonNode said) {
        if (closed || description != null) {
            return;
        }
        description = new Description(plugin, said, this);
        context.registerService(Health.class, this, null);
        context.registerService(Extension.class, description, null);
        published = true;
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** Whether its components have these settings now. */
    boolean configure(ObjectNode given) {
        Cell current = cell;
        return current != null
                && current.wire().ask("configure", given, DESCRIBE).asBoolean();
    }

    private Wire wire() {
        Cell current = cell;
        if (current == null) {
            throw new Problem(
                            Problem.Kind.UNAVAILABLE,
                            "The process of the plugin " + plugin.id()
                                    + " is being started again; try again in a moment")
                    .retryAfter(Duration.ofSeconds(2));
        }
        return current.wire();
    }

    @Override
    public Object action(String id, Shape input, Object in, Call call) {
        ObjectNode body = Json.object().put("action", id);
        if (input != null) {
            body.set("in", Plain.of(input, in));
        }
        JsonNode answer = run("run", body, call.job().isPresent() ? JOB : CALL);
        return answer.isMissingNode() || answer.isNull() ? null : answer;
    }

    @Override
    public void event(String name, Event event) {
        ObjectNode body = Json.object().put("name", name);
        ObjectNode json = body.putObject("event");
        json.put("id", event.id())
                .put("topic", event.topic())
                .put("at", event.at().toString());
        json.put("caller", event.caller().toString());
        event.team().ifPresent(team -> json.put("team", team.toString()));
        event.ref().ifPresent(ref -> json.put("ref", ref.toString()));
        json.set("data", Plain.any(event.data()));
        run("event", body, CALL);
    }

    @Override
    public void tick(String name) {
        run("tick", Json.object().put("name", name), CALL);
    }

    /** Has something done there as the current call. */
    private JsonNode run(String what, ObjectNode body, Duration patience) {
        Wire wire = wire();
        LiveCall call = calls.current().orElseThrow();
        long number = live.begin(call);
        body.set("call", LiveCalls.describe(number, call));
        if (call.job().isPresent()) {
            call.onCancel(() -> wire.ask("cancelled", Json.object().put("call", number), HEALTH));
        }
        try {
            return wire.ask(what, body, patience);
        } finally {
            live.end(number);
        }
    }

    @Override
    public Optional<String> problem() {
        String problem = wire().ask("health", Json.object(), HEALTH).asText("");
        return problem.isEmpty()
                ? Optional.empty()
                : Optional.of(problem.substring(0, Math.min(300, problem.length())));
    }

    @Override
    public void close() {
        closed = true;
        life.interrupt();
        Cell current = cell;
        if (current != null) {
            current.close();
        }
    }
}
