package io.openpanel.kernel.internal.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads a bundle's {@code OPENPANEL-INF/roles.yaml}: action → the built-in roles that have it. */
public final class Roles {
    public static final List<String> BUILT_IN = List.of("owner", "admin", "developer", "viewer");

    /** Where it lies in a bundle. */
    public static final String FILE = "OPENPANEL-INF/roles.yaml";

    private Roles() {}

    /** @throws IllegalArgumentException when the file names a role there is not */
    public static Map<String, Set<String>> of(Bundle bundle) {
        URL url = bundle.getEntry(FILE);
        if (url == null) {
            return Map.of();
        }
        try (InputStream in = url.openStream()) {
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException when it names a role there is not */
    public static Map<String, Set<String>> read(InputStream yaml) {
        Object document = new Load(LoadSettings.builder().setLabel("roles.yaml").build()).loadFromInputStream(yaml);
        Map<String, Set<String>> roles = new HashMap<>();
        if (document instanceof Map<?, ?> lines) {
            lines.forEach((action, names) -> roles.put(String.valueOf(action), names(String.valueOf(action), names)));
        }
        return roles;
    }

    private static Set<String> names(String action, Object names) {
        Set<String> known = new HashSet<>();
        for (Object name : names instanceof List<?> list ? list : List.of()) {
            if (!BUILT_IN.contains(name)) {
                throw new IllegalArgumentException("roles.yaml: " + action + " names the role '" + name
                        + "'; there are " + String.join(", ", BUILT_IN));
            }
            known.add((String) name);
        }
        return Set.copyOf(known);
    }
}
