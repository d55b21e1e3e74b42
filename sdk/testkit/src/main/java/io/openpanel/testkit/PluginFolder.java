package io.openpanel.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Operation;
import io.openpanel.marketplace.PluginCode;
import io.openpanel.marketplace.PluginContents;
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
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.felix.utils.manifest.Clause;
import org.apache.felix.utils.manifest.Parser;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** A plugin as its build left it: the folder {@code target/classes}. */
final class PluginFolder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOST = "host:";

    private final Path classes;
    private final String symbolicName;
    private final String id;
    private final List<String> uses;
    private final PluginContents contents;

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
        this.contents = new PluginContents(classes);
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

    PluginContents contents() {
        return contents;
    }

    PluginCode code() {
        return contents.code();
    }

    String id() {
        return id;
    }

    List<String> uses() {
        return uses;
    }

    /** The actions and events of others in {@link #uses}, without the hosts. */
    List<String> usedByName() {
        return uses.stream().filter(each -> !each.startsWith(HOST)).toList();
    }

    /** The hosts in {@link #uses}. */
    List<String> hosts() {
        return uses.stream()
                .filter(each -> each.startsWith(HOST))
                .map(each -> each.substring(HOST.length()))
                .toList();
    }

    /** Whether it belongs to the panel itself, which says what its nouns are. */
    boolean isOfThePanel() {
        return symbolicName.matches("io\\.openpanel\\.[a-z]+");
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
            panel.awaitActions(code().actions().keySet().toArray(String[]::new));
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
            for (Path each : PluginContents.files(classes, "")) {
                if (!each.equals(manifest)) {
                    entries.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                    Files.copy(each, entries);
                    entries.closeEntry();
                }
            }
        }
    }
}
