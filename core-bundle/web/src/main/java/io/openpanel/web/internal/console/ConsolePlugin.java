package io.openpanel.web.internal.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.web.internal.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * What a plugin adds to the console.
 *
 * @param digest changes with any of its files
 * @param isolated whether nobody trusts it: its files are for its own frames alone
 * @param json as {@code /api/v1/console} lists it
 */
record ConsolePlugin(String id, String digest, boolean isolated, ObjectNode json, Assets files) {
    private static final String NAMESPACE = "openpanel.plugin";
    private static final String ROOT = "OPENPANEL-INF/";
    private static final List<String> LANGUAGES = List.of("en", "pt-BR");

    /**
     * Reads a bundle's part; empty where it has none.
     *
     * @throws IOException when a file cannot be read
     * @throws RuntimeException when one is not JSON
     */
    static Optional<ConsolePlugin> read(Bundle bundle) throws IOException {
        URL console = bundle.getEntry(ROOT + "console.json");
        Optional<BundleCapability> capability = capability(bundle);
        if (console == null || capability.isEmpty()) {
            return Optional.empty();
        }
        String id = String.valueOf(capability.get().getAttributes().get("id"));
        Object title = capability.get().getAttributes().getOrDefault("title", id);
        Digest digest = new Digest();
        ObjectNode json =
                Json.object().put("id", id).put("title", title.toString()).put("digest", "");
        json.set("console", read(console, digest));
        ObjectNode words = json.putObject("i18n");
        for (String language : LANGUAGES) {
            URL file = bundle.getEntry(ROOT + "i18n/" + language + ".json");
            if (file != null) {
                words.set(language, read(file, digest));
            }
        }
        for (URL file : files(bundle)) {
            digest.add(file.getPath()).add(bytes(file));
        }
        String text = digest.text();
        json.put("digest", text);
        boolean isolated = "true".equals(capability.get().getAttributes().get("isolated"));
        return Optional.of(new ConsolePlugin(id, text, isolated, json, new Assets(bundle, ROOT + "ui/")));
    }

    private static Optional<BundleCapability> capability(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null
                ? Optional.empty()
                : revision.getDeclaredCapabilities(NAMESPACE).stream().findFirst();
    }

    private static List<URL> files(Bundle bundle) {
        Enumeration<URL> found = bundle.findEntries(ROOT + "ui", "*", true);
        return found == null
                ? List.of()
                : Collections.list(found).stream()
                        .filter(url -> !url.getPath().endsWith("/"))
                        .sorted((a, b) -> a.getPath().compareTo(b.getPath()))
                        .toList();
    }

    private static JsonNode read(URL file, Digest digest) throws IOException {
        byte[] content = bytes(file);
        digest.add(file.getPath()).add(content);
        return Json.trusted(new String(content, StandardCharsets.UTF_8));
    }

    private static byte[] bytes(URL file) throws IOException {
        try (InputStream in = file.openStream()) {
            return in.readAllBytes();
        }
    }
}
