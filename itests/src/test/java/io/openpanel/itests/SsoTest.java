package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The whole product and a real Keycloak: from the button on the log-in page to the console. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SsoTest {
    private static Panel panel;
    private static Keycloak keycloak;
    private static Api owner;
    private static String provider;
    private static String saml;

    @BeforeAll
    static void start() throws IOException {
        panel = Panel.start();
        keycloak = Keycloak.start(panel);
        owner = panel.owner();
        String team = owner.get("/api/v1/profile").ok().json().get("teamName").asText();
        JsonNode made = owner.post(
                        "/api/v1/identity-providers",
                        Map.of(
                                "name",
                                "Keycloak",
                                "preset",
                                "oidc",
                                "address",
                                keycloak.issuer(),
                                "clientId",
                                "openpanel",
                                "clientSecret",
                                Keycloak.SECRET,
                                "newcomers",
                                true,
                                "rules",
                                List.of(
                                        Map.of("group", "devs", "team", team, "role", "developer"),
                                        Map.of("group", "viewers", "team", team, "role", "viewer"))))
                .ok()
                .json();
        provider = made.get("identityProvider").asText().substring("identity-provider:".length());
        assertThat(made.toString()).doesNotContain(Keycloak.SECRET);
    }

    @AfterAll
    static void stop() {
        if (keycloak != null) {
            keycloak.close();
        }
        if (panel != null) {
            panel.close();
        }
    }

    private static String callback(SsoBrowser browser, String name) {
        return browser.logIn(panel.url() + "/sso/start/" + provider + "?return=/apps", name);
    }

    private static JsonNode profile(SsoBrowser browser) {
        return new Api(panel.url(), browser.accessToken(panel).orElseThrow())
                .get("/api/v1/profile")
                .ok()
                .json();
    }

    @Test
    @Order(1)
    void theLogInPageIsToldOfItAndATestSaysThatItAnswers() {
        assertThat(panel.anonymous()
                        .get("/api/v1/identity-providers/offered")
                        .ok()
                        .text())
                .contains("Keycloak", provider)
                .doesNotContain("clientId");
        assertThat(owner.post("/api/v1/identity-providers/" + provider + "/test", Map.of())
                        .ok()
                        .text())
                .contains(keycloak.issuer(), "client known");
        owner.patch("/api/v1/identity-providers/" + provider, Map.of("clientSecret", "wrong"))
                .ok();
        assertThat(owner.post("/api/v1/identity-providers/" + provider + "/test", Map.of())
                        .detail())
                .contains("secret is wrong");
        owner.patch("/api/v1/identity-providers/" + provider, Map.of("clientSecret", Keycloak.SECRET))
                .ok();
    }

    @Test
    @Order(2)
    void somebodyNewLandsInTheConsoleWithTheRoleOfTheirGroup() {
        SsoBrowser browser = new SsoBrowser();
        HttpResponse<String> landed = browser.get(callback(browser, "nina"));

        assertThat(landed.statusCode()).isEqualTo(303);
        assertThat(SsoBrowser.location(landed)).isEqualTo("/apps");
        JsonNode nina = profile(browser);
        assertThat(nina.get("email").asText()).isEqualTo("nina@example.test");
        assertThat(nina.get("name").asText()).isEqualTo("nina Example");
        assertThat(nina.get("role").asText()).isEqualTo("developer");
    }

    @Test
    @Order(3)
    void anAnswerIsGoodOnceAndInItsBrowserOnly() {
        SsoBrowser browser = new SsoBrowser();
        String back = callback(browser, "nina");

        assertThat(SsoBrowser.location(new SsoBrowser().get(back))).isEqualTo("/#sso=unauthenticated");
        assertThat(SsoBrowser.location(browser.get(back))).isEqualTo("/#sso=unauthenticated");
        assertThat(browser.accessToken(panel)).isEmpty();
    }

    @Test
    @Order(4)
    void anotherGroupIsAnotherRoleAndNoGroupIsNone() {
        keycloak.move("nina", "viewers");
        SsoBrowser browser = new SsoBrowser();
        browser.get(callback(browser, "nina"));
        assertThat(profile(browser).get("role").asText()).isEqualTo("viewer");

        keycloak.move("nina");
        SsoBrowser later = new SsoBrowser();
        assertThat(SsoBrowser.location(later.get(callback(later, "nina")))).isEqualTo("/#sso=denied");
        assertThat(owner.get("/api/v1/members").ok().text()).doesNotContain("nina@example.test");
    }

    @Test
    @Order(5)
    void somebodyWithoutAGroupGetsNoAccount() {
        SsoBrowser browser = new SsoBrowser();
        assertThat(SsoBrowser.location(browser.get(callback(browser, "olaf")))).isEqualTo("/#sso=denied");
        assertThat(browser.accessToken(panel)).isEmpty();
    }

    @Test
    @Order(6)
    void anAccountThatIsLinkedOpensOnesOwn() {
        String url = owner.post("/api/v1/identities/link", Map.of("provider", provider, "origin", panel.url()))
                .ok()
                .json()
                .get("url")
                .asText();
        SsoBrowser browser = new SsoBrowser();
        String back = SsoBrowser.location(browser.get(browser.logIn(url, "olaf")));
        assertThat(back).startsWith("/settings/profile#identity=").endsWith(".olaf%40example.test");
        String proof = back.substring(back.indexOf('=') + 1, back.indexOf('.'));
        owner.post("/api/v1/identities/confirm", Map.of("proof", proof, "password", Panel.PASSWORD))
                .ok();

        SsoBrowser later = new SsoBrowser();
        assertThat(SsoBrowser.location(later.get(callback(later, "olaf")))).isEqualTo("/apps");
        assertThat(profile(later).get("email").asText()).isEqualTo(Panel.EMAIL);
        assertThat(profile(later).get("role").asText()).isEqualTo("owner");
    }

    private static Map<String, String> samlForm(SsoBrowser browser, String name) {
        return browser.logInForForm(panel.url() + "/sso/start/" + saml + "?return=/apps", name);
    }

    @Test
    @Order(7)
    void aSamlProviderIsDeclaredByItsMetadataAndNamesThePanelByIts() {
        String team = owner.get("/api/v1/profile").ok().json().get("teamName").asText();
        JsonNode made = owner.post(
                        "/api/v1/identity-providers",
                        Map.of(
                                "name",
                                "Company",
                                "preset",
                                "saml",
                                "metadata",
                                keycloak.samlMetadata(),
                                "clientId",
                                panel.url(),
                                "newcomers",
                                true,
                                "rules",
                                List.of(
                                        Map.of("group", "devs", "team", team, "role", "developer"),
                                        Map.of("group", "viewers", "team", team, "role", "viewer"))))
                .ok()
                .json();
        saml = made.get("identityProvider").asText().substring("identity-provider:".length());
        assertThat(made.get("address").asText()).isEqualTo(keycloak.issuer());
        assertThat(owner.post("/api/v1/identity-providers/" + saml + "/test", Map.of())
                        .ok()
                        .text())
                .contains("entity id " + keycloak.issuer(), "good until");
        assertThat(new SsoBrowser()
                        .get(panel.url() + made.get("metadataPath").asText())
                        .body())
                .contains("entityID=\"" + panel.url() + '"', panel.url() + "/sso/callback/" + saml);
    }

    @Test
    @Order(8)
    void somebodyNewComesBySamlWithTheRoleOfTheirGroupAndIsTheSameTheNextTime() {
        SsoBrowser browser = new SsoBrowser();
        HttpResponse<String> landed = browser.post(samlForm(browser, "sara"));
        assertThat(SsoBrowser.location(landed)).isEqualTo("/apps");
        JsonNode sara = profile(browser);
        assertThat(sara.get("email").asText()).isEqualTo("sara@example.test");
        assertThat(sara.get("name").asText()).isEqualTo("sara Example");
        assertThat(sara.get("role").asText()).isEqualTo("developer");

        keycloak.move("sara", "viewers");
        SsoBrowser later = new SsoBrowser();
        later.post(samlForm(later, "sara"));
        assertThat(profile(later).get("user").asText())
                .isEqualTo(sara.get("user").asText());
        assertThat(profile(later).get("role").asText()).isEqualTo("viewer");
    }

    @Test
    @Order(9)
    void aSamlAnswerIsGoodOnceInItsBrowserAndUnchanged() {
        SsoBrowser browser = new SsoBrowser();
        Map<String, String> form = samlForm(browser, "sara");
        assertThat(SsoBrowser.location(new SsoBrowser().post(form))).isEqualTo("/#sso=unauthenticated");
        assertThat(SsoBrowser.location(browser.post(form))).isEqualTo("/#sso=unasked");
        assertThat(browser.accessToken(panel)).isEmpty();

        SsoBrowser second = new SsoBrowser();
        Map<String, String> changed = samlForm(second, "sara");
        String response = new String(Base64.getDecoder().decode(changed.get("SAMLResponse")), StandardCharsets.UTF_8);
        assertThat(response).contains(">viewers<");
        changed.put(
                "SAMLResponse",
                Base64.getEncoder()
                        .encodeToString(response.replace(">viewers<", ">devs<").getBytes(StandardCharsets.UTF_8)));
        assertThat(SsoBrowser.location(second.post(changed))).isEqualTo("/#sso=unauthenticated");
        assertThat(second.accessToken(panel)).isEmpty();
    }

    /** Makes the panel's keys anew and tells them to Keycloak. */
    private static void exchangeKeys(Map<String, String> besides) {
        Map<String, String> told = new HashMap<>(besides);
        for (JsonNode each : owner.post("/api/v1/identity-providers/" + saml + "/rotate", Map.of())
                .ok()
                .json()
                .get("certificates")) {
            told.put(
                    "saml." + each.get("purpose").asText() + ".certificate",
                    each.get("pem").asText().replaceAll("-----[A-Z ]+-----|\\s", ""));
        }
        keycloak.set(panel.url(), told);
    }

    private static String response(Map<String, String> form) {
        return new String(Base64.getDecoder().decode(form.get("SAMLResponse")), StandardCharsets.UTF_8);
    }

    @Test
    @Order(10)
    void anAssertionComesEncryptedFromAClientThatAsksForSignedRequests() {
        exchangeKeys(Map.of("saml.client.signature", "true", "saml.encrypt", "true"));
        SsoBrowser browser = new SsoBrowser();
        Map<String, String> form = samlForm(browser, "sara");
        assertThat(response(form)).contains("EncryptedAssertion").doesNotContain("sara@example.test");
        assertThat(SsoBrowser.location(browser.post(form))).isEqualTo("/apps");
        assertThat(profile(browser).get("email").asText()).isEqualTo("sara@example.test");
    }

    @Test
    @Order(11)
    void whatIsEncryptedByCbcIsTakenOnlyWithinASignedResponse() {
        keycloak.set(
                panel.url(),
                Map.of(
                        "saml.encryption.algorithm",
                        "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                        "saml.encryption.keyAlgorithm",
                        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"));
        SsoBrowser browser = new SsoBrowser();
        Map<String, String> form = samlForm(browser, "sara");
        assertThat(response(form)).contains("#aes256-cbc");
        assertThat(SsoBrowser.location(browser.post(form))).isEqualTo("/apps");

        keycloak.set(panel.url(), Map.of("saml.server.signature", "false"));
        SsoBrowser later = new SsoBrowser();
        assertThat(SsoBrowser.location(later.post(samlForm(later, "sara")))).isEqualTo("/#sso=unauthenticated");
        keycloak.set(
                panel.url(),
                Map.of(
                        "saml.server.signature",
                        "true",
                        "saml.encryption.algorithm",
                        "http://www.w3.org/2009/xmlenc11#aes256-gcm"));
    }

    @Test
    @Order(12)
    void keycloakTakesNoRequestThatIsSignedByAKeyItWasNotTold() {
        owner.post("/api/v1/identity-providers/" + saml + "/rotate", Map.of()).ok();
        SsoBrowser browser = new SsoBrowser();
        HttpResponse<String> sent = browser.get(panel.url() + "/sso/start/" + saml);
        assertThat(browser.get(SsoBrowser.location(sent)).statusCode()).isEqualTo(400);
        exchangeKeys(Map.of());
        sent = browser.get(panel.url() + "/sso/start/" + saml);
        assertThat(browser.get(SsoBrowser.location(sent)).statusCode()).isLessThan(400);
    }

    private static String leave(SsoBrowser browser) {
        return new Api(panel.url(), browser.accessToken(panel).orElseThrow())
                .get("/api/v1/single-sign-on/leave?origin=" + Api.encode(panel.url()))
                .ok()
                .json()
                .get("url")
                .asText();
    }

    private static void isOut(SsoBrowser browser) {
        Wait.until("the session to end", Duration.ofSeconds(10), () -> browser.accessToken(panel)
                .isEmpty());
    }

    @Test
    @Order(13)
    void whoeverKeycloakLogsOutIsLoggedOutHere() {
        keycloak.set(
                "openpanel",
                Map.of(
                        "backchannel.logout.url",
                        panel.url() + "/sso/logout/" + provider,
                        "backchannel.logout.session.required",
                        "true",
                        "post.logout.redirect.uris",
                        panel.url() + "/*"));
        keycloak.move("nina", "devs");
        // Of several sessions of a person that are ended at once, Keycloak 26.4 tells of one.
        keycloak.logOut("nina");
        SsoBrowser browser = new SsoBrowser();
        browser.get(callback(browser, "nina"));
        SsoBrowser other = new SsoBrowser();
        other.get(callback(other, "olaf"));
        assertThat(browser.accessToken(panel)).isPresent();
        keycloak.logOut("nina");
        isOut(browser);
        assertThat(other.accessToken(panel)).isPresent();

        keycloak.set("openpanel", Map.of("backchannel.logout.session.required", "false"));
        SsoBrowser first = new SsoBrowser();
        first.get(callback(first, "nina"));
        SsoBrowser second = new SsoBrowser();
        second.get(callback(second, "nina"));
        keycloak.logOut("nina");
        isOut(first);
        isOut(second);
    }

    @Test
    @Order(14)
    void whoLogsOutHereIsLoggedOutOfKeycloakWithoutBeingAsked() {
        owner.patch("/api/v1/identity-providers/" + provider, Map.of("logOut", true))
                .ok();
        SsoBrowser browser = new SsoBrowser();
        browser.get(callback(browser, "nina"));
        HttpResponse<String> left = browser.get(leave(browser));
        assertThat(left.statusCode()).isEqualTo(302);
        assertThat(SsoBrowser.location(left)).isEqualTo(panel.url() + "/");
        isOut(browser);
        // Asked for the password again.
        browser.get(callback(browser, "nina"));
    }

    @Test
    @Order(15)
    void aSamlSessionThatEndsAtKeycloakEndsHereAndTheOtherWayRound() {
        owner.patch("/api/v1/identity-providers/" + saml, Map.of("logOut", true))
                .ok();
        String address = panel.url() + "/sso/logout/" + saml;
        keycloak.set(
                panel.url(),
                Map.of(
                        "saml_single_logout_service_url_post",
                        address,
                        "saml_single_logout_service_url_redirect",
                        address));
        keycloak.logOut("sara");
        SsoBrowser browser = new SsoBrowser();
        browser.post(samlForm(browser, "sara"));
        assertThat(browser.accessToken(panel)).isPresent();
        keycloak.logOut("sara");
        isOut(browser);

        SsoBrowser later = new SsoBrowser();
        later.post(samlForm(later, "sara"));
        HttpResponse<String> left = later.get(leave(later));
        assertThat(left.body()).contains("SAMLResponse");
        assertThat(left.body()).contains(address);
        assertThat(later.get(address + "?SAMLResponse=x").statusCode()).isEqualTo(303);
    }
}
