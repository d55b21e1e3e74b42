package io.openpanel.kernel.internal.setting;

import io.openpanel.api.Database;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The changes of settings; the last one of a name is what it is. */
final class SettingStore {
    private static final String COLUMNS =
            "id, change, plugin, name, secret, former, value, at, caller, caller_name, undoes";

    private final KernelDatabase database;

    SettingStore(KernelDatabase database) {
        this.database = database;
    }

    /**
     * One setting in a change.
     *
     * @param former what it was before, as {@code value}
     * @param value JSON, or what is sealed; empty for the declared default
     * @param undoes the change that this one undoes
     */
    public record Row(
            long id,
            String change,
            String plugin,
            String name,
            boolean secret,
            Optional<String> former,
            Optional<String> value,
            Instant at,
            String caller,
            String callerName,
            Optional<String> undoes) {
        /** Whether the setting is now what this change made of it; an undone later change does not count. */
        boolean isWhatCounts(Map<String, Row> current) {
            return current.get(name).value().equals(value);
        }

        /** The same setting as it was before. */
        Row back() {
            return new Row(id, change, plugin, name, secret, value, former, at, caller, callerName, undoes);
        }
    }

    <T> T tx(Function<Database.Tx, T> work) {
        return database.tx(work);
    }

    void add(Database.Tx tx, Collection<Row> rows) {
        tx.batch(
                """
                insert into setting_change (change, plugin, name, secret, former, value, at, caller, caller_name, undoes)
                values (:change, :plugin, :name, :secret, :former, :value, :at, :caller, :callerName, :undoes)
                """,
                rows);
    }

    /** Name → the change that made it what it is. */
    Map<String, Row> current(String plugin) {
        Map<String, Row> current = new LinkedHashMap<>();
        database.tx(tx -> tx.list(
                        Row.class,
                        "select distinct on (name) " + COLUMNS
                                + " from setting_change where plugin = ? order by name, id desc",
                        plugin))
                .forEach(row -> current.put(row.name(), row));
        return current;
    }

    /** The last changes of a plugin's settings, the newest first. */
    List<Row> history(String plugin, int most) {
        return database.tx(tx -> tx.list(
                Row.class,
                "select " + COLUMNS + " from setting_change where plugin = ? order by id desc limit ?",
                plugin,
                most));
    }

    List<Row> change(String plugin, String change) {
        return database.tx(tx -> tx.list(
                Row.class,
                "select " + COLUMNS + " from setting_change where plugin = ? and change = ? order by id",
                plugin,
                change));
    }

    /** The last change that was not undone and undoes none. */
    List<Row> lastDone(String plugin) {
        return database.tx(tx -> tx.list(
                Row.class,
                "select " + COLUMNS
                        + """
                         from setting_change where plugin = ? and change = (
                            select c.change from setting_change c where c.plugin = ? and c.undoes is null and not exists
                                (select from setting_change u where u.undoes = c.change) order by c.id desc limit 1)
                        order by id
                        """,
                plugin,
                plugin));
    }

    void forget(String plugin) {
        database.tx(tx -> tx.update("delete from setting_change where plugin = ?", plugin));
    }
}
