package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An OpenID Connect provider says by its back channel that a session ended, and is told when one ends here. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class OidcLogOutTest {
    private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
    private static TestPanel panel;
    private static Caller owner;
    private OidcRig rig;
    private HostileProvider provider;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new OidcRig(panel, owner);
        provider = rig.provider;
    }

    @AfterEach
    void end() {
        rig.close();
    }

    /** A browser that is signed in by a session that the provider calls so. */
    private Visitor enter(String session) {
        provider.claims = said -> said.claim("sid", session);
        Visitor browser = rig.another();
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(browser.signedIn()).isPresent();
        return browser;
    }

    private int tell(String token) {
        return new Visitor(panel)
                .knock("POST", "/sso/logout/" + rig.id, Map.of("logout_token", token))
                .status();
    }

    @Test
    void aSessionThatEndsThereEndsHereAtOnceAndNoOther() {
        Visitor first = enter("one");
        Caller token = first.signedIn().orElseThrow();
        Visitor second = enter("two");
        assertThat(tell(provider.logOutToken(said -> said.claim("sid", "one")))).isEqualTo(200);
        assertThat(first.signedIn()).isEmpty();
        assertThat(Visitor.refused(panel, token, "profile.get", Map.of())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(second.signedIn()).isPresent();
    }

    @Test
    void aSessionIsEnoughWithoutItsPersonAndThePersonWithoutASession() {
        Visitor first = enter("alone" + provider.subject);
        assertThat(tell(provider.logOutToken(said -> said.subject(null).claim("sid", "alone" + provider.subject))))
                .isEqualTo(200);
        assertThat(first.signedIn()).isEmpty();
        Visitor second = enter("b");
        Visitor third = enter("c");
        assertThat(tell(provider.logOutToken(any -> {}))).isEqualTo(200);
        assertThat(second.signedIn()).isEmpty();
        assertThat(third.signedIn()).isEmpty();
    }

    @Test
    void aTypedTokenIsTaken() throws JOSEException {
        Visitor browser = enter("one");
        provider.signer = said -> provider.typed(said, "logout+jwt");
        assertThat(tell(provider.logOutToken(any -> {}))).isEqualTo(200);
        assertThat(browser.signedIn()).isEmpty();
    }

    @Test
    void aTokenCountsOnce() {
        Visitor browser = enter("one");
        String token = provider.logOutToken(any -> {});
        assertThat(tell(token)).isEqualTo(200);
        assertThat(browser.signedIn()).isEmpty();
        Visitor later = enter("one");
        assertThat(tell(token)).isEqualTo(400);
        assertThat(later.signedIn()).isPresent();
    }

    static Stream<Arguments> lies() {
        return Stream.of(
                lie("another issuer", said -> said.issuer("https://other.example")),
                lie("another audience", said -> said.audience("somebody-else")),
                lie("no events", said -> said.claim("events", null)),
                lie("another event", said -> said.claim("events", Map.of("https://other.example", Map.of()))),
                lie("an event that is no object", said -> said.claim("events", Map.of(EVENT, "yes"))),
                lie("a nonce", said -> said.claim("nonce", "n")),
                lie("no id", said -> said.jwtID(null)),
                lie("neither person nor session", said -> said.subject(null)),
                lie("no time", said -> said.issueTime(null)),
                lie("made tomorrow", said -> said.issueTime(new Date(System.currentTimeMillis() + 86_400_000))),
                lie("made an hour ago", said -> said.issueTime(new Date(System.currentTimeMillis() - 3_600_000))),
                lie("expired", said -> said.expirationTime(new Date(System.currentTimeMillis() - 120_000))));
    }

    private static Arguments lie(String name, Consumer<JWTClaimsSet.Builder> lie) {
        return Arguments.of(name, lie);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aTokenThatLiesIsNotFollowed(String name, Consumer<JWTClaimsSet.Builder> lie) {
        Visitor browser = enter("one");
        assertThat(tell(provider.logOutToken(lie))).isEqualTo(400);
        assertThat(browser.signedIn()).isPresent();
    }

    @Test
    void aTokenThatTheProviderDidNotSignIsNotFollowed() {
        Visitor browser = enter("one");
        for (HostileProvider.Signer signer :
                List.<HostileProvider.Signer>of(provider::unsigned, provider::confused, provider::foreign)) {
            provider.signer = signer;
            assertThat(tell(provider.logOutToken(any -> {}))).isEqualTo(400);
        }
        assertThat(tell("made.up.token")).isEqualTo(400);
        assertThat(tell("")).isEqualTo(400);
        assertThat(browser.signedIn()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "secevent+jwt"})
    void aTokenOfAnotherKindIsNotFollowed(String type) {
        Visitor browser = enter("one");
        provider.signer = said -> provider.typed(said, type);
        assertThat(tell(provider.logOutToken(any -> {}))).isEqualTo(400);
        assertThat(browser.signedIn()).isPresent();
    }

    @Test
    void anIdTokenLogsNobodyOutAndALogOutTokenNobodyIn() {
        String[] idToken = new String[1];
        provider.signer = said -> {
            idToken[0] = provider.signed(said);
            return idToken[0];
        };
        Visitor browser = enter("one");
        assertThat(tell(idToken[0])).isEqualTo(400);
        assertThat(browser.signedIn()).isPresent();
        Visitor other = rig.another();
        provider.signer = any -> provider.signed(new JWTClaimsSet.Builder()
                .issuer(provider.issuer())
                .subject(provider.subject)
                .audience(HostileProvider.CLIENT)
                .jwtID("l")
                .claim("events", Map.of(EVENT, Map.of()))
                .issueTime(new Date())
                .expirationTime(new Date(System.currentTimeMillis() + 60_000))
                .build());
        assertThat(rig.logIn()).isEqualTo("/#sso=unauthenticated");
        assertThat(other.signedIn()).isEmpty();
    }

    @Test
    void theTokenOfOneProviderEndsNothingOfAnothers() throws IOException {
        Visitor browser = enter("one");
        try (OidcRig other = new OidcRig(panel, owner)) {
            other.provider.subject = provider.subject;
            assertThat(tell(other.provider.logOutToken(said -> said.claim("sid", "one"))))
                    .isEqualTo(400);
            assertThat(new Visitor(panel)
                            .knock(
                                    "POST",
                                    "/sso/logout/" + other.id,
                                    Map.of(
                                            "logout_token",
                                            other.provider.logOutToken(said -> said.claim("sid", "one"))))
                            .status())
                    .isEqualTo(200);
        }
        assertThat(browser.signedIn()).isPresent();
    }

    @Test
    void aSessionThatWaitsForItsSecondFactorNeverBegins() throws SQLException {
        Visitor browser = enter("one");
        String user = Visitor.call(panel, browser.signedIn().orElseThrow(), "profile.get", Map.of())
                .get("user")
                .asText()
                .substring("user:".length());
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into teams.factor (id, user_id, kind, name, created_at, confirmed_at) values ('"
                    + provider.subject + "', '" + user + "', 'passkey', 'Key', now(), now())");
            rig.another();
            assertThat(rig.logIn()).startsWith("/#challenge=");
            String waiting = "select count(*) from teams.challenge where user_id = '" + user + "'";
            assertThat(count(statement, waiting)).isEqualTo(1);
            assertThat(tell(provider.logOutToken(any -> {}))).isEqualTo(200);
            assertThat(count(statement, waiting)).isZero();
        }
    }

    private static int count(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static JsonNode leave(Caller person) {
        return Visitor.call(panel, person, "single-sign-on.leave", Map.of("origin", HostileSaml.PANEL));
    }

    @Test
    void whoLogsOutHereIsSentToLogOutThereWhereTheOwnerWantsThat() {
        Caller person = enter("one").signedIn().orElseThrow();
        assertThat(leave(person).has("url")).isFalse();
        rig.call("identity-provider.update", Map.of("identityProvider", rig.id, "logOut", true));
        String url = leave(person).get("url").asText();
        assertThat(url).startsWith(provider.issuer() + "/leave?");
        Map<String, String> asked = HostileProvider.parameters(URI.create(url).getRawQuery());
        assertThat(asked).containsEntry("client_id", HostileProvider.CLIENT);
        assertThat(asked).containsEntry("post_logout_redirect_uri", HostileSaml.PANEL + '/');
        assertThat(asked.get("id_token_hint").split("\\.")).hasSize(3);
        assertThat(leave(owner).has("url")).isFalse();
    }

    @Test
    void whatAProviderIsToldWithLiesSealed() throws SQLException {
        enter("one");
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select hint from sso.provider_session where subject = '" + provider.subject + "'")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("v").doesNotContain("eyJ");
        }
    }
}
