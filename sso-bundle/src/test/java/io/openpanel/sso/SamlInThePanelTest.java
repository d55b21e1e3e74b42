package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import javax.xml.crypto.dsig.DigestMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

/** People of a SAML provider: accounts, groups, linking, keys and metadata. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
@Tag("slow")
class SamlInThePanelTest {
    private static TestPanel panel;
    private static Caller owner;
    private static int people;
    private SamlRig rig;
    private HostileSaml provider;
    private String id;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new SamlRig(panel, owner);
        provider = rig.provider;
        id = rig.id;
        provider.email = "rosa" + ++people + "@example.com";
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
        return back(browser, browser.go("/sso/start/" + id, Map.of()));
    }

    private String back(Visitor browser, String url) {
        String back = browser.post("/sso/callback/" + id, provider.logIn(url));
        return browser.go(
                "/sso/callback/" + id,
                HostileProvider.parameters(URI.create(back).getRawQuery()));
    }

    private Caller enter(String... groups) {
        Visitor browser = new Visitor(panel);
        assertThat(logIn(browser, groups)).isEqualTo("/");
        return browser.signedIn().orElseThrow();
    }

    private static JsonNode profile(Caller person) {
        return Visitor.call(panel, person, "profile.get", Map.of());
    }

    @Test
    void somebodyNewIsMadeWithTheNameAndTheRoleThatTheAssertionGives() {
        JsonNode rosa = profile(enter("devs"));
        assertThat(rosa.get("name").asText()).isEqualTo("Nina Prado");
        assertThat(rosa.get("email").asText()).isEqualTo(provider.email);
        assertThat(rosa.get("role").asText()).isEqualTo("developer");
        assertThat(profile(enter("R&amp;D")).get("role").asText()).isEqualTo("viewer");
        assertThat(logIn(new Visitor(panel), "strangers")).isEqualTo("/#sso=denied");
    }

    @Test
    void theNameOfTheProviderIsThePersonAndNotTheirAddress() {
        String user = profile(enter("devs")).get("user").asText();
        provider.email = "married" + people + "@example.com";
        assertThat(profile(enter("devs")).get("user").asText()).isEqualTo(user);
        provider.subject = "G-another";
        assertThat(profile(enter("devs")).get("user").asText()).isNotEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource({
        "RSA, http://www.w3.org/2001/04/xmldsig-more#rsa-sha512, Response",
        "RSA, http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1, Assertion",
        "EC, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256, Assertion",
        "EC, http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384, Response",
        "RSA, http://www.w3.org/2001/04/xmldsig-more#rsa-sha256, Assertion+Response"
    })
    void aSafeSignatureOfAnyKindOverEitherPartIsTaken(String kind, String algorithm, String signed) {
        provider.key = HostileSaml.key(kind, "other");
        provider.signer = provider.key.secret();
        provider.algorithm = algorithm;
        provider.digest = DigestMethod.SHA512;
        provider.signed = List.of(signed.split("\\+"));
        call("identity-provider.update", Map.of("identityProvider", id, "metadata", provider.metadata()));
        assertThat(profile(enter("devs")).get("email").asText()).isEqualTo(provider.email);
    }

    @Test
    void aNewKeyOfTheProvidersIsFoundInItsMetadata() throws SQLException {
        enter("devs");
        provider.key = HostileSaml.key("RSA", "second");
        provider.signer = provider.key.secret();
        // What was read just now is not read again for half a minute; a changed provider is.
        call("identity-provider.update", Map.of("identityProvider", id, "newcomers", true));
        enter("devs");
    }

    @Test
    void theRequestSaysWhoAsksAndForWhat() {
        String url = new Visitor(panel).go("/sso/start/" + id, Map.of());
        assertThat(url).startsWith(provider.address() + "/saml?tenant=1&SAMLRequest=");
        Map<String, String> query = HostileProvider.parameters(URI.create(url).getRawQuery());
        Element request = HostileSaml.request(query.get("SAMLRequest")).getDocumentElement();
        assertThat(request.getAttribute("AssertionConsumerServiceURL"))
                .isEqualTo(HostileSaml.PANEL + "/sso/callback/" + id);
        assertThat(request.getAttribute("Destination")).isEqualTo(provider.address() + "/saml?tenant=1");
        assertThat(request.getElementsByTagNameNS(HostileSaml.ASSERTION, "Issuer")
                        .item(0)
                        .getTextContent())
                .isEqualTo(HostileSaml.PANEL);
        assertThat(query.get("RelayState")).matches("[\\w-]{43}");
    }

    @Test
    void thePanelDescribesItself() {
        Door.Reply reply = new Visitor(panel).knock("GET", "/sso/metadata/" + id, Map.of());
        assertThat(reply.headers()).containsEntry("Content-Type", "application/samlmetadata+xml");
        Element described = HostileSaml.parse(new String(reply.body(), StandardCharsets.UTF_8))
                .getDocumentElement();
        assertThat(described.getAttribute("entityID")).isEqualTo(HostileSaml.PANEL);
        Element consumer = (Element) described
                .getElementsByTagNameNS("urn:oasis:names:tc:SAML:2.0:metadata", "AssertionConsumerService")
                .item(0);
        assertThat(consumer.getAttribute("Location")).isEqualTo(HostileSaml.PANEL + "/sso/callback/" + id);
        assertThat(Visitor.refused(
                        panel,
                        new Caller.Anonymous(),
                        "single-sign-on.describe",
                        Map.of("provider", "nobody", "origin", HostileSaml.PANEL)))
                .isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void itsEntityIdIsReadFromTheMetadataAndATestSaysWhatWasFound() {
        JsonNode shown = call("identity-provider.get", Map.of("identityProvider", id));
        assertThat(shown.get("address").asText()).isEqualTo(provider.entity);
        assertThat(shown.get("metadataPath").asText()).isEqualTo("/sso/metadata/" + id);
        assertThat(call("identity-provider.test", Map.of("identityProvider", id))
                        .toString())
                .contains(provider.entity, "/saml?tenant=1", "keys 1, good until 20");
    }

    @Test
    void anAccountIsLinkedByWhoeverProvedIt() {
        String url = call("identity.link", Map.of("provider", id, "origin", HostileSaml.PANEL))
                .get("url")
                .asText();
        String back = back(new Visitor(panel), url);
        assertThat(back).startsWith("/settings/profile#identity=");
        String proof = back.substring(back.indexOf('=') + 1, back.indexOf('.'));
        call("identity.confirm", Map.of("proof", proof, "password", Visitor.PASSWORD));
        assertThat(profile(enter()).get("email").asText()).isEqualTo(Visitor.OWNER);
        String identity =
                call("identity.list", Map.of()).at("/items/0/identity").asText();
        call("identity.unlink", Map.of("identity", identity, "password", Visitor.PASSWORD));
    }

    @Test
    void whatStandsForASecondFactorIsTheContextThatTheOwnerNamed() throws SQLException {
        String user = profile(enter("devs")).get("user").asText().substring("user:".length());
        sql("insert into teams.factor (id, user_id, kind, name, created_at, confirmed_at) values ('saml" + people
                + "', '" + user + "', 'passkey', 'Key', now(), now())");
        assertThat(logIn(new Visitor(panel), "devs")).startsWith("/#challenge=");
        call(
                "identity-provider.update",
                Map.of("identityProvider", id, "secondFactor", List.of("https://refeds.org/profile/mfa")));
        assertThat(logIn(new Visitor(panel), "devs")).startsWith("/#challenge=");
        provider.lies.put("class", "https://refeds.org/profile/mfa");
        enter("devs");
    }

    @Test
    void whatAProviderPostedLiesSealed() throws SQLException {
        Visitor browser = new Visitor(panel);
        browser.post("/sso/callback/" + id, provider.logIn(browser.go("/sso/start/" + id, Map.of())));
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select answer from sso.sign_on where answer is not null and provider_id = '" + id + "'")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("v").doesNotContain("PHNhbWx");
        }
    }

    @Test
    void aProviderIsSaidClearlyOrRefused() {
        String good = provider.metadata();
        for (Map.Entry<Map<String, ?>, String> wrong : Map.<Map<String, ?>, String>of(
                        Map.of(),
                        "Paste the provider's SAML metadata",
                        Map.of("metadata", "http://id.example.com/metadata"),
                        "http only on this machine",
                        Map.of("metadata", "<no"),
                        "it is no XML",
                        Map.of("metadata", "<!DOCTYPE md:EntityDescriptor>" + good.substring(good.indexOf("<md:"))),
                        "it is no XML",
                        Map.of("metadata", good.replace("KeyDescriptor", "Extensions")),
                        "it names no key to sign with",
                        Map.of("metadata", good.replace("bindings:HTTP-Redirect", "bindings:SOAP")),
                        "by HTTP-Redirect",
                        Map.of("metadata", good.replace(provider.address() + "/saml", "http://id.example.com/saml")),
                        "has to be HTTPS",
                        Map.of("metadata", good.replace("entityID", "validUntil=\"2020-01-01T00:00:00Z\" entityID")),
                        "it was valid until 2020-01-01",
                        Map.of("metadata", good, "address", "https://other.example"),
                        "it does not describe https://other.example",
                        Map.of("preset", "oidc", "address", "https://id.example.com", "metadata", good),
                        "Only a SAML provider")
                .entrySet()) {
            Problem refused = catchThrowableOfType(Problem.class, () -> rig.declare(wrong.getKey()));
            assertThat(refused).as(wrong.getValue()).isNotNull();
            assertThat(refused.kind()).as(wrong.getValue()).isEqualTo(Problem.Kind.INVALID);
            assertThat(refused.getMessage()).contains(wrong.getValue());
        }
    }

    @Test
    void metadataOfSeveralNeedsToBeToldWhichOne() {
        String one = provider.metadata().substring(provider.metadata().indexOf("<md:"));
        String both = "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">" + one
                + one.replace(provider.entity, "https://other.example") + "</md:EntitiesDescriptor>";
        Problem refused = catchThrowableOfType(Problem.class, () -> rig.declare(Map.of("metadata", both)));
        assertThat(refused.getMessage()).contains("give the entity id of one as address");
        call("identity-provider.update", Map.of("identityProvider", id, "metadata", both, "address", provider.entity));
        enter("devs");
    }

    @Test
    void metadataThatCallsItselfAnotherIsAnotherProvider() throws IOException {
        String theirs = provider.metadata();
        call(
                "identity-provider.update",
                Map.of("identityProvider", id, "metadata", theirs.replace(provider.entity, "https://other.example")));
        assertThat(logIn(new Visitor(panel), "devs")).isEqualTo("/#sso=unauthenticated");
        call("identity-provider.update", Map.of("identityProvider", id, "metadata", theirs));

        try (HostileSaml evil = new HostileSaml()) {
            Problem refused = catchThrowableOfType(
                    Problem.class,
                    () -> rig.declare(Map.of("metadata", evil.metadata().replace(evil.entity, provider.entity))));
            assertThat(refused.kind()).isEqualTo(Problem.Kind.CONFLICT);
            assertThat(refused.getMessage()).contains("has the entity id " + provider.entity + " already");
        }
    }

    @Test
    void anEntityIdThatIsSpeltLikeAnIssuerIsNotThatIssuer() throws IOException {
        try (HostileProvider honest = new HostileProvider();
                HostileSaml evil = new HostileSaml(honest.issuer())) {
            honest.email = "otto" + people + "@example.com";
            honest.groups = List.of("devs");
            String theirs = rig.declare(Map.of(
                    "preset",
                    "oidc",
                    "address",
                    honest.issuer(),
                    "clientId",
                    HostileProvider.CLIENT,
                    "clientSecret",
                    HostileProvider.SECRET));
            Visitor otto = new Visitor(panel);
            otto.go("/sso/callback/" + theirs, honest.logIn(otto.go("/sso/start/" + theirs, Map.of())));
            String user = profile(otto.signedIn().orElseThrow()).get("user").asText();

            id = rig.declare(Map.of("metadata", evil.metadata()));
            evil.subject = honest.subject;
            evil.email = "eve" + people + "@example.com";
            provider.close();
            provider = evil;
            assertThat(profile(enter("devs")).get("user").asText()).isNotEqualTo(user);
        }
    }

    private static void sql(String text) throws SQLException {
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(text);
        }
    }
}
