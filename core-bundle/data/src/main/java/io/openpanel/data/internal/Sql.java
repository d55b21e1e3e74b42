package io.openpanel.data.internal;

/** Names and texts as they stand in a statement that takes no parameters. */
final class Sql {
    private Sql() {}

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
