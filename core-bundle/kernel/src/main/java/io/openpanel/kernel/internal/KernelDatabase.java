package io.openpanel.kernel.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.spi.Storage;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.Bundle;

/** The kernel's own tables, worked on for all teams: the kernel itself decides who sees which row. */
public final class KernelDatabase {
    private final Database database;

    public KernelDatabase(Storage storage, Bundle bundle) {
        this.database = storage.open("kernel", bundle, new Storage.Context() {
            @Override
            public Optional<Ref> team() {
                return Optional.empty();
            }

            @Override
            public void checkAllTeams() {
                // The kernel may.
            }

            @Override
            public Runnable publish(Record event, Database.Tx tx) {
                throw new IllegalStateException("The kernel publishes through EventBus");
            }

            @Override
            public void revealed(String plain) {
                // Nothing the kernel opens is written to a log.
            }

            @Override
            public void inTransaction(boolean begun) {
                // The kernel calls no action inside a transaction.
            }
        });
    }

    /** One transaction. */
    public <T> T tx(Function<Database.Tx, T> work) {
        return database.allTeams(work);
    }

    /** The bare id of a team for a {@code team_id} column, null for none. */
    public static String id(Optional<Ref> team) {
        return team.map(Ref::id).orElse(null);
    }

    /**
     * The condition that a column holds {@link #id}, its only argument. An index answers it, which it does not for
     * {@code is not distinct from}.
     */
    public static String isOf(String column, Optional<Ref> team) {
        return team.isPresent() ? column + " = ?" : '(' + column + " is null and ?::text is null)";
    }

    /** A {@code team_id} column as a Ref. */
    public static Optional<Ref> team(Optional<String> id) {
        return id.map(each -> new Ref("team", each));
    }
}
