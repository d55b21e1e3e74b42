package io.openpanel.data.internal;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Refuses migrations that leave a table of teams' rows open: the check is part of their transaction. */
final class TenantTables extends BaseCallback {
    private final String schema;
    private final String last;

    /** @param last the migration after which it is looked at */
    TenantTables(String schema, String last) {
        this.schema = schema;
        this.last = last;
    }

    @Override
    public boolean supports(Event event, Context context) {
        // There is none at the end of a migration run that is still part of its transaction.
        return event == Event.AFTER_EACH_MIGRATE
                && context.getMigrationInfo().getScript().equals(last);
    }

    @Override
    public void handle(Event event, Context context) {
        try (PreparedStatement query = context.getConnection()
                .prepareStatement(
                        """
                select relname from pg_class join pg_attribute on attrelid = pg_class.oid
                where relnamespace = ?::regnamespace and relkind in ('r', 'p') and not relforcerowsecurity
                  and attname = 'team_id' and atttypid = 'openpanel.team'::regtype and not attisdropped
                order by relname limit 1
                """)) {
            query.setString(1, Sql.name(schema));
            try (ResultSet rows = query.executeQuery()) {
                if (rows.next()) {
                    String table = rows.getString(1);
                    throw new FlywayException("The table " + table + " has rows of teams and is open to all of them;"
                            + " end the migration with select openpanel.tenant('" + table + "')");
                }
            }
        } catch (SQLException e) {
            throw new FlywayException("The tables of " + schema + " could not be checked", e);
        }
    }
}
