package io.openpanel.kernel.internal.setting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.spi.PluginSettings;
import io.openpanel.spi.Storage;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each plugin's components their settings: before the bundle is started, and again whenever somebody changes them.
 * The configurations are made for one bundle each, so that two versions of a plugin beside each other have their own.
 */
public final class Settings implements PluginSettings, BundleTrackerCustomizer<PluginOf>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

    private final Storage storage;
    private final SettingStore store;
    private final Configurations configurations;
    private final BundleTracker<PluginOf> bundles;
    private final Predicate<Bundle> serving;
    private volatile BiPredicate<PluginOf, ObjectNode> apart = (plugin, given) -> false;
    /** Plugin → what its components were given, to be masked. */
    private final Map<String, Set<String>> secrets = new ConcurrentHashMap<>();

    public Settings(
            BundleContext context,
            KernelDatabase database,
            Storage storage,
            ConfigurationAdmin admin,
            Predicate<Bundle> serving) {
        this.serving = serving;
        this.storage = storage;
        this.store = new SettingStore(database);
        this.configurations = new Configurations(context, admin);
        int states = Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;
        this.bundles = new BundleTracker<>(context, states, this);
    }

    /** Begins to follow the bundles; those that are there have their settings when this returns. */
    public void open() {
        bundles.open();
    }

    /** The secrets that a plugin has been given since the panel started. */
    public Set<String> secrets(String plugin) {
        return secrets.getOrDefault(plugin, Set.of());
    }

    SettingStore store() {
        return store;
    }

    @Override
    public PluginOf addingBundle(Bundle bundle, BundleEvent event) {
        PluginOf plugin = PluginOf.read(bundle).orElse(null);
        if (plugin != null) {
            give(plugin);
        }
        return plugin;
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
        if (event != null && event.getType() == BundleEvent.UPDATED) {
            PluginOf.read(bundle).ifPresent(this::give);
        }
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
        configurations.keepOnly(bundle, Set.of());
    }

    private void give(PluginOf plugin) {
        try {
            apply(plugin);
        } catch (RuntimeException e) {
            LOG.error("The plugin {} does not get its settings: {}", plugin.id(), e.getMessage(), e);
        }
    }

    /**
     * Brings the plugin's components to what is kept.
     *
     * @return whether they have it; false while they do not run, or take long
     */
    synchronized boolean apply(PluginOf plugin) {
        ObjectNode given = given(plugin);
        if (!plugin.hasCode()) {
            // Its routes ask each time.
            return plugin.bundle().getState() == Bundle.ACTIVE;
        }
        if (plugin.isIsolated()) {
            return apart.test(plugin, given);
        }
        Set<String> targets = new HashSet<>();
        given.fields()
                .forEachRemaining(
                        each -> targets.add(configurations.put(plugin.bundle(), each.getKey(), each.getValue())));
        configurations.keepOnly(plugin.bundle(), targets);
        return !targets.isEmpty() && plugin.bundle().getState() == Bundle.ACTIVE && configurations.awaitHeard();
    }

    /** What a plugin's components are to have: component → property → value, secrets opened. */
    public ObjectNode given(PluginOf plugin) {
        Declaration declaration = Declaration.of(plugin.bundle(), "en");
        Map<String, JsonNode> values = values(plugin.id(), declaration);
        remember(plugin.id(), declaration, values);
        ObjectNode given = Json.object();
        declaration.byComponent().forEach((pid, settings) -> {
            ObjectNode properties = given.putObject(pid);
            settings.stream()
                    .filter(setting -> values.containsKey(setting.name()))
                    .forEach(setting -> properties.set(setting.property(), values.get(setting.name())));
        });
        return given;
    }

    @Override
    public Map<String, Object> of(String plugin) {
        Map<String, Object> shown = new LinkedHashMap<>();
        bundle(plugin).ifPresent(bundle -> {
            Declaration declaration = Declaration.of(bundle, "en");
            Map<String, JsonNode> values = declaration.byName().isEmpty() ? Map.of() : values(plugin, declaration);
            declaration.byName().values().stream()
                    .filter(setting -> !setting.isSecret())
                    .forEach(setting -> Optional.ofNullable(values.get(setting.name()))
                            .or(setting::standard)
                            .ifPresent(value -> shown.put(setting.name(), Json.plain(value))));
        });
        return shown;
    }

    /** A secret that is set for a plugin. */
    public Optional<Secret> secret(String plugin, String name) {
        return bundle(plugin)
                .map(bundle -> Declaration.of(bundle, "en"))
                .filter(declaration -> Optional.ofNullable(declaration.byName().get(name))
                        .filter(Setting::isSecret)
                        .isPresent())
                .flatMap(declaration -> {
                    Map<String, JsonNode> values = values(plugin, declaration);
                    remember(plugin, declaration, values);
                    return Optional.ofNullable(values.get(name));
                })
                .filter(JsonNode::isTextual)
                .map(value -> Secret.of(value.textValue()));
    }

    /** Of two versions beside each other, the one that serves. */
    private Optional<Bundle> bundle(String plugin) {
        return bundles.getTracked().values().stream()
                .filter(each -> each.id().equals(plugin))
                .map(PluginOf::bundle)
                .min(Comparator.comparing(bundle -> !serving.test(bundle)));
    }

    private void remember(String plugin, Declaration declaration, Map<String, JsonNode> values) {
        declaration.byName().values().stream().filter(Setting::isSecret).forEach(setting -> {
            JsonNode value = values.get(setting.name());
            if (value != null) {
                Set<String> known = secrets.computeIfAbsent(plugin, any -> ConcurrentHashMap.newKeySet());
                (value.isArray() ? value : List.of(value)).forEach(each -> known.add(each.asText()));
            }
        });
    }

    /** Sets who brings settings to plugins that run apart from the panel, and says whether they have them. */
    public void bringApart(BiPredicate<PluginOf, ObjectNode> bringing) {
        apart = bringing;
    }

    /** What is set and fits the declaration, secrets opened. */
    private Map<String, JsonNode> values(String plugin, Declaration declaration) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        store.current(plugin).values().forEach(row -> value(
                        row, declaration.byName().get(row.name()))
                .ifPresent(value -> values.put(row.name(), value)));
        return values;
    }

    /** What a row says of a setting; empty for the default, and for what does not fit. */
    Optional<JsonNode> value(SettingStore.Row row, Setting setting) {
        if (setting == null || row.value().isEmpty() || row.secret() != setting.isSecret()) {
            return Optional.empty();
        }
        String text = row.secret()
                ? storage.unseal(row.value().get(), place(row.plugin(), row.name()))
                : row.value().get();
        Reading reading = Reading.strict();
        Optional<JsonNode> value = setting.read(Json.parse(text.getBytes(StandardCharsets.UTF_8)), row.name(), reading);
        return reading.isGood() ? value : Optional.empty();
    }

    /** A value as it is kept. */
    String kept(String plugin, Setting setting, JsonNode value) {
        String text = Json.text(value);
        return setting.isSecret() ? storage.seal(text, place(plugin, setting.name())) : text;
    }

    private static String place(String plugin, String name) {
        return "setting|" + plugin + '|' + name;
    }

    /**
     * What a plugin declares.
     *
     * @throws Problem when its declaration is not right
     */
    static Declaration declaration(PluginOf plugin, String language) {
        try {
            return Declaration.of(plugin.bundle(), language);
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The settings of " + plugin.title() + " cannot be read, " + e.getMessage()
                            + "; its author has to mend that",
                    e);
        }
    }

    /** Drops what is kept for a plugin. */
    public void forget(String plugin) {
        store.forget(plugin);
        secrets.remove(plugin);
    }

    @Override
    public void close() {
        bundles.close();
        configurations.close();
    }
}
