package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Accounts made just in time, roles that follow groups, linking, second factors and GitHub. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class SignOnInThePanelTest {
    private static TestPanel panel;
    private static Caller owner;
    private static int people;
    private OidcRig rig;
    private HostileProvider provider;
    private String id;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new OidcRig(panel, owner);
        provider = rig.provider;
        id = rig.id;
        provider.email = "nina" + ++people + "@example.com";
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private static JsonNode call(String action, Map<String, ?> input) {
        return Visitor.call(panel, owner, action, input);
    }

    private String logIn(Visitor browser, String... groups) {
        provider.groups = List.of(groups);
        return browser.go("/sso/callback/" + id, provider.logIn(browser.go("/sso/start/" + id, Map.of())));
    }

    private Caller enter(String... groups) {
        Visitor browser = new Visitor(panel);
        assertThat(logIn(browser, groups)).isEqualTo("/");
        return browser.signedIn().orElseThrow();
    }

    private String role(Caller person) {
        return Visitor.call(panel, person, "profile.get", Map.of()).path("role").asText("none");
    }

    private String member() {
        for (JsonNode each : call("member.list", Map.of()).get("items")) {
            if (each.get("email").asText().equals(provider.email)) {
                return each.get("member").asText();
            }
        }
        return "";
    }

    @Test
    void theRoleFollowsTheGroupsAtEachLogIn() {
        assertThat(role(enter("devs"))).isEqualTo("developer");
        assertThat(role(enter("lookers", "strangers"))).isEqualTo("viewer");
        // Of several rules for a team the first counts.
        assertThat(role(enter("lookers", "devs"))).isEqualTo("developer");
        Visitor browser = new Visitor(panel);
        assertThat(logIn(browser)).isEqualTo("/#sso=denied");
        assertThat(member()).isEmpty();
        // The account is there still, and the groups give a role again.
        assertThat(role(enter("devs"))).isEqualTo("developer");
    }

    @Test
    void aRoleThatWasChangedByHandStays() {
        enter("devs");
        call("member.update", Map.of("member", member(), "role", "admin"));
        assertThat(role(enter("lookers"))).isEqualTo("admin");
        assertThat(role(enter())).isEqualTo("admin");
    }

    @Test
    void nobodyIsMadeWithoutARuleOrWhereTheProviderMakesNobody() {
        assertThat(logIn(new Visitor(panel), "strangers")).isEqualTo("/#sso=denied");
        call("identity-provider.update", Map.of("identityProvider", id, "newcomers", false));
        assertThat(logIn(new Visitor(panel), "devs")).isEqualTo("/#sso=denied");
        assertThat(member()).isEmpty();
    }

    @Test
    void theSubjectIsThePersonAndNotTheirAddress() {
        Caller first = enter("devs");
        String user =
                Visitor.call(panel, first, "profile.get", Map.of()).get("user").asText();
        String former = provider.email;
        provider.email = "renamed" + people + "@example.com";
        assertThat(Visitor.call(panel, enter("devs"), "profile.get", Map.of())
                        .get("user")
                        .asText())
                .isEqualTo(user);
        provider.subject = "s-2";
        provider.email = former;
        assertThat(logIn(new Visitor(panel), "devs")).isEqualTo("/#sso=conflict");
    }

    @Test
    void anAccountIsLinkedByWhoeverIsSignedInAndGivesThePassword() {
        provider.email = Visitor.OWNER;
        assertThat(logIn(new Visitor(panel))).isEqualTo("/#sso=conflict");
        String proof = proofOf(owner);
        assertThat(Visitor.refused(panel, owner, "identity.confirm", Map.of("proof", proof, "password", "wrong")))
                .isEqualTo(Problem.Kind.INVALID);
        call("identity.confirm", Map.of("proof", proof, "password", Visitor.PASSWORD));
        assertThat(Visitor.refused(
                        panel, owner, "identity.confirm", Map.of("proof", proof, "password", Visitor.PASSWORD)))
                .isEqualTo(Problem.Kind.INVALID);

        assertThat(role(enter())).isEqualTo("owner");
        String identity =
                call("identity.list", Map.of()).at("/items/0/identity").asText();
        call("identity.unlink", Map.of("identity", identity, "password", Visitor.PASSWORD));
        assertThat(logIn(new Visitor(panel))).isEqualTo("/#sso=conflict");
        assertThat(role(owner)).isEqualTo("owner");
    }

    private String proofOf(Caller person) {
        String url = Visitor.call(
                        panel, person, "identity.link", Map.of("provider", id, "origin", "https://panel.example:8443"))
                .get("url")
                .asText();
        String back = new Visitor(panel).go("/sso/callback/" + id, provider.logIn(url));
        assertThat(back).startsWith("/settings/profile#identity=");
        return back.substring(back.indexOf('=') + 1, back.lastIndexOf("." + provider.email.replace("@", "%40")));
    }

    @Test
    void whatOnePersonBeganNobodyElseLinks() {
        Caller nina = enter("devs");
        provider.subject = "another";
        String proof = proofOf(owner);
        assertThat(Visitor.refused(panel, nina, "identity.confirm", Map.of("proof", proof, "password", "any")))
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void anIdentityOfSomebodyElseIsNotLinked() {
        enter("devs");
        assertThat(Visitor.refused(
                        panel,
                        owner,
                        "identity.confirm",
                        Map.of("proof", proofOf(owner), "password", Visitor.PASSWORD)))
                .isEqualTo(Problem.Kind.CONFLICT);
    }

    @Test
    void whoHasNoPasswordHereCannotUnlinkTheirOnlyWayIn() {
        Caller nina = enter("devs");
        String identity = Visitor.call(panel, nina, "identity.list", Map.of())
                .at("/items/0/identity")
                .asText();
        assertThat(Visitor.refused(
                        panel, nina, "identity.unlink", Map.of("identity", identity, "password", "a guess of mine")))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(role(enter("devs"))).isEqualTo("developer");
    }

    @Test
    void aTeamThatAsksForASecondFactorTakesAProviderThatSawOne() throws SQLException {
        call("identity-provider.update", Map.of("identityProvider", id, "secondFactor", List.of("otp", "gold")));
        Caller without = enter("devs");
        provider.claims = said -> said.claim("amr", List.of("pwd", "otp"));
        Caller byAmr = enter("devs");
        provider.claims = said -> said.claim("acr", "gold");
        Caller byAcr = enter("devs");
        sql("update teams.team set second_factor = true");
        try {
            // What is known of people and teams is at most five seconds old.
            TestPanel.await("the team asks", () -> isRefusedForWantOfASecondFactor(without));
            assertThat(isRefusedForWantOfASecondFactor(byAmr)).isFalse();
            assertThat(isRefusedForWantOfASecondFactor(byAcr)).isFalse();
        } finally {
            sql("update teams.team set second_factor = false");
            TestPanel.await("the team asks no more", () -> !isRefusedForWantOfASecondFactor(without));
        }
    }

    private boolean isRefusedForWantOfASecondFactor(Caller person) {
        Problem refused =
                catchThrowableOfType(Problem.class, () -> Visitor.call(panel, person, "member.list", Map.of()));
        return refused != null && refused.kind() == Problem.Kind.STEP_UP;
    }

    @Test
    void whoHasASecondFactorHereIsAskedForItUnlessTheProviderSawOne() throws SQLException {
        Caller nina = enter("devs");
        String user = Visitor.call(panel, nina, "profile.get", Map.of())
                .get("user")
                .asText()
                .substring("user:".length());
        sql("insert into teams.factor (id, user_id, kind, name, created_at, confirmed_at) values ('f" + people + "', '"
                + user + "', 'passkey', 'Key', now(), now())");
        Visitor browser = new Visitor(panel);
        assertThat(logIn(browser, "devs"))
                .matches("/#challenge=[\\w-]{43}&[^&]+&passkey&" + provider.email.replace("@", "%40"));
        assertThat(browser.signedIn()).isEmpty();

        call("identity-provider.update", Map.of("identityProvider", id, "secondFactor", List.of("*")));
        assertThat(role(enter("devs"))).isEqualTo("developer");
    }

    @Test
    void gitHubSaysWhoSomebodyIsByItsUserApi() {
        id = rig.declare(Map.of(
                "preset", "github", "rules", List.of(Map.of("group", "acme/ops", "team", "Home", "role", "admin"))));
        Caller nina = enter();
        JsonNode profile = Visitor.call(panel, nina, "profile.get", Map.of());
        assertThat(profile.get("email").asText()).isEqualTo(provider.email);
        assertThat(profile.get("name").asText()).isEqualTo("Nina");
        assertThat(profile.get("role").asText()).isEqualTo("admin");
    }

    @Test
    void anAddressThatGitHubHasNotVerifiedMakesNoAccount() {
        provider.verified = false;
        id = rig.declare(
                Map.of("preset", "github", "rules", List.of(Map.of("group", "acme", "team", "Home", "role", "admin"))));
        assertThat(logIn(new Visitor(panel))).isEqualTo("/#sso=denied");
    }

    @Test
    void theSecretIsShownToNobodyAndLiesSealed() throws SQLException {
        String shown =
                call("identity-provider.get", Map.of("identityProvider", id)).toString();
        assertThat(shown).doesNotContain(HostileProvider.SECRET).contains("\"hasSecret\":true");
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select client_secret from sso.identity_provider where id = '" + id + "'")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("v").doesNotContain("client's");
        }
        assertThat(call("identity-provider.test", Map.of("identityProvider", id))
                        .toString())
                .contains("client known");
        call("identity-provider.update", Map.of("identityProvider", id, "clientSecret", "wrong"));
        assertThat(Visitor.refused(panel, owner, "identity-provider.test", Map.of("identityProvider", id)))
                .isEqualTo(Problem.Kind.CONFLICT);
    }

    @Test
    void onlyOwnersOfThePanelDeclareProviders() {
        Caller nina = enter("devs");
        assertThat(Visitor.refused(panel, nina, "identity-provider.list", Map.of()))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(Visitor.refused(panel, nina, "identity-provider.delete", Map.of("identityProvider", id)))
                .isIn(Problem.Kind.DENIED, Problem.Kind.MISSING);
        assertThat(Visitor.call(panel, new Caller.Anonymous(), "identity-provider.offered", Map.of())
                        .toString())
                .contains(id)
                .doesNotContain("clientId", provider.issuer());
    }

    @Test
    void aProviderIsSaidClearlyOrRefused() {
        for (Map<String, ?> wrong : List.<Map<String, ?>>of(
                Map.of("address", "http://id.example.com"),
                Map.of("address", "ftp://id.example.com"),
                Map.of("address", "https://user@id.example.com"),
                Map.of("address", ""),
                Map.of("rules", List.of(Map.of("group", "g", "team", "Nowhere", "role", "viewer"))),
                Map.of("rules", List.of(Map.of("group", "g", "team", "Home", "role", "emperor"))),
                Map.of("preset", "github", "clientSecret", ""))) {
            Problem refused = catchThrowableOfType(Problem.class, () -> rig.declare(wrong));
            assertThat(refused).as(wrong.toString()).isNotNull();
            assertThat(refused.kind()).as(wrong.toString()).isEqualTo(Problem.Kind.INVALID);
        }
    }

    @Test
    void aProviderThatIsOfferedNoMoreLetsNobodyIn() {
        Visitor browser = new Visitor(panel);
        Map<String, String> back = provider.logIn(browser.go("/sso/start/" + id, Map.of()));
        call("identity-provider.update", Map.of("identityProvider", id, "offered", false));
        Problem refused = catchThrowableOfType(Problem.class, () -> browser.go("/sso/callback/" + id, back));
        assertThat(refused.kind()).isEqualTo(Problem.Kind.MISSING);
    }

    private static void sql(String text) throws SQLException {
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }
}
