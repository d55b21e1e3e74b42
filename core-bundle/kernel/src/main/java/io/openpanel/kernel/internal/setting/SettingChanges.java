package io.openpanel.kernel.internal.setting;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.kernel.internal.setting.SettingActions.Changed;
import io.openpanel.kernel.internal.setting.SettingStore.Row;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Changes settings, one change after the other, and has the plugin take each. */
public final class SettingChanges {
    private static final String OWN = "kernel";

    private final Plugins plugins;
    private final Settings settings;
    private final EventBus events;
    private final InstantSource clock;
    private final OwnRule rule;

    /** What the panel's own settings have to be beyond what their declaration says. */
    @FunctionalInterface
    public interface OwnRule {
        /** What is wrong with a value that the caller wants; empty where nothing is. */
        Optional<String> flaw(Call call, String name, JsonNode value);
    }

    public SettingChanges(Plugins plugins, Settings settings, EventBus events, InstantSource clock, OwnRule rule) {
        this.plugins = plugins;
        this.settings = settings;
        this.events = events;
        this.clock = clock;
        this.rule = rule;
    }

    /** @throws Problem where it is not installed now */
    PluginOf plugin(Ref plugin) {
        return plugins.find(plugin.id())
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT,
                        "The plugin " + plugin.id()
                                + " is not installed; its settings are kept until it is, or until it is purged"));
    }

    /** @param wanted name → value, null for the default */
    synchronized Changed update(Call call, Ref ref, Map<String, Object> wanted) {
        PluginOf plugin = plugin(ref);
        Map<String, Setting> declared = Settings.declaration(plugin, "en").byName();
        Map<String, Row> current = settings.store().current(plugin.id());
        Reading reading = Reading.strict();
        String change = Ref.create("change").id();
        List<Row> rows = new ArrayList<>();
        wanted.forEach((name, value) -> {
            Setting setting = declared.get(name);
            if (setting == null) {
                reading.wrong("values." + name, unknown(plugin, declared));
                return;
            }
            Optional<Row> former = Optional.ofNullable(current.get(name));
            Optional<JsonNode> read =
                    value == null ? Optional.empty() : setting.read(Json.node(value), "values." + name, reading);
            read.flatMap(json -> flaw(call, plugin, name, json))
                    .ifPresent(flaw -> reading.wrong("values." + name, flaw));
            if (!isSame(setting, former, read)) {
                rows.add(row(
                        call,
                        change,
                        plugin.id(),
                        setting.name(),
                        setting.isSecret(),
                        former.filter(row -> row.secret() == setting.isSecret()).flatMap(Row::value),
                        read.map(json -> settings.kept(plugin.id(), setting, json)),
                        Optional.empty()));
            }
        });
        reading.check();
        return make(call, plugin, rows);
    }

    private Optional<String> flaw(Call call, PluginOf plugin, String name, JsonNode value) {
        return plugin.id().equals(OWN) ? rule.flaw(call, name, value) : Optional.empty();
    }

    private static String unknown(PluginOf plugin, Map<String, Setting> declared) {
        return declared.isEmpty()
                ? "is not known; " + plugin.title() + " has no settings"
                : "is not known; known are " + String.join(", ", declared.keySet());
    }

    private boolean isSame(Setting setting, Optional<Row> former, Optional<JsonNode> wanted) {
        if (wanted.isEmpty()) {
            return former.flatMap(Row::value).isEmpty();
        }
        return former.flatMap(row -> settings.value(row, setting)).equals(wanted);
    }

    /** @param wanted the last one that was not undone, where not given */
    synchronized Changed undo(Call call, Ref ref, Optional<String> wanted) {
        PluginOf plugin = plugin(ref);
        List<Row> done = wanted.map(change -> settings.store().change(plugin.id(), change))
                .orElseGet(() -> settings.store().lastDone(plugin.id()));
        if (done.isEmpty()) {
            throw wanted.isPresent()
                    ? Problem.invalid(
                            "change",
                            "The settings of " + plugin.title() + " have no change " + wanted.get()
                                    + "; setting.history lists those there are")
                    : new Problem(
                            Problem.Kind.CONFLICT,
                            "Nothing was changed in " + plugin.title() + " that could be undone");
        }
        requireCurrent(plugin, done);
        requireFitting(call, plugin, done);
        String change = Ref.create("change").id();
        return make(
                call,
                plugin,
                done.stream()
                        .map(row -> row(
                                call,
                                change,
                                plugin.id(),
                                row.name(),
                                row.secret(),
                                row.value(),
                                row.former(),
                                Optional.of(row.change())))
                        .toList());
    }

    private void requireCurrent(PluginOf plugin, List<Row> done) {
        Map<String, Row> current = settings.store().current(plugin.id());
        String later = done.stream()
                .filter(row -> !row.isWhatCounts(current))
                .map(Row::name)
                .collect(Collectors.joining(", "));
        if (!later.isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT, later + " was changed again since then; undo the later change first");
        }
    }

    private void requireFitting(Call call, PluginOf plugin, List<Row> done) {
        Map<String, Setting> declared = Settings.declaration(plugin, "en").byName();
        for (Row row : done) {
            Setting setting = declared.get(row.name());
            Row back = row.back();
            Optional<JsonNode> former = setting == null ? Optional.empty() : settings.value(back, setting);
            former.flatMap(json -> flaw(call, plugin, row.name(), json)).ifPresent(flaw -> {
                throw new Problem(Problem.Kind.CONFLICT, "What " + row.name() + " was before " + flaw);
            });
            if (setting != null && row.former().isPresent() && former.isEmpty()) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "What " + row.name() + " was before does not fit this version of " + plugin.title()
                                + "; set it to something else");
            }
        }
    }

    private Row row(
            Call call,
            String change,
            String plugin,
            String name,
            boolean secret,
            Optional<String> former,
            Optional<String> value,
            Optional<String> undoes) {
        return new Row(
                0,
                change,
                plugin,
                name,
                secret,
                former,
                value,
                clock.instant(),
                call.caller().ref().toString(),
                call.caller().name(),
                undoes);
    }

    private Changed make(Call call, PluginOf plugin, List<Row> rows) {
        List<String> names = rows.stream().map(Row::name).toList();
        if (rows.isEmpty()) {
            return new Changed(Optional.empty(), names, true);
        }
        Runnable told = settings.store().tx(tx -> {
            settings.store().add(tx, rows);
            return events.publish(
                    new SettingEvents.Changed(new Ref("plugin", plugin.id()), names),
                    call.caller(),
                    Optional.empty(),
                    tx);
        });
        boolean applied = settings.apply(plugin);
        told.run();
        return new Changed(Optional.of(rows.get(0).change()), names, applied);
    }
}
