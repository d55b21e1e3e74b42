package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.marketplace.PluginFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;

/**
 * What the panel's own framework has of a plugin whose code it must not load: its name, its words, its roles, its tables,
 * its settings, its routes, which are checked, and its lists and framed pages in the console. No class, no component, no
 * script that would run in a page of the panel.
 */
public final class StandIn {
    private static final String ROOT = "OPENPANEL-INF/";
    private static final int MOST_BYTES = 1 << 20;
    private static final Pattern COPIED = Pattern.compile("db/[^/]+\\.sql|OSGI-INF/metatype/[^/]+\\.xml"
            + "|OSGI-INF/l10n/[^/]+\\.properties|OPENPANEL-INF/routes/[^/]+\\.yaml|OPENPANEL-INF/ui/.*[^/]");
    /** Where somebody looks at one thing, or at the team; not around every page. */
    private static final Set<String> PLACES =
            Set.of("overview", "overview.main", "app", "project", "deployment", "container");

    private static final List<String> LANGUAGES = List.of("en", "pt-BR");

    private final PluginFile plugin;
    private final JarFile jar;

    private StandIn(PluginFile plugin, JarFile jar) {
        this.plugin = plugin;
        this.jar = jar;
    }

    /** The bytes of the bundle that stands for a plugin's jar. */
    public static byte[] of(Path file) {
        PluginFile plugin = PluginFile.read(file);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarFile jar = new JarFile(file.toFile())) {
            new StandIn(plugin, jar).write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("The file of " + plugin.title() + " cannot be read", e);
        }
        return bytes.toByteArray();
    }

    private void write(ByteArrayOutputStream bytes) throws IOException {
        try (JarOutputStream out = new JarOutputStream(bytes, manifest())) {
            copy(out, ROOT + "roles.yaml");
            if (PluginOf.hasCode(jar.getManifest().getMainAttributes()::getValue)) {
                put(out, PluginOf.PROCESS, new byte[0]);
            }
            for (JarEntry entry : jar.stream().toList()) {
                if (COPIED.matcher(entry.getName()).matches()) {
                    copy(out, entry.getName());
                }
            }
            if (jar.getEntry(ROOT + "console.json") != null) {
                put(out, ROOT + "console.json", Json.bytes(console(json(ROOT + "console.json"))));
            }
            for (String language : LANGUAGES) {
                String words = ROOT + "i18n/" + language + ".json";
                if (jar.getEntry(words) != null) {
                    put(out, words, Json.bytes(words(json(words))));
                }
            }
        }
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, plugin.symbolicName());
        main.putValue(Constants.BUNDLE_VERSION, plugin.version());
        main.putValue(
                Constants.PROVIDE_CAPABILITY,
                "openpanel.plugin;id=" + quoted(plugin.id()) + ";title=" + quoted(plugin.title())
                        + ";isolated=true;uses:List<String>=" + quoted(String.join(",", plugin.permissions())));
        return manifest;
    }

    private static String quoted(String text) {
        return '"' + text.replaceAll("[\\\\\"\\p{Cntrl}]", " ") + '"';
    }

    private void copy(JarOutputStream out, String name) throws IOException {
        if (jar.getEntry(name) != null) {
            put(out, name, read(name));
        }
    }

    private byte[] read(String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new Problem(Problem.Kind.CONFLICT, name + " of " + plugin.title() + " is too long");
            }
            return bytes;
        }
    }

    private ObjectNode json(String name) throws IOException {
        try {
            return Json.parseObject(read(name));
        } catch (Problem problem) {
            throw new Problem(Problem.Kind.CONFLICT, name + " of " + plugin.title() + ": " + problem.getMessage());
        }
    }

    private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    /** Its lists and framed pages, under paths of its own. A module would be a script with the session of who looks. */
    private ObjectNode console(ObjectNode said) {
        ObjectNode console = Json.object();
        keep(said, console, List.of("nav", "pages"), each -> {
            String path = each.path("path").asText("");
            return path.equals('/' + plugin.id()) || path.startsWith('/' + plugin.id() + '/');
        });
        keep(
                said,
                console,
                List.of("tabs", "widgets"),
                each -> each.has("frame") && PLACES.contains(each.path("on").asText("")));
        return console;
    }

    private static void keep(ObjectNode said, ObjectNode console, List<String> parts, Predicate<JsonNode> fits) {
        for (String part : parts) {
            ArrayNode kept = console.putArray(part);
            for (JsonNode each : said.path(part)) {
                if (!each.has("module") && fits.test(each)) {
                    kept.add(each);
                }
            }
        }
    }

    /** Its words, without those for what others do and say. */
    private ObjectNode words(ObjectNode said) {
        ObjectNode words = Json.object();
        said.properties().forEach(each -> {
            String key = each.getKey();
            boolean own = !key.startsWith("action.") && !key.startsWith("said.")
                    || key.startsWith("action." + plugin.id() + '.')
                    || key.startsWith("action." + plugin.id() + '-');
            if (own && each.getValue().isTextual()) {
                words.set(key, each.getValue());
            }
        });
        return words;
    }
}
