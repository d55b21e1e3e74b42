package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;
import static io.openpanel.sso.HostileSaml.one;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The panel's own keys towards a SAML provider: assertions that are encrypted for it, and requests that it signs. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class EncryptedSamlTest {
    private static final String METADATA = "urn:oasis:names:tc:SAML:2.0:metadata";
    private static final String UNREADABLE = "it cannot be decrypted by a key of the panel's";
    private static TestPanel panel;
    private static Caller owner;
    private SamlRig rig;
    private HostileSaml provider;
    private HostileEncryption encryption;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new SamlRig(panel, owner);
        provider = rig.provider;
        rotate("PT0S");
        encrypt();
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private JsonNode rotate(String overlap) {
        return rig.call("identity-provider.rotate", Map.of("identityProvider", rig.id, "overlap", overlap));
    }

    private void encrypt() {
        encryption = new HostileEncryption(described("encryption").get(0));
        provider.encryption = encryption;
    }

    /** The keys that the panel's metadata says it has. */
    private List<PublicKey> described(String use) {
        Document metadata = HostileSaml.parse(new String(
                new Visitor(panel)
                        .knock("GET", "/sso/metadata/" + rig.id, Map.of())
                        .body(),
                StandardCharsets.UTF_8));
        List<PublicKey> keys = new ArrayList<>();
        for (int i = 0;
                i < metadata.getElementsByTagNameNS(METADATA, "KeyDescriptor").getLength();
                i++) {
            Element each = (Element)
                    metadata.getElementsByTagNameNS(METADATA, "KeyDescriptor").item(i);
            if (each.getAttribute("use").equals(use)) {
                keys.add(key(each.getElementsByTagNameNS(HostileSaml.SIGNATURE, "X509Certificate")
                        .item(0)
                        .getTextContent()));
            }
        }
        return keys;
    }

    private static PublicKey key(String certificate) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(Base64.getDecoder().decode(certificate)))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://www.w3.org/2009/xmlenc11#aes256-gcm, Assertion",
        "http://www.w3.org/2009/xmlenc11#aes128-gcm, Response",
        "http://www.w3.org/2009/xmlenc11#aes256-gcm, Assertion+Response",
        "http://www.w3.org/2001/04/xmlenc#aes256-cbc, Response",
        "http://www.w3.org/2001/04/xmlenc#aes128-cbc, Assertion+Response"
    })
    void anEncryptedAssertionThatIsSignedWithinOrAroundSignsIn(String content, String signed) {
        encryption.content = content;
        provider.signed = List.of(signed.split("\\+"));
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @Test
    void whatMostProvidersSendIsRead() {
        encryption.transport = HostileEncryption.OAEP_OF_OLD;
        encryption.said = HostileSaml.SIGNATURE + "sha1";
        encryption.digest = "SHA-1";
        encryption.named = HostileSaml.PANEL;
        encryption.beside = true;
        assertThat(rig.logIn()).isEqualTo("/apps");
    }

    @Test
    void anAssertionThatNobodySignedIsRefusedThoughItIsEncrypted() {
        provider.signed = List.of();
        rig.isRefused("it is not signed");
    }

    @Test
    void aSignatureOfSomebodyElseWithinIsRefused() {
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        rig.isRefused("signed by a key that is not in its metadata");
    }

    @Test
    void anAssertionThatWasChangedBeforeItWasEncryptedIsRefused() {
        encryption.before = text -> text.replace(provider.subject, "G-somebody-else");
        rig.isRefused("it was changed after it was signed");
    }

    @Test
    void whoEncryptsAnEvilAssertionIntoASignedResponseIsRefused() {
        String victim = provider.subject;
        provider.subject = "G-attacker" + System.nanoTime();
        provider.encryption = null;
        provider.signed = List.of("Response");
        provider.after = document -> {
            one(document, ASSERTION, "NameID").setTextContent(victim);
            encryption.encrypt(document);
        };
        rig.isRefused("it was changed after it was signed");
    }

    @Test
    void anEvilAssertionWrappedAroundTheSignedOneWithinIsRefused() {
        provider.subject = "G-attacker" + System.nanoTime();
        encryption.before = text -> {
            Document within = HostileSaml.parse(text);
            Element signed = within.getDocumentElement();
            Element evil = (Element) signed.cloneNode(true);
            evil.setAttribute("ID", "_evil");
            evil.removeChild(
                    one(within, HostileSaml.SIGNATURE, "Signature").getParentNode() == signed
                            ? evil.getElementsByTagNameNS(HostileSaml.SIGNATURE, "Signature")
                                    .item(0)
                            : null);
            within.replaceChild(evil, signed);
            evil.appendChild(signed);
            return HostileSaml.text(within);
        };
        rig.isRefused("it has more than one Assertion");
    }

    @Test
    void aSignatureForAnotherPartWithinIsRefused() {
        encryption.before = text -> {
            Document within = HostileSaml.parse(text);
            within.getDocumentElement().setAttribute("ID", "_another");
            return HostileSaml.text(within);
        };
        rig.isRefused("its signature is for something else");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Assertion", "EncryptedAssertion"})
    void aSecondAssertionBesideTheEncryptedOneIsRefused(String name) {
        provider.after = document -> {
            Element second = document.createElementNS(ASSERTION, "saml:" + name);
            document.getDocumentElement().appendChild(second);
        };
        rig.isRefused("it has more than one " + name);
    }

    @Test
    void whatIsEncryptedAndNoAssertionIsRefused() {
        encryption.before = text -> "<a/>";
        rig.isRefused("what is encrypted in it is no assertion");
        encryption.before = text -> "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + text;
        rig.isRefused("it is no XML that the panel takes");
        encryption.before = text -> "<a>".repeat(4_000) + "</a>".repeat(4_000);
        rig.isRefused("it is no XML that the panel takes");
        encryption.before = text -> text.replace(provider.subject, provider.subject + "<!---->");
        rig.isRefused("there are comments in it");
    }

    @Test
    void anAssertionThatIsEncryptedForSomebodyElseIsRefused() {
        encryption.named = "https://other.example";
        rig.isRefused("it is encrypted for somebody else");
        provider.encryption = new HostileEncryption(
                HostileSaml.key("RSA", "foreign").certificate().getPublicKey());
        rig.isRefused(UNREADABLE);
    }

    @Test
    void anAssertionWithoutItsKeyIsRefused() {
        provider.after = document -> {
            Element key = one(document, HostileEncryption.FIRST, "EncryptedKey");
            key.getParentNode().removeChild(key);
        };
        rig.isRefused("it is encrypted by a key that it does not send");
    }

    @Test
    void wordsThatAreFetchedFromElsewhereAreRefused() {
        provider.sent = text -> text.replaceAll(
                "(?s)<xenc:CipherValue>.*?</xenc:CipherValue>", "<xenc:CipherReference URI=\"http://127.0.0.1:9/\"/>");
        rig.isRefused("it has no CipherValue");
    }

    /** With the answers to some thousand of these, somebody without the key reads what is in it. */
    @ParameterizedTest
    @ValueSource(strings = {"Assertion", "none"})
    void whatIsEncryptedByCbcIsNotTriedWhereItIsNotSignedAround(String signed) {
        encryption.content = HostileEncryption.FIRST + "aes256-cbc";
        provider.signed = signed.equals("none") ? List.of() : List.of(signed);
        rig.isRefused("have it encrypt by AES-GCM, or sign the whole response as well");
    }

    @Test
    void whatWasChangedWithinASignedResponseIsNotDecrypted() {
        encryption.content = HostileEncryption.FIRST + "aes256-cbc";
        provider.signed = List.of("Response");
        provider.after = document -> {
            Element value = one(document, HostileEncryption.FIRST, "EncryptedData");
            Element last = (Element) value.getElementsByTagNameNS(HostileEncryption.FIRST, "CipherValue")
                    .item(1);
            byte[] bytes = Base64.getMimeDecoder().decode(last.getTextContent());
            bytes[bytes.length - 17] ^= 1;
            last.setTextContent(Base64.getEncoder().encodeToString(bytes));
        };
        rig.isRefused("it was changed after it was signed");
    }

    @Test
    void everythingThatCannotBeDecryptedIsRefusedWithTheSameWords() {
        encryption.after = bytes -> {
            bytes[bytes.length / 2] ^= 1;
            return bytes;
        };
        rig.isRefused(UNREADABLE);
        encryption.after = bytes -> new byte[5];
        rig.isRefused(UNREADABLE);
        encryption.after = bytes -> bytes;
        encryption.afterKey = bytes -> {
            bytes[40] ^= 1;
            return bytes;
        };
        rig.isRefused(UNREADABLE);
        encryption.afterKey = bytes -> new byte[0];
        rig.isRefused(UNREADABLE);
    }

    @Test
    void aKeyByPkcs1IsRefused() {
        encryption.transport = HostileEncryption.FIRST + "rsa-1_5";
        rig.isRefused("(RSA PKCS#1 v1.5); it has to be RSA-OAEP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://www.w3.org/2001/04/xmlenc#tripledes-cbc", "made-up", ""})
    void anotherCipherIsRefused(String algorithm) {
        provider.sent = text -> text.replace(HostileEncryption.LATER + "aes256-gcm", algorithm);
        rig.isRefused("it is encrypted in a way that is not safe; it has to be AES-GCM");
    }

    @Test
    void aLongListOfRecipientsIsNotTried() {
        provider.sent = text -> {
            String key = text.substring(
                    text.indexOf("<xenc:EncryptedKey"),
                    text.indexOf("</ds:KeyInfo></xenc") < 0
                            ? text.indexOf("</ds:KeyInfo>")
                            : text.indexOf("</ds:KeyInfo></xenc"));
            return text.replace(key, key.repeat(50));
        };
        rig.isRefused("it is encrypted for too many");
    }

    @Test
    void whoEncryptsWhereThePanelHasNoKeysIsToldWhatToDo() throws IOException {
        try (SamlRig without = new SamlRig(panel, owner)) {
            without.provider.encryption = encryption;
            without.isRefused("make them on the provider's page");
        }
    }

    @Test
    void aFormerKeyOpensUntilItEndsAndIsShownToNobodyNew() {
        rotate("P7D");
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(described("encryption")).hasSize(1).doesNotContain(encryption.recipient);
        rotate("PT0S");
        rig.another();
        rig.isRefused(UNREADABLE);
        encrypt();
        assertThat(rig.logIn()).isEqualTo("/apps");
    }

    @Test
    void requestsAreSignedByAKeyThatTheProviderKnows() throws GeneralSecurityException {
        PublicKey first = described("signing").get(0);
        requireSigned(rig.begin(), first);
        rotate("P7D");
        assertThat(described("signing")).hasSize(2).contains(first);
        requireSigned(rig.begin(), first);
        rotate("PT0S");
        assertThat(described("signing")).hasSize(1).doesNotContain(first);
        requireSigned(rig.begin(), described("signing").get(0));
    }

    private static void requireSigned(String url, PublicKey key) throws GeneralSecurityException {
        String query = URI.create(url).getRawQuery();
        String signed = query.substring(query.indexOf("SAMLRequest="), query.indexOf("&Signature="));
        assertThat(signed)
                .contains("&RelayState=", "&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha256");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(key);
        signature.update(signed.getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(Base64.getDecoder()
                        .decode(HostileProvider.parameters(query).get("Signature"))))
                .isTrue();
    }

    @Test
    void itsSecretsLieSealedAndAreShownNowhere() throws SQLException {
        JsonNode shown = rig.call("identity-provider.get", Map.of("identityProvider", rig.id));
        assertThat(shown.at("/certificates/0/pem").asText()).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(shown.get("certificates")).hasSize(2);
        assertThat(shown.toString()).doesNotContain("PRIVATE", "secret\":\"");
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select secret from sso.saml_key")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("v").doesNotContain("MII");
        }
    }

    @Test
    void keysAreMadeForSamlAloneAndNotForLongBesideNewOnes() throws IOException {
        assertThat(Visitor.refused(
                        panel,
                        owner,
                        "identity-provider.rotate",
                        Map.of("identityProvider", rig.id, "overlap", "P31D")))
                .isEqualTo(Problem.Kind.INVALID);
        try (HostileProvider other = new HostileProvider()) {
            String oidc = rig.call(
                            "identity-provider.create",
                            Map.of(
                                    "name",
                                    "O" + System.nanoTime(),
                                    "preset",
                                    "oidc",
                                    "address",
                                    other.issuer(),
                                    "clientId",
                                    HostileProvider.CLIENT))
                    .get("identityProvider")
                    .asText();
            assertThat(Visitor.refused(panel, owner, "identity-provider.rotate", Map.of("identityProvider", oidc)))
                    .isEqualTo(Problem.Kind.INVALID);
        }
    }
}
