package io.openpanel.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Operation;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.spi.Catalogue;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.felix.utils.manifest.Clause;
import org.apache.felix.utils.manifest.Parser;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** A plugin as its build left it: the folder {@code target/classes}. */
final class PluginFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ROLE_LINE = Pattern.compile("^\"?([a-z0-9.-]+)\"?\\s*:", Pattern.MULTILINE);
    private static final Pattern ENDPOINT = Pattern.compile("\\b(?:action|event):([a-z0-9.*-]+)");

    private static final Pattern DESIGNATE = Pattern.compile("<Designate[^>]* pid=\"([^\"]+)\"");

    private final Path classes;
    private final String symbolicName;
    private final String id;
    private final List<String> uses;
    private final PluginCode code;

    private PluginFolder(Path classes) {
        Attributes manifest = manifest(classes);
        Clause plugin = Stream.of(Parser.parseHeader(manifest.getValue(Constants.PROVIDE_CAPABILITY)))
                .filter(each -> each.getName().equals("openpanel.plugin"))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(classes + " is no plugin; give its package-info an @Plugin"));
        this.classes = classes;
        this.symbolicName = Parser.parseHeader(manifest.getValue(Constants.BUNDLE_SYMBOLICNAME))[0].getName();
        this.id = plugin.getAttribute("id");
        this.uses = Stream.of(Optional.ofNullable(plugin.getAttribute("uses:List<String>"))
                        .orElse("")
                        .split(","))
                .filter(glob -> !glob.isBlank())
                .toList();
        this.code = PluginCode.of(files(classes, ".class"));
    }

    /** The one that comes first on the class path, as a module's own classes do. */
    static PluginFolder underTest() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(each -> Files.exists(each.resolve(JarFile.MANIFEST_NAME)))
                .findFirst()
                .map(PluginFolder::new)
                .orElseThrow(() -> new IllegalStateException("No folder of the class path has a "
                        + JarFile.MANIFEST_NAME + "; build the plugin with Maven"));
    }

    /** What the marketplace reads in the jar that the build will make of the folder. */
    PluginFile file() {
        try {
            Path jar = Files.createTempFile("plugin", ".jar");
            try {
                pack(classes, jar);
                return PluginFile.read(jar);
            } finally {
                Files.delete(jar);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The plugin's classes cannot be packed", e);
        }
    }

    PluginCode code() {
        return code;
    }

    String id() {
        return id;
    }

    List<String> uses() {
        return uses;
    }

    /** Whether it belongs to the panel itself, which says what its nouns are. */
    boolean isOfThePanel() {
        return symbolicName.matches("io\\.openpanel\\.[a-z]+");
    }

    /** Actions and events of others that its classes and routes name. */
    Set<String> used() {
        Set<String> used = new TreeSet<>(code.called());
        used.addAll(code.heard());
        for (Path route : files(classes.resolve("OPENPANEL-INF/routes"), ".yaml")) {
            Matcher endpoint = ENDPOINT.matcher(text(route));
            while (endpoint.find()) {
                used.add(endpoint.group(1));
            }
        }
        used.removeAll(code.actions().keySet());
        used.removeIf(name -> code.topics().stream().anyMatch(own -> covers(name, own)));
        return used;
    }

    static boolean covers(String glob, String name) {
        return glob.equals(name) || name.matches(Pattern.quote(glob).replace("*", "\\E[a-z0-9.-]*\\Q"));
    }

    List<String> linesOfRoles() {
        Path roles = classes.resolve("OPENPANEL-INF/roles.yaml");
        return Files.exists(roles)
                ? ROLE_LINE
                        .matcher(text(roles))
                        .results()
                        .map(line -> line.group(1))
                        .toList()
                : List.of();
    }

    Set<String> titlesOfTheConsole() {
        Path console = classes.resolve("OPENPANEL-INF/console.json");
        return Files.exists(console) ? new TreeSet<>(json(text(console)).findValuesAsText("title")) : Set.of();
    }

    /** What changes tables that a former version made; the first file makes them. */
    List<Migration> laterMigrations() {
        return files(classes.resolve("db"), ".sql").stream()
                .skip(1)
                .map(each -> new Migration(each.getFileName().toString(), text(each)))
                .toList();
    }

    Map<String, String> words(String language) {
        Map<String, String> words = new TreeMap<>();
        Path said = classes.resolve("OPENPANEL-INF/i18n/" + language + ".json");
        if (Files.exists(said)) {
            json(text(said))
                    .fields()
                    .forEachRemaining(
                            each -> words.put(each.getKey(), each.getValue().asText()));
        }
        return words;
    }

    String readme() {
        for (Path folder = classes.toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("pom.xml"))) {
                Path readme = folder.resolve("README.md");
                return Files.exists(readme) ? text(readme) : "";
            }
        }
        return "";
    }

    /** Installs and starts it where that was not done, and waits for its actions. */
    Bundle runIn(TestPanel panel) {
        Bundle bundle = panel.install(symbolicName);
        awaitActions(panel);
        return bundle;
    }

    void awaitActions(TestPanel panel) {
        try {
            panel.awaitActions(code.actions().keySet().toArray(String[]::new));
        } catch (AssertionError e) {
            throw new AssertionError(
                    "An action is not in the catalogue: " + e.getMessage() + "; the plugin is " + shown(panel), e);
        }
    }

    void awaitGone(TestPanel panel) {
        TestPanel.await(
                "the actions of " + id() + " to go", () -> operations(panel).isEmpty());
    }

    Collection<Operation> operations(TestPanel panel) {
        return panel.get(Catalogue.class).operations().stream()
                .filter(each -> each.plugin().equals(id()))
                .toList();
    }

    /** The plugin as the plugins page shows it. */
    JsonNode shown(TestPanel panel) {
        return json(panel.json(TestPanel.local(null), "plugin.get", "{\"plugin\":\"" + id() + "\"}"));
    }

    /** The form of its settings; empty where it has none. */
    JsonNode settings(TestPanel panel, String language) {
        String wanted = "{\"plugin\":\"" + id() + "\",\"language\":\"" + language + "\"}";
        return json(panel.json(TestPanel.local(null), "setting.get", wanted)).path("items");
    }

    /** Component → its XML, of those that are given settings. */
    Map<String, String> componentsWithSettings() {
        Map<String, String> components = new TreeMap<>();
        for (Path file : files(classes.resolve("OSGI-INF/metatype"), ".xml")) {
            Matcher designate = DESIGNATE.matcher(text(file));
            while (designate.find()) {
                String pid = designate.group(1);
                files(classes.resolve("OSGI-INF"), ".xml").stream()
                        .map(PluginFolder::text)
                        .filter(xml -> xml.contains("configuration-pid=\"" + pid + '"')
                                || xml.contains(" name=\"" + pid + '"') && !xml.contains("configuration-pid="))
                        .filter(xml -> xml.contains(":component "))
                        .forEach(xml -> components.put(pid, xml));
            }
        }
        return components;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
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

    private static List<Path> files(Path folder, String ending) {
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

    private static Attributes manifest(Path classes) {
        try (InputStream in = Files.newInputStream(classes.resolve(JarFile.MANIFEST_NAME))) {
            return new Manifest(in).getMainAttributes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        Path manifest = classes.resolve(JarFile.MANIFEST_NAME);
        try (InputStream in = Files.newInputStream(manifest);
                OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, new Manifest(in))) {
            for (Path each : files(classes, "")) {
                if (!each.equals(manifest)) {
                    entries.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                    Files.copy(each, entries);
                    entries.closeEntry();
                }
            }
        }
    }
}
