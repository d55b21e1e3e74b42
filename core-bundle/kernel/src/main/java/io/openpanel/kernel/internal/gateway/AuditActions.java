package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Shows who did what. */
public final class AuditActions implements Extension {
    private final KernelDatabase database;

    public AuditActions(KernelDatabase database) {
        this.database = database;
    }

    public record Listing(
            @Param("Only about this resource, as kind:id") Optional<String> resource,
            @Param("Only of this action") Optional<String> action,
            @Param(min = 1, max = 500) Optional<Integer> limit,
            @Param("Only rows before this number") Optional<Long> before) {}

    public record Row(
            long seq,
            Instant at,
            String caller,
            String callerName,
            Optional<String> via,
            String surface,
            String address,
            String action,
            List<String> resources,
            Optional<String> outcome,
            Optional<String> detail) {}

    public record Listed(List<Row> items, Optional<Long> next) {}

    @Action(
            value = "audit.list",
            summary = "Lists what was done, newest first",
            effect = Action.Effect.READ,
            http = "GET /audit")
    public Listed list(Call call, Listing in) {
        int limit = in.limit().orElse(50);
        List<Row> items = database.tx(tx -> tx.list(
                Row.class,
                """
                select i.seq, i.at, i.caller, i.caller_name, i.via, i.surface, i.address, i.action, i.resources,
                       o.outcome, o.detail
                from audit i left join lateral
                    (select outcome, detail from audit o where o.call_id = i.call_id and o.phase = 'outcome' limit 1) o on true
                where i.phase = 'intent' and i.team_id is not distinct from ?
                  and (?::bigint is null or i.seq < ?) and (?::text is null or ? = any (i.resources))
                  and (?::text is null or i.action = ?)
                order by i.seq desc limit ?
                """,
                KernelDatabase.id(call.team()),
                in.before(),
                in.before(),
                in.resource(),
                in.resource(),
                in.action(),
                in.action(),
                limit));
        Optional<Long> next = items.size() < limit
                ? Optional.empty()
                : Optional.of(items.get(items.size() - 1).seq());
        return new Listed(items, next);
    }
}
