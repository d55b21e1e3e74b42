package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.event.ForeignEvent;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.wire.Values;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * The transactions a plugin has open from its process. They run here, as its own role, and end by themselves when it
 * forgets them. A row crosses as the JSON that PostgreSQL makes of it.
 */
final class Transactions {
    private static final int MOST_OPEN = 4;
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_ROWS = 10_000;
    private static final int MOST_BYTES = 4 << 20;
    private static final int LONGEST_EVENT = 1 << 16;
    private static final String TOPIC = "[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)+";

    private final PluginOf plugin;
    private final Panel panel;
    private final AtomicLong next = new AtomicLong();
    private final Semaphore free = new Semaphore(MOST_OPEN);
    private final Map<Long, Open> open = new ConcurrentHashMap<>();

    public record Row(String json) {}

    public record Sealed(Secret secret) {}

    private record Open(Database.Tx tx, CompletableFuture<Boolean> end, CompletableFuture<Void> done) {}

    private static final class Undone extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    Transactions(PluginOf plugin, Panel panel) {
        this.plugin = plugin;
        this.panel = panel;
    }

    /** @return its number */
    JsonNode begin(boolean all, LiveCall as, Calls calls) {
        take();
        long number = next.incrementAndGet();
        CompletableFuture<Long> begun = new CompletableFuture<>();
        Thread thread = new Thread(() -> calls.as(as, () -> hold(number, all, begun)), "plugin-tx-" + plugin.id());
        thread.setDaemon(true);
        thread.start();
        return LongNode.valueOf(outcome(begun));
    }

    private void take() {
        try {
            if (free.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Problem(
                        Problem.Kind.LIMITED,
                        "The plugin " + plugin.id() + " has " + MOST_OPEN + " transactions open, as many as it may")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** The thread that a transaction belongs to; it waits in there for the end. */
    private Void hold(long number, boolean all, CompletableFuture<Long> begun) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            in(all, tx -> {
                Open here = new Open(tx, new CompletableFuture<>(), done);
                open.put(number, here);
                begun.complete(number);
                if (!isCommitted(here)) {
                    throw new Undone();
                }
                return null;
            });
            done.complete(null);
        } catch (Undone e) {
            done.complete(null);
        } catch (RuntimeException e) {
            begun.completeExceptionally(e);
            done.completeExceptionally(e);
        } finally {
            open.remove(number);
            free.release();
        }
        return null;
    }

    private static boolean isCommitted(Open here) {
        try {
            return here.end.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Problem(
                    Problem.Kind.TIMEOUT, "A transaction was open for " + LONGEST.toSeconds() + " s and was undone", e);
        } catch (InterruptedException | ExecutionException e) {
            throw new Undone();
        }
    }

    private <T> T in(boolean all, Function<Database.Tx, T> work) {
        return all ? panel.database().allTeams(work) : panel.database().tx(work);
    }

    JsonNode end(ObjectNode body) {
        Open here = require(body);
        here.end.complete(body.path("commit").asBoolean());
        outcome(here.done);
        return null;
    }

    private static <T> T outcome(CompletableFuture<T> future) {
        try {
            return future.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "The database does not answer at the moment", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The call was given up", e);
        }
    }

    private Open require(ObjectNode body) {
        Open here = open.get(body.path("tx").asLong());
        if (here == null) {
            throw new IllegalStateException("The transaction is over; use the Tx only inside of its function");
        }
        return here;
    }

    /** Rows, at most so many, of which all must fit into one message. */
    JsonNode list(ObjectNode body) {
        Open here = require(body);
        // A statement that changes rows and returns them may stand in a WITH as well as a select.
        String sql = "with op_row as (\n" + body.path("sql").asText()
                + "\n) select to_jsonb(op_row)::text as json from op_row" + " limit " + (MOST_ROWS + 1);
        ArrayNode rows = Json.object().putArray("rows");
        long[] size = {0};
        synchronized (here) {
            here.tx.each(
                    Row.class,
                    row -> {
                        size[0] += row.json().length();
                        if (size[0] > MOST_BYTES || rows.size() == MOST_ROWS) {
                            throw new IllegalStateException("The statement selects more than " + MOST_ROWS + " rows or "
                                    + (MOST_BYTES >> 20) + " MiB; give it a limit");
                        }
                        rows.add(row.json());
                    },
                    sql,
                    arguments(body));
        }
        return rows;
    }

    /** Runs a statement once for each list of arguments. */
    JsonNode update(ObjectNode body) {
        Open here = require(body);
        long changed = 0;
        synchronized (here) {
            if (!body.has("rows")) {
                return LongNode.valueOf(here.tx.update(body.path("sql").asText(), arguments(body)));
            }
            for (JsonNode row : body.path("rows")) {
                changed += here.tx.update(body.path("sql").asText(), values(row));
            }
        }
        return LongNode.valueOf(changed);
    }

    private static Object[] arguments(ObjectNode body) {
        return values(body.path("args"));
    }

    private static Object[] values(JsonNode json) {
        List<Object> values = new ArrayList<>();
        json.forEach(each -> values.add(Values.read(each)));
        return values.toArray();
    }

    JsonNode publish(ObjectNode body) {
        Open here = require(body);
        String topic = body.path("topic").asText("");
        byte[] data = Json.bytes(body.path("data"));
        boolean own = topic.startsWith(plugin.id() + '.') || topic.startsWith(plugin.id() + '-');
        if (!own
                || !topic.matches(TOPIC)
                || data.length > LONGEST_EVENT
                || !body.path("data").isObject()) {
            throw new IllegalArgumentException("The event " + topic + " is not one of the plugin's own, or longer than "
                    + LONGEST_EVENT + " bytes");
        }
        Optional<Ref> ref =
                body.has("ref") ? Optional.of(Ref.parse(body.get("ref").asText())) : Optional.empty();
        synchronized (here) {
            here.tx.publish(new ForeignEvent(
                    topic, body.path("durable").asBoolean(), new String(data, StandardCharsets.UTF_8), ref));
        }
        return null;
    }

    /** A secret of the plugin's own tables, opened as the call may open it. */
    String open(boolean all, String ciphertext, String place) {
        String[] parts = place.split("\\|", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("A secret can be revealed only with its place");
        }
        return in(all, tx -> tx.one(Sealed.class, "select ?::text as secret", ciphertext))
                .orElseThrow()
                .secret()
                .at(parts[0], parts[1], parts[2])
                .reveal();
    }
}
