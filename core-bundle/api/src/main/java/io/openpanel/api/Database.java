package io.openpanel.api;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The plugin's own PostgreSQL schema; {@code db/V001__….sql} of the bundle ran before the first call.
 *
 * <p>Columns are {@code snake_case}, record components the same words in camel case. Rows and arguments may be text,
 * numbers, booleans, {@code byte[]} (bytea), {@link java.time.Instant} (timestamptz), {@link java.time.Duration} (bigint, milliseconds),
 * {@link Ref} (text, {@code kind:id}), {@link Secret} (text), enums (text, lower case), {@code List<String>} (text[]),
 * {@code Map<String, String>} and records (jsonb), and {@link Optional} of these (null).
 */
@ProviderType
public interface Database {
    /**
     * Works in one transaction as the call's team: tables made with {@code openpanel.tenant(…)} show that team's rows
     * only. A nested call joins. A statement may take 5 s. Nothing is retried.
     *
     * @throws Problem {@link Problem.Kind#UNAVAILABLE} when the database does not answer, {@link Problem.Kind#TIMEOUT} when a
     *     statement took too long, {@link Problem.Kind#CONFLICT} for what is there already, {@link Problem.Kind#INVALID} for
     *     what a column does not take, {@link Problem.Kind#DENIED} in no team
     */
    <T> T tx(Function<Tx, T> work);

    /**
     * As {@link #tx} over the rows of all teams, for the plugin's own bookkeeping.
     *
     * @throws Problem as {@link #tx}, and {@link Problem.Kind#DENIED} while a person is the caller
     */
    <T> T allTeams(Function<Tx, T> work);

    /** One transaction. Statements take {@code ?} for each argument; an operator that is a question mark is doubled. */
    @ProviderType
    interface Tx {
        /**
         * All rows.
         *
         * @throws IllegalStateException when there are more than 10,000
         */
        <R extends Record> List<R> list(Class<R> row, String sql, Object... args);

        /**
         * The one row there is, if any; takes {@code … returning *} too.
         *
         * @throws IllegalStateException when there are more
         */
        <R extends Record> Optional<R> one(Class<R> row, String sql, Object... args);

        /** Row by row, however many. */
        <R extends Record> void each(Class<R> row, Consumer<R> use, String sql, Object... args);

        /** The number of rows changed. */
        int update(String sql, Object... args);

        /**
         * Runs the statement once for each record, all of one type; arguments are named, {@code :component}.
         *
         * @return the number of rows changed by all of them
         */
        int batch(String sql, Collection<? extends Record> rows);

        /**
         * Publishes a record annotated with {@link Topic}; it leaves with the commit.
         *
         * @throws Problem {@link Problem.Kind#LIMITED} when a plugin that was installed publishes more than 100 a second
         */
        void publish(Record event);
    }
}
