package io.openpanel.data.internal;

import io.openpanel.api.Ref;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * As whom a transaction works.
 *
 * @param team the bare id, empty where no team is known
 * @param all whether the rows of all teams are there
 */
record Scope(String team, boolean all) {
    private static final String SET = "select set_config('app.team', ?, true), set_config('search_path', ?, true),"
            + " set_config('role', ?, true), set_config('statement_timeout', '5000', true),"
            + " set_config('app.all', ?, true)";

    static Scope team(Ref team) {
        return new Scope(team.id(), false);
    }

    static Scope allTeams(Optional<Ref> team) {
        return new Scope(team.map(Ref::id).orElse(""), true);
    }

    /** Sets everything a transaction depends on, whatever an earlier one has left; ends with the transaction. */
    void apply(Connection connection, String schema, Roles roles) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(SET)) {
            set.setString(1, team);
            set.setString(2, Sql.name(schema) + ", " + Bootstrap.SCHEMA);
            set.setString(3, all ? roles.all() : "none");
            set.setString(4, all ? "on" : "off");
            set.execute();
        }
    }
}
