package io.openpanel.spi;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import java.util.Optional;
import javax.sql.DataSource;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/** The database server. Published once it answers and the panel's own roles and functions are in place. */
@ProviderType
public interface Storage {
    /**
     * A schema with the given name, its migrations ({@code db/*.sql} of the bundle) applied before this returns.
     *
     * @throws io.openpanel.api.Problem when a migration fails; the schema is as it was before it
     */
    Database open(String schema, Bundle bundle, Context context);

    /**
     * As {@link #open}, for statements that nobody vouches for: the migrations and all that follows run as a login of the
     * schema's own that owns it, and reaches nothing else on the server.
     *
     * @throws io.openpanel.api.Problem when the schema is there already and belongs to the panel
     */
    Database openApart(String schema, Bundle bundle, Context context);

    /** Drops a schema with everything in it; nothing where there is none. */
    void drop(String schema);

    /** Plain connections as the application's role with the schema first on the search path, for a library that wants one. */
    DataSource dataSource(String schema);

    /** Encrypts a text, bound to a place. */
    String seal(String plain, String place);

    /** Opens what {@link #seal} made, at the same place. */
    String unseal(String ciphertext, String place);

    /** The key behind what is sealed. */
    MasterKey masterKey();

    /** Whether the server answers right now. */
    boolean healthy();

    /** What a {@link Database} needs to know of the call it works for. */
    interface Context {
        /** The team {@code tx} works as; empty: {@code tx} is refused. */
        Optional<Ref> team();

        /** @throws io.openpanel.api.Problem where the caller may not work over all teams */
        void checkAllTeams();

        /** Writes the event's rows through the same transaction; returns what to run after the commit. */
        Runnable publish(Record event, Database.Tx tx);

        /** Told of each secret opened, so that it can be masked. */
        void revealed(String plain);

        /** Called around a transaction: true at its begin, false at its end. */
        void inTransaction(boolean begun);
    }
}
