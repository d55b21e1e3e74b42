package io.openpanel.marketplace;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What lies in a plugin, packed or not, read without running it. */
public final class PluginContents {
    private static final Pattern ROLE_LINE = Pattern.compile("^\"?([a-z0-9.-]+)\"?\\s*:", Pattern.MULTILINE);
    private static final Pattern ENDPOINT = Pattern.compile("\\b(?:action|event):([a-z0-9.*-]+)");
    private static final Pattern DESIGNATE = Pattern.compile("<Designate[^>]* pid=\"([^\"]+)\"");
    private static final Pattern SETTING = Pattern.compile("<AD ([^>]*)>");

    private final Path root;
    private final PluginCode code;

    /** @param root the folder of its classes, or the root of its jar's file system */
    public PluginContents(Path root) {
        this.root = root;
        this.code = PluginCode.of(files(root, ".class"));
    }

    public PluginCode code() {
        return code;
    }

    /** Actions and events of others that its classes and routes name. */
    public Set<String> used() {
        Set<String> used = new TreeSet<>(code.called());
        used.addAll(code.heard());
        for (Path route : files(root.resolve("OPENPANEL-INF/routes"), ".yaml")) {
            Matcher endpoint = ENDPOINT.matcher(text(route));
            while (endpoint.find()) {
                used.add(endpoint.group(1));
            }
        }
        used.removeAll(code.actions().keySet());
        used.removeIf(name -> code.topics().stream().anyMatch(own -> covers(name, own)));
        return used;
    }

    /** Whether a glob of {@code uses} allows a name. */
    public static boolean covers(String glob, String name) {
        return glob.equals(name) || name.matches(Pattern.quote(glob).replace("*", "\\E[a-z0-9.-]*\\Q"));
    }

    /** The actions that have a line in {@code roles.yaml}. */
    public List<String> linesOfRoles() {
        return ROLE_LINE
                .matcher(file("OPENPANEL-INF/roles.yaml").orElse(""))
                .results()
                .map(line -> line.group(1))
                .toList();
    }

    public Set<String> titlesOfTheConsole() {
        return file("OPENPANEL-INF/console.json")
                .map(text -> (Set<String>) new TreeSet<>(json(text).findValuesAsText("title")))
                .orElse(Set.of());
    }

    /** What {@code console.json} names of {@code OPENPANEL-INF/ui} and is not there. */
    public Set<String> missingPages() {
        return file("OPENPANEL-INF/console.json").stream()
                .map(PluginContents::json)
                .flatMap(said -> Stream.of("frame", "module").flatMap(kind -> said.findValuesAsText(kind).stream()))
                .filter(name ->
                        !Files.isRegularFile(root.resolve("OPENPANEL-INF/ui").resolve(name)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What changes tables that a former version made; the first file makes them. */
    public List<Migration> laterMigrations() {
        return files(root.resolve("db"), ".sql").stream()
                .skip(1)
                .map(each -> new Migration(each.getFileName().toString(), text(each)))
                .toList();
    }

    /** Key → text of a language. */
    public Map<String, String> words(String language) {
        Map<String, String> words = new TreeMap<>();
        file("OPENPANEL-INF/i18n/" + language + ".json").ifPresent(text -> json(text)
                .fields()
                .forEachRemaining(
                        each -> words.put(each.getKey(), each.getValue().asText())));
        return words;
    }

    /** What it tells those who install it, where it brings that along. */
    public String readme() {
        return file("OPENPANEL-INF/README.md").orElse("");
    }

    /** Settings whose declaration has no name or no description. */
    public List<String> silentSettings() {
        return files(root.resolve("OSGI-INF/metatype"), ".xml").stream()
                .flatMap(file -> SETTING.matcher(text(file)).results())
                .map(setting -> setting.group(1))
                .filter(setting -> !setting.matches("(?s).*\\bname=\"[^\"]+\".*")
                        || !setting.matches("(?s).*\\bdescription=\"[^\"]+\".*"))
                .map(setting -> setting.replaceAll("(?s).*\\bid=\"([^\"]*)\".*", "$1"))
                .toList();
    }

    /** Component → its XML, of those that are given settings. */
    public Map<String, String> componentsWithSettings() {
        Map<String, String> components = new TreeMap<>();
        for (Path file : files(root.resolve("OSGI-INF/metatype"), ".xml")) {
            Matcher designate = DESIGNATE.matcher(text(file));
            while (designate.find()) {
                String pid = designate.group(1);
                files(root.resolve("OSGI-INF"), ".xml").stream()
                        .map(PluginContents::text)
                        .filter(xml -> xml.contains("configuration-pid=\"" + pid + '"')
                                || xml.contains(" name=\"" + pid + '"') && !xml.contains("configuration-pid="))
                        .filter(xml -> xml.contains(":component "))
                        .forEach(xml -> components.put(pid, xml));
            }
        }
        return components;
    }

    private Optional<String> file(String name) {
        Path file = root.resolve(name);
        return Files.exists(file) ? Optional.of(text(file)) : Optional.empty();
    }

    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("This is no JSON: " + text, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files below a folder whose names end so, in order. */
    public static List<Path> files(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(each -> each.toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
