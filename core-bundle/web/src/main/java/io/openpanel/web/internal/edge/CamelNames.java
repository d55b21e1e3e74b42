package io.openpanel.web.internal.edge;

import java.util.List;

/** Names that mean something to Camel components: from outside they are dropped (CVE-2025-27636, CVE-2025-29891). */
public final class CamelNames {
    private static final List<String> PREFIXES = List.of("camel", "org.apache.camel.", "websocket.");

    private CamelNames() {}

    public static boolean has(String name) {
        for (String prefix : PREFIXES) {
            if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        return false;
    }
}
