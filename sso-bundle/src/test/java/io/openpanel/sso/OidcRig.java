package io.openpanel.sso;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An OpenID Connect provider that is declared at a panel, and a browser that goes between the two. */
final class OidcRig implements AutoCloseable {
    final HostileProvider provider = new HostileProvider();
    final String id;
    private final TestPanel panel;
    private final Caller owner;
    Visitor browser;

    OidcRig(TestPanel panel, Caller owner) throws IOException {
        this.panel = panel;
        this.owner = owner;
        provider.groups = List.of("devs");
        provider.subject = "s-" + System.nanoTime();
        provider.email = "n" + System.nanoTime() + "@example.com";
        id = declare(Map.of());
        another();
    }

    String declare(Map<String, ?> besides) {
        Map<String, Object> input = new HashMap<>(Map.of(
                "name",
                "P" + System.nanoTime(),
                "preset",
                "oidc",
                "address",
                provider.issuer(),
                "clientId",
                HostileProvider.CLIENT,
                "clientSecret",
                HostileProvider.SECRET,
                "newcomers",
                true,
                "rules",
                List.of(
                        Map.of("group", "bosses", "team", "Home", "role", "owner"),
                        Map.of("group", "devs", "team", "Home", "role", "developer"),
                        Map.of("group", "lookers", "team", "Home", "role", "viewer"))));
        input.putAll(besides);
        return call("identity-provider.create", input)
                .get("identityProvider")
                .asText()
                .substring("identity-provider:".length());
    }

    JsonNode call(String action, Map<String, ?> input) {
        return Visitor.call(panel, owner, action, input);
    }

    /** Another browser from now on. */
    Visitor another() {
        browser = new Visitor(panel);
        return browser;
    }

    String begin() {
        return browser.go("/sso/start/" + id, Map.of("return", "/apps"));
    }

    String logIn() {
        return browser.go("/sso/callback/" + id, provider.logIn(begin()));
    }

    @Override
    public void close() {
        provider.close();
    }
}
