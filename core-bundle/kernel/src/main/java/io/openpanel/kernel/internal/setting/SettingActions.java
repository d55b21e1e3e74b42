package io.openpanel.kernel.internal.setting;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What can be set in plugins, by whoever runs the panel. */
public final class SettingActions implements Extension {
    private static final int MOST_CHANGES = 500;

    private final Plugins plugins;
    private final Settings settings;
    private final SettingChanges changes;

    public SettingActions(Plugins plugins, Settings settings, SettingChanges changes) {
        this.plugins = plugins;
        this.settings = settings;
        this.changes = changes;
    }

    public record Summary(Ref plugin, String title, int settings, int changed, Optional<Instant> changedAt) {}

    public record Summaries(List<Summary> items) {}

    public record Wanted(
            @Param(kind = "plugin") Ref plugin,
            @Param(
                            value = "The language of titles and descriptions",
                            example = "pt-BR",
                            pattern = "[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8})?")
                    Optional<String> language) {}

    public record Item(
            String name,
            String title,
            @Param("Never that of a secret") Optional<Object> value,
            @Param("What counts while it is not set") Optional<Object> byDefault,
            @Param("Whether it is set") boolean changed,
            String description,
            boolean secret,
            boolean required,
            String section) {}

    public record Aside(String name, Optional<Object> value, String reason) {}

    public record Shown(
            Ref plugin,
            List<Item> items,
            @Param("The JSON Schema of the values, for forms") Object schema,
            @Param("What is kept from another version and does not count now") List<Aside> aside) {}

    public record Update(
            @Param(kind = "plugin") Ref plugin,
            @Param(
                            value = "Name and value of what to change; null goes back to the default",
                            kind = "hidden",
                            example = "dryRun=true")
                    Map<String, Object> values) {}

    public record Changed(
            @Param("What setting.undo takes; none where all was so already") Optional<String> change,
            List<String> names,
            @Param("Whether the plugin works with it now; if it does not run, it will when it is started")
                    boolean applied) {}

    public record Past(
            @Param(kind = "plugin") Ref plugin,
            @Param(value = "How many at most; 100 where not given", min = 1, max = MOST_CHANGES)
                    Optional<Integer> limit) {}

    public record Step(
            String name,
            @Param("Never that of a secret; none for the default") Optional<Object> before,
            Optional<Object> after,
            Instant at,
            String by,
            String change,
            @Param("The change that this one undid") Optional<String> undoes,
            @Param("Whether this is what it is now, so that it can be undone") boolean counts,
            boolean secret) {}

    public record Steps(List<Step> items) {}

    public record Undo(
            @Param(kind = "plugin") Ref plugin, @Param("The last one where not given") Optional<String> change) {}

    @Action(
            value = "setting.list",
            summary = "Lists the plugins that have settings",
            effect = READ,
            access = PANEL,
            http = "GET /settings")
    public Summaries list() {
        return new Summaries(plugins.all().stream()
                .flatMap(plugin -> summary(plugin).stream())
                .sorted(Comparator.comparing(each -> each.plugin().id()))
                .toList());
    }

    private Optional<Summary> summary(PluginOf plugin) {
        Map<String, Setting> declared;
        try {
            declared = Settings.declaration(plugin, "en").byName();
        } catch (Problem unreadable) {
            return Optional.empty();
        }
        if (declared.isEmpty()) {
            return Optional.empty();
        }
        List<SettingStore.Row> rows = settings.store().current(plugin.id()).values().stream()
                .filter(row -> declared.containsKey(row.name()))
                .toList();
        return Optional.of(new Summary(
                new Ref("plugin", plugin.id()),
                plugin.title(),
                declared.size(),
                (int) rows.stream().filter(row -> row.value().isPresent()).count(),
                rows.stream().map(SettingStore.Row::at).max(Comparator.naturalOrder())));
    }

    @Action(
            value = "setting.get",
            summary = "Shows the settings of a plugin",
            effect = READ,
            http = "GET /plugins/{plugin}/settings")
    public Shown get(Wanted in) {
        PluginOf plugin = changes.plugin(in.plugin());
        Map<String, Setting> declared =
                Settings.declaration(plugin, in.language().orElse("en")).byName();
        Map<String, SettingStore.Row> rows = settings.store().current(plugin.id());
        Set<String> applied = new HashSet<>();
        List<Item> items = new ArrayList<>();
        ObjectNode schema = Json.object().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        declared.values().forEach(setting -> {
            setting.describe(properties.putObject(setting.name()));
            if (setting.required()) {
                required.add(setting.name());
            }
            Optional<JsonNode> value =
                    Optional.ofNullable(rows.get(setting.name())).flatMap(row -> settings.value(row, setting));
            value.ifPresent(any -> applied.add(setting.name()));
            items.add(item(setting, value));
        });
        List<Aside> aside = rows.values().stream()
                .filter(row -> row.value().isPresent() && !applied.contains(row.name()))
                .map(row -> new Aside(
                        row.name(),
                        shown(row.secret(), row.value()),
                        declared.containsKey(row.name())
                                ? "It does not fit the version that is installed"
                                : "The version that is installed has no such setting"))
                .toList();
        return new Shown(new Ref("plugin", plugin.id()), items, Json.plain(schema), aside);
    }

    private static Item item(Setting setting, Optional<JsonNode> value) {
        return new Item(
                setting.name(),
                setting.title(),
                setting.isSecret()
                        ? Optional.empty()
                        : value.or(setting::standard).map(Json::plain),
                setting.standard().map(Json::plain),
                value.isPresent(),
                setting.description(),
                setting.isSecret(),
                setting.required(),
                setting.section());
    }

    @Action(
            value = "setting.update",
            summary = "Changes settings of a plugin, which goes on with them at once",
            effect = CHANGE,
            idempotent = true,
            http = "PATCH /plugins/{plugin}/settings")
    public Changed update(Call call, Update in) {
        return changes.update(call, in.plugin(), in.values());
    }

    @Action(
            value = "setting.history",
            summary = "Lists the changes of a plugin's settings, the newest first",
            effect = READ,
            http = "GET /plugins/{plugin}/settings/history")
    public Steps history(Past in) {
        Map<String, SettingStore.Row> current =
                settings.store().current(in.plugin().id());
        return new Steps(settings.store().history(in.plugin().id(), in.limit().orElse(100)).stream()
                .map(row -> step(row, row.isWhatCounts(current)))
                .toList());
    }

    private static Step step(SettingStore.Row row, boolean counts) {
        return new Step(
                row.name(),
                shown(row.secret(), row.former()),
                shown(row.secret(), row.value()),
                row.at(),
                row.callerName(),
                row.change(),
                row.undoes(),
                counts,
                row.secret());
    }

    private static Optional<Object> shown(boolean secret, Optional<String> kept) {
        return secret
                ? Optional.empty()
                : kept.map(text -> Json.plain(Json.parse(text.getBytes(StandardCharsets.UTF_8))));
    }

    @Action(
            value = "setting.undo",
            summary = "Undoes a change of a plugin's settings",
            effect = CHANGE,
            http = "POST /plugins/{plugin}/settings/undo")
    public Changed undo(Call call, Undo in) {
        return changes.undo(call, in.plugin(), in.change());
    }
}
