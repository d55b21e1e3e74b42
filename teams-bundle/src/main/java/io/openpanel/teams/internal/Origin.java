package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An address of the panel as browsers name it: {@code https://panel.example:8443}.
 *
 * @param host what passkeys are bound to
 */
record Origin(String text, String host) {
    private static final Pattern ORIGIN = Pattern.compile("https?://[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?(:\\d{1,5})?");
    private static final Pattern NUMBERS = Pattern.compile("[\\d.]+");

    /** @throws Problem where browsers know no passkeys: at numbers, and at names without HTTPS */
    static Origin of(String text) {
        String origin = text.toLowerCase(Locale.ROOT);
        if (!ORIGIN.matcher(origin).matches()) {
            throw refused();
        }
        URI address = URI.create(origin);
        String host = address.getHost();
        boolean safe = address.getScheme().equals("https") || "localhost".equals(host);
        if (host == null || NUMBERS.matcher(host).matches() || !safe) {
            throw refused();
        }
        return new Origin(origin, host);
    }

    private static Problem refused() {
        return Problem.invalid(
                "origin",
                "Browsers know passkeys only at localhost or at a name with HTTPS; open the panel at such an address");
    }
}
