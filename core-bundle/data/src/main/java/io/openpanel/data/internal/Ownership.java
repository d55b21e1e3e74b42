package io.openpanel.data.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whose a schema is: the panel's, or a login's of its own. */
record Ownership(Connection connection, String schema, Optional<String> owner) {
    static Ownership of(Connection connection, String schema) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select pg_get_userbyid(nspowner) from pg_namespace where nspname = ?")) {
            query.setString(1, schema);
            try (ResultSet rows = query.executeQuery()) {
                return new Ownership(
                        connection, schema, rows.next() ? Optional.of(rows.getString(1)) : Optional.empty());
            }
        }
    }

    boolean isOf(Roles login) {
        return owner.filter(login.app()::equals).isPresent();
    }

    /** Makes the login, which may do nothing yet, and the schema that is its own. */
    void give(Roles login, String passwordHash) throws SQLException {
        String name = Sql.name(login.app());
        try (Statement statement = connection.createStatement()) {
            if (!exists(login)) {
                statement.execute("create role " + name + " login connection limit 10");
                // To make something somebody else's, one must be able to be him.
                statement.execute("grant " + name + " to current_user");
            }
            statement.execute("alter role " + name + " password " + Sql.text(passwordHash));
            statement.execute("grant " + Sql.name(login.apart()) + " to " + name);
            if (owner.isEmpty()) {
                statement.execute("create schema " + Sql.name(schema) + " authorization " + name);
            }
        }
    }

    private boolean exists(Roles login) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select from pg_roles where rolname = ?")) {
            query.setString(1, login.app());
            try (ResultSet rows = query.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** After its plugin came to be trusted: what was a login's own is the panel's, and the application's to work with. */
    void takeBack(Roles roles) throws SQLException {
        if (owner.isEmpty() || owner.get().equals(roles.owner())) {
            return;
        }
        String to = " to " + Sql.name(roles.app()) + ", " + Sql.name(roles.all());
        try (Statement statement = connection.createStatement()) {
            for (String relation : foreign(roles.owner())) {
                statement.execute("alter table " + relation + " owner to " + Sql.name(roles.owner()));
            }
            String in = " in schema " + Sql.name(schema) + to;
            statement.execute("alter schema " + Sql.name(schema) + " owner to " + Sql.name(roles.owner()));
            statement.execute("grant usage on schema " + Sql.name(schema) + to);
            statement.execute("grant select, insert, update, delete on all tables" + in);
            statement.execute("grant usage, select on all sequences" + in);
        }
    }

    /** Sequences that belong to a column go with its table. */
    private List<String> foreign(String panel) throws SQLException {
        List<String> relations = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(
                """
                select format('%I.%I', ?::text, relname) from pg_class
                where relnamespace = ?::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                  and pg_get_userbyid(relowner) <> ?
                  and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('a', 'i')
                                  and relkind = 'S')
                """)) {
            query.setString(1, schema);
            query.setString(2, Sql.name(schema));
            query.setString(3, panel);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    relations.add(rows.getString(1));
                }
            }
        }
        return relations;
    }

    void dropLogin(Roles login) throws SQLException {
        if (exists(login)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("drop owned by " + Sql.name(login.app()));
                statement.execute("drop role " + Sql.name(login.app()));
            }
        }
    }
}
