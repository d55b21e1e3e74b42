package io.openpanel.kernel.internal.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.gateway.Admission;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.spi.Storage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The rows of jobs and their steps. */
final class JobStore {
    private static final String SEALED = "$sealed";
    private static final String COLUMNS =
            """
            id, team_id, action, plugin, caller::text as caller, surface, resource, resource_name, input::text as input,
            state, progress, attempt, turn, cancel_requested, created_at, started_at, finished_at, result::text as result,
            error_kind, error
            """;

    private final KernelDatabase database;
    private final Storage storage;
    private final InstantSource clock;

    JobStore(KernelDatabase database, Storage storage, InstantSource clock) {
        this.database = database;
        this.storage = storage;
        this.clock = clock;
    }

    public record Row(
            String id,
            Optional<String> teamId,
            String action,
            String plugin,
            String caller,
            String surface,
            Optional<Ref> resource,
            Optional<String> resourceName,
            String input,
            String state,
            int progress,
            int attempt,
            long turn,
            boolean cancelRequested,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            Optional<String> result,
            Optional<String> errorKind,
            Optional<String> error) {
        boolean finished() {
            return !state.equals("queued") && !state.equals("running");
        }
    }

    public record StepRow(
            String name,
            String state,
            int attempt,
            Instant startedAt,
            Optional<Instant> finishedAt,
            Optional<String> result) {
        /** How many jobs it is inside of, within this one. */
        long depth() {
            return name.chars().filter(each -> each == '/').count();
        }

        /** A step's name without those of the jobs around it. */
        static String shown(String name) {
            return name.substring(name.lastIndexOf('/') + 1);
        }
    }

    public record Id(String id) {}

    /** One that ended. */
    public record Ended(String id, String action, Instant finishedAt) {
        Ref ref() {
            return new Ref("job", id);
        }
    }

    /** Where a page ends. */
    record Cursor(Instant createdAt, long turn) {
        static Cursor of(Row row) {
            return new Cursor(row.createdAt(), row.turn());
        }

        static Cursor parse(String text) {
            String[] parts = text.split("_", 2);
            try {
                return new Cursor(Instant.parse(parts[0]), Long.parseLong(parts[parts.length - 1]));
            } catch (DateTimeParseException | NumberFormatException e) {
                throw Problem.invalid("cursor", "This is no cursor of a former page; begin without one");
            }
        }

        @Override
        public String toString() {
            return createdAt + "_" + turn;
        }
    }

    void insert(Ref job, Admission.Admitted admitted, String surface) {
        Optional<Resource> subject = admitted.subject();
        Principal caller = admitted.principal();
        JsonNode input = admitted.entry()
                .input()
                .map(shape -> Json.tree(shape, admitted.input()))
                .orElse(Json.object());
        database.tx(tx -> tx.update(
                """
                insert into job (id, team_id, action, plugin, caller, surface, resource, resource_name, input, created_at)
                values (?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?::jsonb, ?)
                """,
                job.id(),
                KernelDatabase.id(caller.team().or(() -> subject.flatMap(Resource::team))),
                admitted.entry().id(),
                admitted.entry().operation().plugin(),
                new String(Json.bytes(Types.record(Principal.class), caller), StandardCharsets.UTF_8),
                surface,
                subject.map(Resource::ref),
                subject.map(Resource::name),
                Json.text(seal(input, job)),
                clock.instant()));
    }

