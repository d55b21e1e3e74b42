package io.openpanel.isolate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Database;
import io.openpanel.api.Secret;
import io.openpanel.data.internal.row.Sealing;
import io.openpanel.data.internal.row.Shapes;
import io.openpanel.kernel.internal.wire.Wire;
import java.util.function.Function;

/** The plugin's own tables, in transactions that the panel holds. */
final class FarDatabase implements Database {
    private final Wire wire;
    private final FarCalls calls;
    private final Shapes shapes = new Shapes();
    private final ThreadLocal<Running> running = new ThreadLocal<>();

    private record Running(FarTx tx, boolean all) {}

    FarDatabase(Wire wire, FarCalls calls) {
        this.wire = wire;
        this.calls = calls;
    }

    @Override
    public <T> T tx(Function<Tx, T> work) {
        return in(false, work);
    }

    @Override
    public <T> T allTeams(Function<Tx, T> work) {
        return in(true, work);
    }

    private <T> T in(boolean all, Function<Tx, T> work) {
        Running outer = running.get();
        if (outer == null) {
            return begin(all, work);
        }
        if (outer.all() != all) {
            throw new IllegalStateException("A transaction of one team cannot be part of one of all teams, nor the"
                    + " other way round, in a plugin of its own process");
        }
        return work.apply(outer.tx());
    }

    private <T> T begin(boolean all, Function<Tx, T> work) {
        long number = wire.ask("begin", calls.body().put("all", all), FarCall.PATIENCE)
                .asLong();
        ObjectNode end = calls.body().put("tx", number);
        running.set(new Running(new FarTx(wire, calls, shapes, sealing(all), number), all));
        boolean committed = false;
        try {
            T result = work.apply(running.get().tx());
            committed = true;
            return result;
        } finally {
            running.remove();
            wire.ask("end", end.put("commit", committed), FarCall.PATIENCE);
        }
    }

    void refuseInTransaction(String action) {
        if (running.get() != null) {
            throw new IllegalStateException(
                    action + " was called inside a database transaction; call it before or after");
        }
    }

    /** Only the panel has the key. */
    private Sealing sealing(boolean all) {
        return new Sealing() {
            @Override
            public String seal(Secret secret) {
                throw new IllegalArgumentException("A secret goes into a column of its own, not into jsonb");
            }

            @Override
            public Secret sealed(String text) {
                return Secret.sealed(text, (ciphertext, place) -> wire.ask(
                                "open",
                                calls.body()
                                        .put("all", all)
                                        .put("text", ciphertext)
                                        .put("place", place),
                                FarCall.PATIENCE)
                        .asText());
            }
        };
    }
}
