package io.openpanel.teams.internal;

import io.openpanel.api.Door;
import java.util.List;
import java.util.Optional;

/** The cookie that holds a browser's refresh token, out of reach of scripts. */
final class RefreshCookie {
    /** {@code __Host-} makes browsers insist on HTTPS, so plain HTTP on loopback needs a name of its own. */
    private static final String OVER_TLS = "__Host-op_rt";

    private static final String ON_LOOPBACK = "op_rt";

    private RefreshCookie() {}

    static Optional<String> read(Door.Request request) {
        String name = request.secure() ? OVER_TLS : ON_LOOPBACK;
        return request.headers().getOrDefault("cookie", List.of()).stream()
                .flatMap(line -> List.of(line.split(";")).stream())
                .map(String::strip)
                .filter(pair -> pair.startsWith(name + '='))
                .map(pair -> pair.substring(name.length() + 1))
                .filter(token -> !token.isEmpty())
                .findFirst();
    }

    static String set(Door.Request request, String token) {
        return set(request.secure(), token);
    }

    static String set(boolean secure, String token) {
        return line(secure, token, Sessions.IDLE.toSeconds());
    }

    static String clear(Door.Request request) {
        return line(request.secure(), "", 0);
    }

    private static String line(boolean secure, String token, long seconds) {
        return (secure ? OVER_TLS : ON_LOOPBACK) + '=' + token + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
                + seconds + (secure ? "; Secure" : "");
    }
}
