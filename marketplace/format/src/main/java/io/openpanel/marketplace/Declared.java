package io.openpanel.marketplace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.felix.utils.manifest.Clause;
import org.apache.felix.utils.manifest.Parser;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** What a plugin's manifest says, where it says nothing that a plugin may not. */
record Declared(String id, String title, String symbolicName, String version, String host, List<String> permissions) {
    private static final String CAPABILITY = "openpanel.plugin";
    private static final String API = "io.openpanel.api";
    private static final List<String> FORBIDDEN = List.of(
            "Fragment-Host", "Require-Bundle", "Bundle-NativeCode", "DynamicImport-Package", "Launcher-Agent-Class");

    static Declared of(Path file) throws IOException {
        Attributes manifest;
        try (JarFile jar = new JarFile(file.toFile())) {
            manifest = Optional.ofNullable(jar.getManifest())
                    .map(Manifest::getMainAttributes)
                    .orElseThrow(() -> new Refused("The jar has no manifest; it is no plugin"));
        }
        for (String header : FORBIDDEN) {
            if (manifest.getValue(header) != null) {
                throw new Refused(
                        "The manifest has " + header + ", by which a plugin would reach into others; leave it out");
            }
        }
        String symbolicName = parsed("Bundle-SymbolicName", required(manifest, "Bundle-SymbolicName"))[0].getName();
        if (!symbolicName.matches("[a-zA-Z0-9_-]+(\\.[a-zA-Z0-9_-]+)*")) {
            throw new Refused("Bundle-SymbolicName '" + symbolicName + "' is none");
        }
        requireOwnExports(manifest, symbolicName);
        requireOwnClassPath(manifest);
        Clause plugin = plugin(manifest);
        String id = Optional.ofNullable(plugin.getAttribute("id")).orElse("");
        if (!id.matches("[a-z][a-z0-9-]{1,62}")) {
            throw new Refused("The plugin's id '" + id + "' must be of lower-case letters, digits and dashes");
        }
        return new Declared(
                id,
                Optional.ofNullable(plugin.getAttribute("title")).orElse(id),
                symbolicName,
                version(required(manifest, "Bundle-Version")),
                host(manifest),
                permissions(plugin));
    }

    private static String required(Attributes manifest, String header) {
        String value = manifest.getValue(header);
        if (value == null || value.isBlank()) {
            throw new Refused("The manifest has no " + header + "; it is no plugin");
        }
        return value;
    }

    private static String version(String text) {
        try {
            return Version.parseVersion(text).toString();
        } catch (IllegalArgumentException e) {
            throw new Refused("Bundle-Version '" + text + "' is no version such as 1.2.0", e);
        }
    }

    private static void requireOwnExports(Attributes manifest, String symbolicName) {
        for (Clause each : clauses(manifest, "Export-Package")) {
            if (!(each.getName() + '.').startsWith(symbolicName + '.')) {
                throw new Refused(
                        "It exports the package " + each.getName() + ", which is not its own; export nothing");
            }
        }
    }

    private static void requireOwnClassPath(Attributes manifest) {
        for (Clause each : clauses(manifest, "Bundle-ClassPath")) {
            if (each.getName().contains(":")
                    || each.getName().contains("..")
                    || each.getName().startsWith("/")) {
                throw new Refused("Its class path leads to " + each.getName() + "; libraries lie in the jar itself");
            }
        }
    }

    private static Clause plugin(Attributes manifest) {
        List<Clause> found = Arrays.stream(clauses(manifest, "Provide-Capability"))
                .filter(each -> each.getName().equals(CAPABILITY))
                .toList();
        if (found.size() != 1) {
            throw new Refused(
                    found.isEmpty()
                            ? "The jar is a bundle and no plugin; give its package-info an @Plugin"
                            : "The jar holds " + found.size() + " plugins; make a jar of each");
        }
        return found.get(0);
    }

    private static String host(Attributes manifest) {
        return Arrays.stream(clauses(manifest, "Import-Package"))
                .filter(each -> each.getName().equals(API))
                .findFirst()
                .map(each -> Optional.ofNullable(each.getAttribute("version"))
                        .orElseThrow(() -> new Refused("It does not say which versions of " + API + " it works with")))
                .map(text -> {
                    try {
                        return new VersionRange(text).toString();
                    } catch (IllegalArgumentException e) {
                        throw new Refused("'" + text + "' is no range of versions such as [1.0,2)", e);
                    }
                })
                .orElseThrow(() -> new Refused("It does not import " + API + "; it is no plugin"));
    }

    private static List<String> permissions(Clause plugin) {
        String uses = Optional.ofNullable(plugin.getAttribute("uses:List<String>"))
                .or(() -> Optional.ofNullable(plugin.getAttribute("uses")))
                .orElse("");
        return Arrays.stream(uses.split(","))
                .map(String::strip)
                .filter(glob -> !glob.isEmpty())
                .sorted()
                .distinct()
                .toList();
    }

    private static Clause[] parsed(String header, String value) {
        try {
            return Parser.parseHeader(value);
        } catch (RuntimeException e) {
            throw new Refused("The manifest's " + header + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Clause[] clauses(Attributes manifest, String header) {
        String value = manifest.getValue(header);
        return value == null || value.isBlank() ? new Clause[0] : parsed(header, value);
    }
}
