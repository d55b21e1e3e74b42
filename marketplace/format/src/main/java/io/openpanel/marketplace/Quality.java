package io.openpanel.marketplace;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osgi.framework.VersionRange;

/**
 * How well a plugin is made, as far as whoever has its file can see for themselves.
 *
 * @param level empty when it does not come to bronze
 * @param missing what it lacks for the level after that; empty at silver, after which the file alone shows no more
 */
public record Quality(Optional<Level> level, List<String> missing) {
    /** Hosts are asked for beside actions and events; what is sent there is known when it is sent. */
    private static final String HOST = "host:";

    private static final List<String> SECTIONS = List.of("## What it does", "## What it asks for", "## What it stores");

    /** Each has what the ones before it have. */
    public enum Level {
        /** People can know what it is. */
        BRONZE,
        /** It asks for no more than it uses, speaks both languages, and can be gone back from. */
        SILVER,
        /** Its marketplace built it again from its sources, with the tests, and got the same bytes. */
        GOLD;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** Looks through a file that {@link PluginFile#read} took. */
    public static Quality of(Path jar) {
        PluginFile plugin = PluginFile.read(jar);
        try (FileSystem files = FileSystems.newFileSystem(jar, (ClassLoader) null)) {
            PluginContents contents = new PluginContents(files.getPath("/"));
            List<String> bronze = bronze(plugin, contents);
            if (!bronze.isEmpty()) {
                return new Quality(Optional.empty(), bronze);
            }
            List<String> silver = silver(plugin, contents);
            return new Quality(Optional.of(silver.isEmpty() ? Level.SILVER : Level.BRONZE), silver);
        } catch (IOException e) {
            throw new Refused("The file cannot be looked through: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Class files of somebody nobody knows break their reader in many ways; none is worth more than this.
            return new Quality(Optional.empty(), List.of("its classes and texts cannot be read: " + e.getMessage()));
        }
    }

    /** Where its marketplace built it again. */
    public Quality rebuilt(boolean rebuilt) {
        boolean gold = rebuilt && level.equals(Optional.of(Level.SILVER));
        return gold ? new Quality(Optional.of(Level.GOLD), List.of()) : this;
    }

    private static List<String> bronze(PluginFile plugin, PluginContents contents) {
        List<String> missing = new ArrayList<>();
        PluginCode code = contents.code();
        if (new VersionRange(plugin.host()).getRight() == null) {
            missing.add("an end of the range of versions of io.openpanel.api it works with, such as [1.0,2)");
        }
        if (code.actions().isEmpty()) {
            missing.add("an action");
        }
        TreeSet<String> named = new TreeSet<>(code.actions().keySet());
        named.addAll(code.topics());
        named.removeIf(name -> name.startsWith(plugin.id() + '.') || name.startsWith(plugin.id() + '-'));
        named.forEach(name -> missing.add("a name of its own for " + name + ", which begins with its id"));
        code.actions().forEach((action, summary) -> {
            if (!summary.matches("\\p{Lu}.{5,140}") || summary.endsWith(".")) {
                missing.add("a sentence without a full stop that says what " + action + " does");
            }
        });
        if (!new TreeSet<>(contents.linesOfRoles())
                .equals(new TreeSet<>(code.actions().keySet()))) {
            missing.add("a line in OPENPANEL-INF/roles.yaml for each action, and none for anything else");
        }
        String readme = contents.readme();
        SECTIONS.stream()
                .filter(section -> !readme.contains(section))
                .forEach(section -> missing.add('"' + section + "\" in OPENPANEL-INF/README.md"));
        plugin.permissions().stream()
                .filter(glob -> !readme.contains(glob.startsWith(HOST) ? glob.substring(HOST.length()) : glob))
                .forEach(glob -> missing.add("a word on " + glob + " in OPENPANEL-INF/README.md"));
        return missing;
    }

    private static List<String> silver(PluginFile plugin, PluginContents contents) {
        List<String> missing = new ArrayList<>();
        contents.code()
                .silentInputs()
                .forEach((action, names) ->
                        missing.add("@Param with a line of help in the input of " + action + ": " + names));
        TreeSet<String> used = new TreeSet<>(contents.used());
        used.stream()
                .filter(name -> plugin.permissions().stream().noneMatch(glob -> PluginContents.covers(glob, name)))
                .forEach(name -> missing.add(name + " in its uses: it calls or hears it"));
        plugin.permissions().stream()
                .filter(glob -> !glob.startsWith(HOST))
                .filter(glob -> used.stream().noneMatch(name -> PluginContents.covers(glob, name)))
                .forEach(glob -> missing.add("fewer uses: nothing of it uses " + glob));
        missing.addAll(words(contents));
        contents.silentSettings().forEach(name -> missing.add("a name and a description of the setting " + name));
        contents.componentsWithSettings().forEach((component, xml) -> {
            if (!xml.contains("modified=\"") || !xml.contains("configuration-policy=\"require\"")) {
                missing.add("@Modified and configurationPolicy = REQUIRE in " + component
                        + ", so that its settings count without a restart");
            }
        });
        contents.laterMigrations().forEach(each -> missing.addAll(each.breaking()));
        return missing;
    }

    private static List<String> words(PluginContents contents) {
        List<String> missing = new ArrayList<>();
        TreeSet<String> english = new TreeSet<>(contents.words("en").keySet());
        TreeSet<String> portuguese = new TreeSet<>(contents.words("pt-BR").keySet());
        contents.titlesOfTheConsole().stream()
                .filter(title -> !english.contains(title))
                .forEach(title -> missing.add("OPENPANEL-INF/i18n/en.json: " + title));
        contents.code().actions().keySet().stream()
                .map(action -> "action." + action)
                .filter(key -> !portuguese.contains(key))
                .forEach(key -> missing.add("OPENPANEL-INF/i18n/pt-BR.json: " + key));
        english.stream()
                .filter(key -> !portuguese.contains(key))
                .forEach(key -> missing.add("OPENPANEL-INF/i18n/pt-BR.json: " + key));
        return missing;
    }
}
