package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A SAML provider that is declared at a panel, and a browser that goes between the two. */
final class SamlRig implements AutoCloseable {
    private static int visitors;
    final HostileSaml provider = new HostileSaml();
    final String id;
    private final TestPanel panel;
    private final Caller owner;
    Visitor browser;

    SamlRig(TestPanel panel, Caller owner) throws IOException {
        this.panel = panel;
        this.owner = owner;
        provider.groups = List.of("devs");
        provider.email = "n" + System.nanoTime() + "@example.com";
        id = declare(Map.of("metadata", provider.address() + "/metadata"));
        another();
    }

    String declare(Map<String, ?> besides) {
        Map<String, Object> input = new HashMap<>(Map.of(
                "name",
                "P" + System.nanoTime(),
                "preset",
                "saml",
                "clientId",
                HostileSaml.PANEL,
                "newcomers",
                true,
                "rules",
                List.of(
                        Map.of("group", "devs", "team", "Home", "role", "developer"),
                        Map.of("group", "R&D", "team", "Home", "role", "viewer"))));
        input.putAll(besides);
        return call("identity-provider.create", input)
                .get("identityProvider")
                .asText()
                .substring("identity-provider:".length());
    }

    JsonNode call(String action, Map<String, ?> input) {
        return Visitor.call(panel, owner, action, input);
    }

    /** Another browser from now on, from an address of its own: log-ins of one address that are not ended are limited. */
    Visitor another() {
        browser = new Visitor(panel, "198.51.100." + ++visitors);
        return browser;
    }

    String begin() {
        return browser.go("/sso/start/" + id, Map.of("return", "/apps"));
    }

    String logIn() {
        return finish(provider.logIn(begin()));
    }

    String finish(Map<String, String> form) {
        return follow(browser, browser.post("/sso/callback/" + id, form));
    }

    String follow(Visitor visitor, String back) {
        String prefix = "/sso/callback/" + id + "?";
        return back.startsWith(prefix)
                ? visitor.go("/sso/callback/" + id, HostileProvider.parameters(back.substring(prefix.length())))
                : back;
    }

    /** Why: what the log and the audit trail say; the person is only told to begin again. */
    void isRefused(String because) {
        isRefused(provider.logIn(begin()), because);
    }

    void isRefused(Map<String, String> form, String because) {
        assertThat(browser.post("/sso/callback/" + id, form)).startsWith("/sso/callback/");
        Map<String, Object> back = Map.of(
                "provider",
                id,
                "browser",
                browser.cookie("__Host-op_sso"),
                "state",
                form.get("RelayState"),
                "secure",
                true);
        Problem refused = catchThrowableOfType(
                Problem.class, () -> Visitor.call(panel, new Caller.Anonymous(), "single-sign-on.finish", back));
        assertThat(refused).isNotNull();
        assertThat(refused.kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused.getMessage()).contains(because);
        assertThat(browser.signedIn()).isEmpty();
    }

    @Override
    public void close() {
        provider.close();
    }
}
