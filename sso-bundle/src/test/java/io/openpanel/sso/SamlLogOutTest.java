package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;
import static io.openpanel.sso.HostileSaml.PROTOCOL;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Door;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** SAML's single log-out, both ways: followed only where the provider signed it, now, for the first time. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class SamlLogOutTest {
    private static final String TEMPLATE =
            """
            <samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
            xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}" \
            Destination="{destination}"><saml:Issuer>{issuer}</saml:Issuer>\
            <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{subject}</saml:NameID>\
            <samlp:SessionIndex>{session}</samlp:SessionIndex></samlp:LogoutRequest>""";
    private static TestPanel panel;
    private static Caller owner;
    private SamlRig rig;
    private HostileSaml provider;
    private String algorithm = "SHA256withRSA";
    private String algorithmSaid = HostileSaml.RSA_SHA256;
    private UnaryOperator<String> spelt = UnaryOperator.identity();

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new SamlRig(panel, owner);
        provider = rig.provider;
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private String path() {
        return "/sso/logout/" + rig.id;
    }

    private String request(Map<String, String> lies) {
        Map<String, String> words = new HashMap<>(Map.of(
                "id",
                "_" + UUID.randomUUID(),
                "now",
                Instant.now().toString(),
                "destination",
                HostileSaml.PANEL + path(),
                "issuer",
                provider.entity,
                "subject",
                provider.subject,
                "session",
                provider.session));
        words.putAll(lies);
        String text = TEMPLATE;
        for (Map.Entry<String, String> word : words.entrySet()) {
            text = text.replace("{" + word.getKey() + "}", word.getValue());
        }
        return text;
    }

    private Map<String, String> sent(String request) {
        String message = deflated(request);
        String relay = "back/to it";
        String signed = "SAMLRequest=" + encoded(message) + "&RelayState=" + encoded(relay) + "&SigAlg="
                + encoded(algorithmSaid);
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign((java.security.PrivateKey) provider.signer);
            signature.update(spelt.apply(signed).getBytes(StandardCharsets.UTF_8));
            return new HashMap<>(Map.of(
                    "SAMLRequest",
                    message,
                    "RelayState",
                    relay,
                    "SigAlg",
                    algorithmSaid,
                    "Signature",
                    Base64.getEncoder().encodeToString(signature.sign())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String deflated(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION, true))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private Map<String, String> posted(Map<String, String> lies, UnaryOperator<Document> after) {
        Document document = HostileSaml.parse(request(lies));
        provider.sign(document, "LogoutRequest");
        return Map.of("SAMLRequest", HostileSaml.base64(HostileSaml.text(after.apply(document))));
    }

    private void isFollowed(Door.Reply reply) {
        assertThat(reply.status()).isEqualTo(303);
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    private void isNotFollowed(String method, Map<String, String> words) {
        assertThat(rig.browser.knock(method, path(), words).status()).isEqualTo(400);
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @Test
    void aSessionThatEndsThereEndsHereAndTheProviderIsToldSo() {
        rig.call("identity-provider.rotate", Map.of("identityProvider", rig.id));
        String request = request(Map.of("id", "_asked"));
        Door.Reply reply = rig.browser.knock("GET", path(), sent(request));
        isFollowed(reply);
        String back = reply.headers().get("Location");
        assertThat(back).startsWith(provider.address() + "/left?SAMLResponse=");
        Map<String, String> answer = HostileProvider.parameters(URI.create(back).getRawQuery());
        assertThat(answer).containsEntry("RelayState", "back/to it").containsKeys("SigAlg", "Signature");
        Element response = HostileSaml.request(answer.get("SAMLResponse")).getDocumentElement();
        assertThat(response.getLocalName()).isEqualTo("LogoutResponse");
        assertThat(response.getAttribute("InResponseTo")).isEqualTo("_asked");
        assertThat(HostileSaml.text(response.getOwnerDocument()))
                .contains(HostileSaml.PANEL, "urn:oasis:names:tc:SAML:2.0:status:Success");
    }

    @Test
    void aPostedRequestIsFollowedToo() {
        isFollowed(rig.browser.knock("POST", path(), posted(Map.of(), document -> document)));
    }

    @Test
    void anAddressThatIsSpeltAsMicrosoftsIsFollowed() {
        spelt = text -> text.replaceAll("%2F", "%2f")
                .replaceAll("%2B", "%2b")
                .replaceAll("%3D", "%3d")
                .replaceAll("%3A", "%3a");
        isFollowed(rig.browser.knock("GET", path(), sent(request(Map.of()))));
    }

    @Test
    void aRequestThatNamesNoSessionEndsAllOfThePersons() {
        Visitor first = rig.browser;
        provider.session = "_another";
        rig.another();
        assertThat(rig.logIn()).isEqualTo("/apps");
        String all = request(Map.of()).replaceAll("<samlp:SessionIndex>.*</samlp:SessionIndex>", "");
        isFollowed(rig.browser.knock("GET", path(), sent(all)));
        assertThat(first.signedIn()).isEmpty();
    }

    @Test
    void anotherSessionOrAnotherPersonsGoesOn() {
        assertThat(rig.browser
                        .knock("GET", path(), sent(request(Map.of("session", "_another"))))
                        .status())
                .isEqualTo(303);
        assertThat(rig.browser
                        .knock("GET", path(), sent(request(Map.of("subject", "G-another"))))
                        .status())
                .isEqualTo(303);
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "issuer, https://other.example/idp",
        "destination, https://other.example/",
        "now, 2020-01-01T00:00:00Z",
        "now, 2040-01-01T00:00:00Z",
        "now, soon"
    })
    void aRequestThatLiesIsNotFollowed(String word, String lie) {
        isNotFollowed("GET", sent(request(Map.of(word, lie))));
        isNotFollowed("POST", posted(Map.of(word, lie), document -> document));
    }

    @Test
    void aRequestThatIsForNobodyInParticularOrForSomebodyElseIsNotFollowed() {
        isNotFollowed("GET", sent(request(Map.of()).replaceFirst(" Destination=\"[^\"]*\"", "")));
        isNotFollowed(
                "GET",
                sent(request(Map.of())
                        .replace("<saml:NameID ", "<saml:NameID SPNameQualifier=\"https://other.example\" ")));
    }

    @Test
    void aRequestIsFollowedOnce() {
        Map<String, String> words = sent(request(Map.of()));
        isFollowed(rig.browser.knock("GET", path(), words));
        assertThat(rig.logIn()).isEqualTo("/apps");
        isNotFollowed("GET", words);
    }

    @Test
    void aRequestThatNobodySignedIsNotFollowed() {
        Map<String, String> words = sent(request(Map.of()));
        words.remove("Signature");
        isNotFollowed("GET", words);
        words.remove("SigAlg");
        isNotFollowed("GET", words);
        isNotFollowed("POST", Map.of("SAMLRequest", HostileSaml.base64(request(Map.of()))));
    }

    @Test
    void aRequestThatSomebodyElseSignedIsNotFollowed() {
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        isNotFollowed("GET", sent(request(Map.of())));
        isNotFollowed("POST", posted(Map.of(), document -> document));
    }

    @Test
    void aWeakSignatureIsNotFollowed() {
        algorithm = "SHA1withRSA";
        algorithmSaid = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
        isNotFollowed("GET", sent(request(Map.of())));
    }

    @Test
    void aChangedRequestIsNotFollowed() {
        Map<String, String> words = sent(request(Map.of("session", "_another")));
        words.put("SAMLRequest", deflated(request(Map.of())));
        isNotFollowed("GET", words);
        Map<String, String> relayed = sent(request(Map.of()));
        relayed.put("RelayState", "elsewhere");
        isNotFollowed("GET", relayed);
        isNotFollowed("POST", posted(Map.of("session", "_another"), document -> {
            HostileSaml.one(document, PROTOCOL, "SessionIndex").setTextContent(provider.session);
            return document;
        }));
    }

    @Test
    void aRequestAroundTheSignedOneIsNotFollowed() {
        isNotFollowed("POST", posted(Map.of("subject", "G-another"), document -> {
            Element signed = document.getDocumentElement();
            Element evil = (Element) signed.cloneNode(true);
            evil.setAttribute("ID", "_evil");
            HostileSaml.one(document, ASSERTION, "NameID");
            ((Element) evil.getElementsByTagNameNS(ASSERTION, "NameID").item(0)).setTextContent(provider.subject);
            document.replaceChild(evil, signed);
            evil.appendChild(signed);
            return document;
        }));
    }

    @Test
    void whatIsSignedAndNoRequestToLogOutIsNotFollowed() {
        isNotFollowed("GET", sent(request(Map.of()).replace("LogoutRequest", "AuthnRequest")));
        isNotFollowed("GET", sent("<!DOCTYPE r [<!ENTITY e \"x\">]>" + request(Map.of())));
        isNotFollowed("GET", sent(request(Map.of()).replace("NameID", "EncryptedID")));
    }

    @Test
    void whatIsDeflatedFromVeryMuchIsNotFollowed() {
        isNotFollowed(
                "GET",
                sent(request(Map.of())
                        .replace("</samlp:LogoutRequest>", " ".repeat(5_000_000) + "</samlp:LogoutRequest>")));
    }

    @Test
    void whatTheProviderAnswersLeadsIntoThePanelAndEndsNothing() {
        Door.Reply reply =
                rig.browser.knock("GET", path(), Map.of("SAMLResponse", "x", "RelayState", "https://evil.example"));
        assertThat(reply.status()).isEqualTo(303);
        assertThat(reply.headers()).containsEntry("Location", "/");
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @Test
    void whoLogsOutHereIsSentToLogOutThere() {
        rig.call("identity-provider.update", Map.of("identityProvider", rig.id, "logOut", true));
        rig.call("identity-provider.rotate", Map.of("identityProvider", rig.id));
        String url = Visitor.call(
                        panel,
                        rig.browser.signedIn().orElseThrow(),
                        "single-sign-on.leave",
                        Map.of("origin", HostileSaml.PANEL))
                .get("url")
                .asText();
        assertThat(url).startsWith(provider.address() + "/leave?SAMLRequest=").contains("&Signature=");
        Document request = HostileSaml.request(
                HostileProvider.parameters(URI.create(url).getRawQuery()).get("SAMLRequest"));
        assertThat(HostileSaml.one(request, ASSERTION, "NameID").getTextContent())
                .isEqualTo(provider.subject);
        assertThat(HostileSaml.one(request, PROTOCOL, "SessionIndex").getTextContent())
                .isEqualTo(provider.session);
    }
}
