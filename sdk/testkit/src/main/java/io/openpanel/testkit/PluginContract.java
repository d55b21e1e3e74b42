package io.openpanel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Operation;
import io.openpanel.marketplace.PluginContents;
import io.openpanel.marketplace.PluginFile;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.wiring.BundleWiring;

/**
 * What the panel and the people who install a plugin rely on. A plugin inherits it in one line, beside its own tests:
 *
 * <pre>{@code class GreetingContractTest implements PluginContract {}}</pre>
 *
 * <p>It is about the plugin whose {@code target/classes} comes first on the test class path.
 */
@ExtendWith(OpenPanelExtension.class)
@Tag("slow")
public interface PluginContract {
    /** How long the JVM may take to let go of the classes of a plugin that was uninstalled. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Test
    default void theMarketplaceTakesItsFile() {
        PluginFile file = PluginFolder.underTest().file();

        assertThat(file.id()).as("id in @Plugin").matches("[a-z][a-z0-9-]{1,23}");
        assertThat(file.title()).as("title in @Plugin").isNotBlank();
        VersionRange host = new VersionRange(file.host());
        assertThat(host.getRight())
                .as("Import-Package: io.openpanel.api works with every version to come; give a range such as [1.0,2)")
                .isNotNull();
        assertThat(host.includes(new Version(1, 0, 0)))
                .as("versions of io.openpanel.api: " + host)
                .isTrue();
    }

    @Test
    default void whatItNamesStartsWithItsId() {
        PluginFolder plugin = PluginFolder.underTest();
        Set<String> named = new TreeSet<>(plugin.code().actions().keySet());
        named.addAll(plugin.code().topics());

        if (!plugin.isOfThePanel()) {
            assertThat(named)
                    .as("actions and events: the noun is the plugin's id, or the id, a dash and more")
                    .allMatch(name -> name.startsWith(plugin.id() + '.') || name.startsWith(plugin.id() + '-'));
        }
    }

    @Test
    default void everyActionSaysWhatItDoes() {
        assertThat(PluginFolder.underTest().code().actions())
                .as("summary: one sentence in the third person, a capital first and no full stop")
                .allSatisfy((action, summary) -> assertThat(summary)
                        .as(action)
                        .matches("\\p{Lu}.{5,140}")
                        .doesNotEndWith("."));
    }

    @Test
    default void rolesAreSaidForEveryActionAndForNothingElse() {
        PluginFolder plugin = PluginFolder.underTest();

        assertThat(plugin.contents().linesOfRoles())
                .as("OPENPANEL-INF/roles.yaml, a line for each action")
                .containsExactlyInAnyOrderElementsOf(plugin.code().actions().keySet());
    }

    @Test
    default void itAsksForWhatItUsesAndForNothingElse() {
        PluginFolder plugin = PluginFolder.underTest();
        Set<String> used = plugin.contents().used();
        List<String> asked = plugin.usedByName();

        assertThat(used)
                .as("called or heard by its classes and routes; uses in @Plugin is " + asked)
                .allMatch(name -> asked.stream().anyMatch(glob -> PluginContents.covers(glob, name)));
        assertThat(asked)
                .as("uses in @Plugin; its classes and routes use " + used)
                .allMatch(glob -> used.stream().anyMatch(name -> PluginContents.covers(glob, name)));
    }

    /** People read where it sends something, before they install it. */
    @Test
    default void hostsAreDeclaredByTheirNamesWhereSomethingIsSent() {
        PluginFolder plugin = PluginFolder.underTest();

        assertThat(plugin.hosts())
                .as("host:… in uses, such as host:hooks.slack.com: in lower case, without a port, a path or a *")
                .allMatch(host -> host.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+"));
        if (!plugin.isOfThePanel()) {
            assertThat(plugin.hosts().isEmpty())
                    .as("http.send in uses, and the hosts it sends to as host:…: both or none")
                    .isEqualTo(plugin.contents().used().stream().noneMatch("http.send"::equals));
        }
    }

    @Test
    default void everyActionIsInTheCatalogueWithItsSchemas(TestPanel panel) {
        PluginFolder plugin = PluginFolder.underTest();
        plugin.runIn(panel);

        for (Operation operation : plugin.operations(panel)) {
            assertThat(PluginFolder.json(operation.input()).path("type").asText())
                    .as("input of " + operation.id())
                    .isEqualTo("object");
            assertThat(PluginFolder.json(operation.output()))
                    .as("output of " + operation.id())
                    .isNotNull();
            assertThat(operation.refs())
                    .as("Refs in the input of " + operation.id() + ", each with a kind in its @Param")
                    .allMatch(ref -> !ref.kind().isEmpty());
        }
    }

    @Test
    default void everySettingSaysWhatItIsAndCountsWithoutARestart(TestPanel panel) {
        PluginFolder plugin = PluginFolder.underTest();
        plugin.runIn(panel);

        for (String language : List.of("en", "pt-BR")) {
            for (JsonNode setting : plugin.settings(panel, language)) {
                assertThat(List.of(
                                setting.path("title").asText(),
                                setting.path("description").asText()))
                        .as("name and description in the @AttributeDefinition of " + setting.path("name") + " in "
                                + language + "; a text with % is a key of its OSGI-INF/l10n/….properties")
                        .noneMatch(text -> text.isBlank() || text.startsWith("%"));
                assertThat(setting.has("byDefault")
                                || !setting.path("required").asBoolean()
                                || setting.path("secret").asBoolean())
                        .as("a default of " + setting.path("name") + ", which is required")
                        .isTrue();
            }
        }
        assertThat(plugin.contents().componentsWithSettings())
                .as("components with @Designate: each has a @Modified method, so that it goes on when they change, and"
                        + " configurationPolicy = REQUIRE, so that it never begins without them")
                .allSatisfy((component, xml) ->
                        assertThat(xml).as(component).contains("modified=\"", "configuration-policy=\"require\""));
    }

    /** A plugin without OPENPANEL-INF/i18n says what it declares, in one language; one that has words has them in both. */
    @Test
    default void itsWordsAreThereInEnglishAndPortuguese() {
        PluginFolder plugin = PluginFolder.underTest();
        Map<String, String> english = plugin.contents().words("en");
        Map<String, String> portuguese = plugin.contents().words("pt-BR");
        if (english.isEmpty() && portuguese.isEmpty() && !plugin.isOfThePanel()) {
            return;
        }

        assertThat(english.keySet())
                .as("OPENPANEL-INF/i18n/en.json has the titles of console.json")
                .containsAll(plugin.contents().titlesOfTheConsole());
        assertThat(portuguese.keySet().stream()
                        .filter(key -> !key.startsWith("action.") && !key.startsWith("said."))
                        .collect(Collectors.toSet()))
                .as("OPENPANEL-INF/i18n: keys of pt-BR.json and of en.json")
                .isEqualTo(english.keySet());
        assertThat(portuguese.keySet())
                .as("OPENPANEL-INF/i18n/pt-BR.json says what each action does, as action.<id>")
                .containsAll(plugin.code().actions().keySet().stream()
                        .map(action -> "action." + action)
                        .toList());
    }

    @Test
    default void whatItsPagesAreMadeOfIsThere() {
        assertThat(PluginFolder.underTest().contents().missingPages())
                .as("files that OPENPANEL-INF/console.json names, in OPENPANEL-INF/ui")
                .isEmpty();
    }

    @Test
    default void itsReadmeTellsWhoInstallsIt() {
        PluginFolder plugin = PluginFolder.underTest();

        assertThat(plugin.readme())
                .as("README.md of " + plugin.id())
                .contains("# ", "## What it does", "## What it asks for", "## What it stores");
        assertThat(plugin.uses()).as("uses in @Plugin, each told in README.md").allMatch(glob -> plugin.readme()
                .contains(glob));
    }

    @Test
    default void itsTablesAreMadeOnceAndFoundAgain(TestPanel panel) throws BundleException {
        PluginFolder plugin = PluginFolder.underTest();
        plugin.runIn(panel).uninstall();
        plugin.awaitGone(panel);
        plugin.runIn(panel);

        JsonNode shown = plugin.shown(panel);
        assertThat(shown.path("state").asText()).as(shown.toString()).isEqualTo("active");
    }

    /** A rollback runs the version before on these tables. */
    @Test
    default void theVersionBeforeCanLiveWithItsTables() {
        assertThat(PluginFolder.underTest().contents().laterMigrations())
                .as("db: add first, and take away in a later version, in a file with a line '-- contract: why'")
                .allSatisfy(each -> assertThat(each.breaking()).isEmpty());
    }

    @Test
    default void itStopsStartsAndIsUpdated(TestPanel panel) throws BundleException {
        PluginFolder plugin = PluginFolder.underTest();
        Bundle bundle = plugin.runIn(panel);

        bundle.stop();
        plugin.awaitGone(panel);
        bundle.start();
        plugin.awaitActions(panel);
        bundle.update();
        plugin.awaitActions(panel);

        JsonNode shown = plugin.shown(panel);
        assertThat(shown.path("state").asText()).as(shown.toString()).isEqualTo("active");
    }

    @Test
    default void unloads(TestPanel panel) throws BundleException {
        PluginFolder plugin = PluginFolder.underTest();
        WeakReference<ClassLoader> loader = uninstalled(plugin.runIn(panel));
        plugin.awaitGone(panel);

        TestPanel.await(
                "the class loader of " + plugin.id() + " to go; a thread, a ThreadLocal or a cache holds it",
                () -> {
                    System.gc();
                    return loader.get() == null;
                },
                patience());
    }

    private static WeakReference<ClassLoader> uninstalled(Bundle bundle) throws BundleException {
        WeakReference<ClassLoader> loader =
                new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        bundle.stop();
        bundle.uninstall();
        return loader;
    }
}
