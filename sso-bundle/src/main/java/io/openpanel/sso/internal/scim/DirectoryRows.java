package io.openpanel.sso.internal.scim;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is alike in the people and the groups of a directory: a filter finds them a page at a time, there are so many at most,
 * and each name is there once whatever its case.
 *
 * @param columns of the row, from a table that goes by its alias
 * @param from the table and its alias
 * @param name the column of the name, with the alias
 * @param people what they are, in a sentence
 * @param taken what is said where a name is there already
 */
record DirectoryRows<R extends Record>(
        Class<R> row, String columns, String from, String alias, String name, int most, String people, String taken) {
    private static final int PAGE = 100;

    /** A count. */
    public record Count(long total) {}

    /** Some of those that a filter finds, the first one first. */
    record Found<R>(List<R> rows, long total) {}

    Found<R> page(
            Database.Tx tx, Ref directory, Filters.Where where, Optional<Integer> start, Optional<Integer> count) {
        String condition = from + " where " + alias + ".directory_id = ? and " + where.sql();
        List<Object> arguments = new ArrayList<>(List.of(directory.id()));
        arguments.addAll(where.arguments());
        long total = count(tx, condition, arguments.toArray());
        arguments.add(count.orElse(PAGE));
        arguments.add(start.orElse(1) - 1);
        List<R> rows = tx.list(
                row,
                "select " + columns + " from " + condition + " order by " + alias + ".created_at, " + alias
                        + ".id limit ? offset ?",
                arguments.toArray());
        return new Found<>(rows, total);
    }

    private static long count(Database.Tx tx, String condition, Object... arguments) {
        return tx.one(Count.class, "select count(*) as total from " + condition, arguments)
                .orElseThrow()
                .total;
    }

    Optional<R> find(Database.Tx tx, String id) {
        return tx.one(row, "select " + columns + " from " + from + " where " + alias + ".id = ?", id);
    }

    R get(Database.Tx tx, Ref ref) {
        return find(tx, ref.id()).orElseThrow(() -> Problem.missing(ref));
    }

    void requireRoom(Database.Tx tx, Ref directory) {
        if (count(tx, from + " where " + alias + ".directory_id = ?", directory.id()) >= most) {
            throw new Problem(Problem.Kind.DENIED, "A directory speaks of " + most + ' ' + people + " at most");
        }
    }

    /** @param id whose name it may be */
    void requireFree(Database.Tx tx, String directory, String id, String wanted) {
        String same = from + " where " + alias + ".directory_id = ? and lower(" + name + ") = lower(?) and " + alias
                + ".id <> ?";
        if (count(tx, same, directory, wanted, id) > 0) {
            throw new Problem(Problem.Kind.CONFLICT, taken);
        }
    }
}
