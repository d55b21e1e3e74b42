package io.openpanel.data.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Problem.Kind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error of the server means for the caller; his words, never the statement or the row. */
final class SqlProblems {
    private static final Pattern GENERATED = Pattern.compile("(.+)_(?:key|idx|excl)");

    private SqlProblems() {}

    static RuntimeException of(SQLException error) {
        SQLException e = error instanceof BatchUpdateException && error.getNextException() != null
                ? error.getNextException()
                : error;
        if (isConnection(e)) {
            return unavailable(e);
        }
        return switch (String.valueOf(e.getSQLState())) {
            case "23505", "23P01" -> new Problem(Kind.CONFLICT, taken(e), e);
            case "23503" -> new Problem(
                    Kind.CONFLICT,
                    "Something this " + noun(e, "row")
                            + " belongs to, or that belongs to it, is in the way; look at both again",
                    e);
            case "23502" -> missing(e);
            case "23514" -> broken(e);
            case "22001" -> new Problem(Kind.INVALID, "A text is too long", e);
            case "22003" -> new Problem(Kind.INVALID, "A number is too large", e);
            case "22008" -> new Problem(Kind.INVALID, "A point in time is out of range", e);
            case "22021", "22P05" -> new Problem(Kind.INVALID, "A text has a character that cannot be stored", e);
            case "40001", "40P01", "55P03" -> new Problem(
                            Kind.CONFLICT, "Somebody changed the same thing at the same moment; try again", e)
                    .retryAfter(Duration.ofMillis(100));
            case "57014" -> new Problem(
                    Kind.TIMEOUT, "The database needed longer than 5 seconds; ask for less at once", e);
            default -> new IllegalStateException("SQL state " + e.getSQLState() + ": " + e.getMessage(), e);
        };
    }

    /** Whether the server was not reached, ended the connection, or cannot work at the moment. */
    static boolean isConnection(SQLException e) {
        if (e instanceof SQLTransientConnectionException) {
            return true;
        }
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08")
                || state.startsWith("57P")
                || state.startsWith("53")
                || state.startsWith("58")
                || state.equals("25006");
    }

    static Problem unavailable(SQLException e) {
        return new Problem(Kind.UNAVAILABLE, "The database does not answer at the moment; try again in a second", e)
                .retryAfter(Duration.ofSeconds(1));
    }

    /** The server hides the key where row-level security is on; the name it gives a constraint tells the columns. */
    private static String taken(SQLException e) {
        String table = server(e).map(ServerErrorMessage::getTable).orElse("");
        String key = server(e)
                .map(ServerErrorMessage::getConstraint)
                .map(GENERATED::matcher)
                .filter(name -> name.matches() && name.group(1).startsWith(table + '_'))
                .map(name -> name.group(1).substring(table.length() + 1).replaceFirst("^team_id_", ""))
                .orElse("");
        if (key.isEmpty()) {
            return "There is one such " + noun(e, "row") + " already; choose another";
        }
        return "Another " + noun(e, "row") + " has this " + key.replace('_', ' ') + " already; choose another";
    }

    private static RuntimeException missing(SQLException e) {
        String column = server(e).map(ServerErrorMessage::getColumn).orElse("value");
        return Problem.invalid(camelCase(column), "The " + column.replace('_', ' ') + " is missing");
    }

    private static RuntimeException broken(SQLException e) {
        if (server(e)
                .map(ServerErrorMessage::getDatatype)
                .filter("team"::equals)
                .isPresent()) {
            return new IllegalStateException("SQL state 23514: the statement needs a team and there is none", e);
        }
        String rule =
                server(e).map(ServerErrorMessage::getConstraint).orElse("check").replace('_', ' ');
        return new Problem(Kind.INVALID, "The " + noun(e, "row") + " breaks the rule '" + rule + "'", e);
    }

    private static String noun(SQLException e, String otherwise) {
        return server(e).map(ServerErrorMessage::getTable).orElse(otherwise).replace('_', ' ');
    }

    private static Optional<ServerErrorMessage> server(SQLException e) {
        return e instanceof PSQLException postgres
                ? Optional.ofNullable(postgres.getServerErrorMessage())
                : Optional.empty();
    }

    private static String camelCase(String column) {
        StringBuilder name = new StringBuilder();
        for (String word : column.split("_")) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }
}