    /** The input with its secrets sealed. */
    private JsonNode seal(JsonNode node, Ref job) {
        if (node instanceof POJONode pojo && pojo.getPojo() instanceof Secret secret) {
            return Json.object().put(SEALED, storage.seal(secret.reveal(), "job|input|" + job.id()));
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> entry.setValue(seal(entry.getValue(), job)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, seal(array.get(i), job));
            }
        }
        return node;
    }

    /** The input as it was given, its secrets whole; each is shown to {@code opened}. */
    ObjectNode input(Row row, Consumer<String> opened) {
        return (ObjectNode) unseal(Json.parse(row.input().getBytes(StandardCharsets.UTF_8)), row.id(), opened);
    }

    private JsonNode unseal(JsonNode node, String job, Consumer<String> opened) {
        if (node instanceof ObjectNode object) {
            if (object.size() == 1 && object.has(SEALED)) {
                String plain = storage.unseal(object.get(SEALED).asText(), "job|input|" + job);
                opened.accept(plain);
                return new POJONode(Secret.of(plain));
            }
            object.properties().forEach(entry -> entry.setValue(unseal(entry.getValue(), job, opened)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, unseal(array.get(i), job, opened));
            }
        }
        return node;
    }

    static Principal caller(Row row) {
        Reading reading = Reading.tolerant();
        return (Principal) Types.record(Principal.class)
                .read(Json.parse(row.caller().getBytes(StandardCharsets.UTF_8)), "", reading);
    }

    Optional<Row> find(String id) {
        return database.tx(tx -> tx.one(Row.class, "select " + COLUMNS + " from job where id = ?", id));
    }

    /** Newest first. */
    List<Row> list(
            Optional<Ref> team,
            Optional<String> state,
            Optional<String> action,
            Optional<Ref> resource,
            Optional<Cursor> after,
            int limit) {
        return database.tx(tx -> tx.list(
                Row.class,
                "select " + COLUMNS + " from job where " + KernelDatabase.isOf("team_id", team)
                        + """
                  and (?::text is null or state = ?) and (?::text is null or action = ?)
                  and (?::text is null or resource = ?) and (?::timestamptz is null or (created_at, turn) < (?, ?))
                order by created_at desc, turn desc limit ?
                """,
                KernelDatabase.id(team),
                state,
                state,
                action,
                action,
                resource,
                resource,
                after.map(Cursor::createdAt),
                after.map(Cursor::createdAt),
                after.map(Cursor::turn),
                limit));
    }

    List<Id> unfinished() {
        return database.tx(tx -> tx.list(Id.class, "select id from job where state in ('queued', 'running')"));
    }

    /** How many unfinished ones of some actions a team has. */
    long unfinished(Ref team, Set<String> actions) {
        return database.tx(tx -> tx.list(
                        Id.class,
                        "select id from job where team_id = ? and action = any(?) and state in ('queued', 'running')",
                        team.id(),
                        List.copyOf(actions)))
                .size();
    }

    public record Begun(boolean cancelRequested) {}

    /** Begins an attempt; tells whether somebody asked for the job's end before. */
    boolean begin(String id) {
        Instant now = clock.instant();
        return database.tx(tx -> tx.one(
                        Begun.class,
                        "update job set state = 'running', attempt = attempt + 1,"
                                + " started_at = coalesce(started_at, ?) where id = ? returning cancel_requested",
                        now,
                        id))
                .orElseThrow()
                .cancelRequested();
    }

    void end(String id, String state, String result, String errorKind, String error) {
        database.tx(tx -> {
            tx.update(
                    "update job_step set state = 'failed', finished_at = ? where job_id = ? and state = 'running'",
                    clock.instant(),
                    id);
            return tx.update(
                    """
                    update job set state = ?, result = ?::jsonb, error_kind = ?, error = ?, finished_at = ?,
                        progress = case when ? = 'done' then 100 else progress end
                    where id = ?
                    """,
                    state,
                    result,
                    errorKind,
                    error,
                    clock.instant(),
                    state,
                    id);
        });
    }

    void requeue(String id) {
        database.tx(tx -> tx.update("update job set state = 'queued' where id = ?", id));
    }

    void progress(String id, int percent) {
        database.tx(tx -> tx.update("update job set progress = ? where id = ?", percent, id));
    }

    /** Whether the job was still unfinished. */
    boolean requestCancel(String id) {
        return database.tx(tx -> tx.update(
                        "update job set cancel_requested = true where id = ? and state in ('queued', 'running')", id))
                == 1;
    }

    /** Those that ended before a moment, the oldest first, behind one of them. */
    List<Ended> ended(Instant before, Optional<Ended> after, int limit) {
        return database.tx(tx -> tx.list(
                Ended.class,
                """
                select id, action, finished_at from job
                where finished_at < ? and (?::timestamptz is null or (finished_at, id) > (?, ?))
                order by finished_at, id limit ?
                """,
                before,
                after.map(Ended::finishedAt),
                after.map(Ended::finishedAt),
                after.map(Ended::id),
                limit));
    }

    /** Deletes a job with its steps and its log, so many lines at once. */
    void delete(String id, int lines) {
        while (database.tx(tx -> tx.update(
                        """
                        delete from job_log where job_id = ? and seq in
                            (select seq from job_log where job_id = ? order by seq limit ?)
                        """,
                        id,
                        id,
                        lines))
                == lines) {
            // The next ones.
        }
        database.tx(tx -> tx.update("delete from job where id = ? and finished_at is not null", id));
    }

    List<StepRow> steps(String id) {
        return database.tx(tx -> tx.list(
                StepRow.class,
                """
                select name, state, attempt, started_at, finished_at, result::text as result
                from job_step where job_id = ? order by position
                """,
                id));
    }

    Optional<StepRow> step(String id, String name) {
        return database.tx(tx -> tx.one(
                StepRow.class,
                """
                select name, state, attempt, started_at, finished_at, result::text as result
                from job_step where job_id = ? and name = ?
                """,
                id,
                name));
    }

    void beginStep(String id, String name, int attempt) {
        database.tx(tx -> tx.update(
                """
                insert into job_step (job_id, name, position, state, attempt, started_at)
                values (?, ?, (select count(*) from job_step where job_id = ?), 'running', ?, ?)
                on conflict (job_id, name) do update
                set state = 'running', attempt = excluded.attempt, started_at = excluded.started_at, finished_at = null
                """,
                id,
                name,
                id,
                attempt,
                clock.instant()));
    }

    void endStep(String id, String name, String state, String result) {
        database.tx(tx -> tx.update(
                """
                update job_step set state = ?, finished_at = ?, result = ?::jsonb where job_id = ? and name = ?
                """,
                state,
                clock.instant(),
                result,
                id,
                name));
    }
}
