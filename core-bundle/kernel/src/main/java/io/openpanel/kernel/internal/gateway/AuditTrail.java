package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.gateway.AuditActions.Row;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads a team's part of the audit trail. */
final class AuditTrail {
    /** A call: its intent or refusal, with the outcome once there is one. */
    private static final String SELECT =
            """
            select i.seq, i.at, i.caller, i.caller_name, i.via, i.surface, i.address, i.action, i.resources,
                   i.input::text as input, o.outcome, o.detail, c.position
            from audit i left join audit_chain c on c.seq = i.seq left join lateral
                (select outcome, detail from audit o where o.call_id = i.call_id and o.phase <> 'intent' limit 1) o on true
            where i.phase <> 'outcome' and %s
              and (?::bigint is null or i.seq < ?) and (?::text is null or ? = any (i.resources))
              and (?::text is null or i.action = ? or starts_with(i.action, ? || '.'))
              and (?::text is null or i.caller = ? or strpos(lower(i.caller_name), lower(?)) > 0)
              and (?::text is null or i.via = ?) and (?::text is null or i.surface = ?)
              and (?::text is null or i.address = ?)
              and (?::text is null or coalesce(o.outcome, 'running') = ?)
              and (?::timestamptz is null or i.at >= ?) and (?::timestamptz is null or i.at < ?)
            order by i.seq desc limit ?
            """;

    private final KernelDatabase database;

    /** A row as it is stored. */
    public record Stored(
            long seq,
            Instant at,
            String caller,
            String callerName,
            Optional<String> via,
            String surface,
            String address,
            String action,
            List<String> resources,
            Optional<String> input,
            Optional<String> outcome,
            Optional<String> detail,
            Optional<Long> position) {
        Row shown() {
            return new Row(
                    seq,
                    at,
                    caller,
                    callerName,
                    via,
                    surface,
                    address,
                    action,
                    resources,
                    input.map(json -> Json.plain(Json.parse(json.getBytes(StandardCharsets.UTF_8)))),
                    outcome,
                    detail,
                    position);
        }
    }

    AuditTrail(KernelDatabase database) {
        this.database = database;
    }

    /** The newest first, only those before a number where one is given. */
    List<Row> rows(Optional<Ref> team, AuditActions.Wanted in, Optional<Long> before, int limit) {
        return database
                .tx(tx -> tx.list(
                        Stored.class,
                        SELECT.formatted(KernelDatabase.isOf("i.team_id", team)),
                        KernelDatabase.id(team),
                        before,
                        before,
                        in.resource(),
                        in.resource(),
                        in.action(),
                        in.action(),
                        in.action(),
                        in.caller(),
                        in.caller(),
                        in.caller(),
                        in.via(),
                        in.via(),
                        in.surface(),
                        in.surface(),
                        in.address(),
                        in.address(),
                        in.outcome(),
                        in.outcome(),
                        in.since(),
                        in.since(),
                        in.until(),
                        in.until(),
                        limit))
                .stream()
                .map(Stored::shown)
                .toList();
    }
}
