package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Operation;
import io.openpanel.kernel.internal.gateway.Admission;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The catalogue, for whoever draws forms and commands from it. */
public final class CatalogueActions implements Extension {
    private final LiveCatalogue catalogue;
    private final Admission admission;
    private volatile Schemas schemas = new Schemas("", Map.of());

    public CatalogueActions(LiveCatalogue catalogue, Admission admission) {
        this.catalogue = catalogue;
        this.admission = admission;
    }

    private record Schemas(String version, Map<String, Object> byText) {}

    public record RefParam(String name, String kind, String needs, boolean required, boolean many) {}

    public record Listed(
            String id,
            String plugin,
            String noun,
            String summary,
            Action.Effect effect,
            Action.Access access,
            boolean idempotent,
            boolean job,
            boolean recent,
            int perMinute,
            Operation.Form form,
            String method,
            String path,
            String cli,
            Object input,
            Object output,
            List<RefParam> refs,
            List<String> roles,
            boolean allowed) {}

    public record Whole(String version, List<Listed> items, Map<String, String> kinds) {}

    @Action(
            value = "catalogue.list",
            summary = "Lists every action there is, with its schemas and whether you may run it",
            effect = Action.Effect.READ,
            access = Action.Access.SIGNED_IN,
            http = "GET /catalogue")
    public Whole list(Call call) {
        String version = catalogue.version();
        if (!schemas.version.equals(version)) {
            schemas = new Schemas(version, new ConcurrentHashMap<>());
        }
        return new Whole(
                version,
                catalogue.operations().stream().map(each -> listed(call, each)).toList(),
                catalogue.kinds());
    }

    private Listed listed(Call call, Operation o) {
        List<RefParam> refs = o.refs().stream()
                .map(ref -> new RefParam(ref.name(), ref.kind(), ref.needs(), ref.required(), ref.many()))
                .toList();
        return new Listed(
                o.id(),
                o.plugin(),
                o.noun(),
                o.summary(),
                o.effect(),
                o.access(),
                o.idempotent(),
                o.job(),
                o.recent(),
                o.perMinute(),
                o.form(),
                o.method(),
                o.path(),
                o.cli(),
                schema(o.input()),
                schema(o.output()),
                refs,
                o.roles().stream()
                        .map(role -> role.toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList(),
                admission.may(call.caller(), o));
    }

    private Object schema(String text) {
        return schemas.byText.computeIfAbsent(
                text, any -> Json.plain(Json.parse(text.getBytes(StandardCharsets.UTF_8))));
    }
}
