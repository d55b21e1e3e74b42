package io.openpanel.itests;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** People of a panel's own team, each with the browser they are signed in with. */
final class Staff {
    static final String PASSWORD = "nine lazy harbours";

    private final Panel panel;
    private final Set<String> joined = ConcurrentHashMap.newKeySet();

    Staff(Panel panel) {
        this.panel = panel;
    }

    static String email(String person) {
        return person + "@example.test";
    }

    /** A refresh cookie, and the access token that came with it. */
    final class Browser {
        private final String cookie;
        private final String access;

        private Browser(String cookie, String access) {
            this.cookie = cookie;
            this.access = access;
        }

        String cookie() {
            return cookie;
        }

        String access() {
            return access;
        }

        /** Another tab, or somebody who has the cookie too. */
        Browser copy() {
            return new Browser(cookie, access);
        }

        /** With what the panel gives for the cookie; empty where it gives nothing. */
        Optional<Browser> refresh() {
            return Optional.of(send("/auth/refresh", Map.of(), "Cookie", "op_rt=" + cookie))
                    .filter(answer -> answer.status() == 200)
                    .map(Staff.this::browser);
        }
    }

    private Api.Answer send(String path, Map<String, ?> body, String... headers) {
        return panel.anonymous().send("POST", path, Api.json(body).getBytes(StandardCharsets.UTF_8), headers);
    }

    private Browser browser(Api.Answer answer) {
        String cookie = answer.headers().firstValue("set-cookie").orElseThrow();
        return new Browser(
                cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';')),
                answer.json().get("accessToken").asText());
    }

    /** Signs somebody in, who joins as a developer where they are not there yet. */
    Browser browser(String person) {
        if (joined.add(person)) {
            String token = panel.owner()
                    .post("/api/v1/invitations", Map.of("email", email(person), "role", "role:developer"))
                    .ok()
                    .json()
                    .get("token")
                    .asText();
            panel.anonymous()
                    .post("/api/v1/invitations/accept", Map.of("token", token, "password", PASSWORD, "name", person))
                    .ok();
        }
        return browser(send("/auth/login", Map.of("email", email(person), "password", PASSWORD))
                .ok());
    }

    /** A key of somebody's. */
    Api key(Api of, Map<String, ?> scope) {
        return new Api(panel.url(), tryKey(of, scope).ok().json().get("token").asText());
    }

    Api.Answer tryKey(Api of, Map<String, ?> scope) {
        Map<String, Object> input = new LinkedHashMap<>(Map.of("name", "key-" + System.nanoTime()));
        input.putAll(scope);
        return of.post("/api/v1/api-keys", input);
    }
}
