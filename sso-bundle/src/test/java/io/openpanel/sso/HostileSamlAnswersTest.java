package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;
import static io.openpanel.sso.HostileSaml.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.Transform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** SAML responses, each really signed, that were changed, moved, or made for somebody else: nobody gets in. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
@Tag("slow")
class HostileSamlAnswersTest {
    private static final String UNASKED = "/#sso=unasked";
    private static TestPanel panel;
    private static Caller owner;
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
    }

    @AfterEach
    void end() {
        rig.close();
    }

    @Test
    void anHonestAnswerSignsIn() {
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @Test
    void aRefusedAnswerSaysOnlyToBeginAgain() {
        provider.signed = List.of();
        assertThat(rig.logIn()).isEqualTo("/#sso=unauthenticated");
    }

    @ParameterizedTest
    @EnumSource(Wrapping.class)
    void aSignatureWrappedAroundAnotherIsRefused(Wrapping wrapping) {
        String victim = provider.subject;
        assertThat(rig.logIn()).isEqualTo("/apps");
        rig.another();
        provider.subject = "G-attacker" + System.nanoTime();
        provider.email = "attacker" + System.nanoTime() + "@example.com";
        provider.signed = List.of(wrapping.signed);
        provider.after = document -> wrapping.wrap(document, victim);
        rig.isRefused(wrapping.because);
    }

    @Test
    void aCommentWithinTheNameIsRefused() {
        provider.subject = "G-victim-and-more";
        provider.sent = text -> text.replace("G-victim-and-more", "G-victim<!---->-and-more");
        rig.isRefused("there are comments in it");
    }

    @Test
    void aProcessingInstructionWithinTheNameIsRefused() {
        provider.subject = "G-victim<?x?>-and-more";
        rig.isRefused("there are comments in it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
                "<!DOCTYPE r SYSTEM \"http://127.0.0.1:9/x\">",
                "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
                "<!DOCTYPE r>"
            })
    void aDocumentTypeIsRefused(String doctype) {
        provider.sent = text -> doctype + text;
        rig.isRefused("it is no XML that the panel takes");
    }

    @Test
    void whatIsDeepIsRefused() {
        provider.sent = text -> "<a>".repeat(4_000) + "</a>".repeat(4_000);
        rig.isRefused("it is no XML that the panel takes");
    }

    @Test
    void anUnsignedAnswerIsRefused() {
        provider.signed = List.of();
        rig.isRefused("it is not signed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Assertion", "Response"})
    void anAnswerSignedByAKeyOfSomebodyElseIsRefused(String signed) {
        provider.signed = List.of(signed);
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        rig.isRefused("signed by a key that is not in its metadata");
    }

    @ParameterizedTest
    @CsvSource({"Assertion", "Response"})
    void aChangedAnswerIsRefused(String signed) {
        provider.signed = List.of(signed);
        provider.sent = text -> text.replace(provider.subject, "G-somebody-else");
        rig.isRefused("it was changed after it was signed");
    }

    @Test
    void aChangedAssertionInAWellSignedResponseIsRefused() {
        provider.after = document -> {
            one(document, ASSERTION, "NameID").setTextContent("G-somebody-else");
            provider.sign(document, "Response");
        };
        rig.isRefused("it was changed after it was signed");
    }

    @Test
    void anEmptySignatureIsRefused() {
        provider.sent = text -> text.replaceAll(
                "(?s)<ds:Signature[ >].*</ds:Signature>",
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>");
        rig.isRefused("its signature is of a kind that is not safe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SignatureMethod.RSA_SHA1,
                "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1",
                "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"
            })
    void aWeakAlgorithmIsRefused(String algorithm) {
        provider.sent = text -> text.replace(HostileSaml.RSA_SHA256, algorithm);
        if (algorithm.equals(SignatureMethod.RSA_SHA1)) {
            provider.algorithm = algorithm;
        }
        rig.isRefused("its signature is of a kind that is not safe");
    }

    @Test
    void aDigestBySha1IsRefused() {
        provider.digest = DigestMethod.SHA1;
        rig.isRefused("its signature is of a kind that is not safe");
    }

    @Test
    void thePublicKeyAsASharedSecretIsRefused() {
        provider.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
        provider.signer =
                new SecretKeySpec(provider.key.certificate().getPublicKey().getEncoded(), "HmacSHA256");
        rig.isRefused("its signature is of a kind that is not safe");
    }

    @ParameterizedTest
    @ValueSource(strings = {CanonicalizationMethod.INCLUSIVE, Transform.BASE64})
    void anotherTransformIsRefused(String transform) {
        if (transform.equals(Transform.BASE64)) {
            provider.sent = text -> text.replace(
                    "<ds:Transform Algorithm=\"" + Transform.ENVELOPED, "<ds:Transform Algorithm=\"" + transform);
        } else {
            provider.transforms = List.of(Transform.ENVELOPED, transform);
        }
        rig.isRefused("its signature is of a kind that is not safe");
    }

    @ParameterizedTest
    @CsvSource({
        "audience, https://other.example, it is meant for somebody else",
        "recipient, https://panel.example:8443/sso/callback/other, it is for another address",
        "recipient, https://other.example/sso/callback, it is for another address",
        "destination, https://other.example/, it is for another address",
        "issuer, https://other.example/idp, it came from another issuer",
        "request, _made-up, it answers another log-in",
        "method, urn:oasis:names:tc:SAML:2.0:cm:sender-vouches, it does not say who may bring it",
        "format, urn:oasis:names:tc:SAML:2.0:nameid-format:transient, have it send the name ID format persistent",
        "format, urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress, have it send the name ID format persistent",
        "status, urn:oasis:names:tc:SAML:2.0:status:AuthnFailed, it let nobody in (AuthnFailed)",
        "end, 2020-01-01T00:00:00Z, it is valid no more",
        "end, soon, NotOnOrAfter is no time",
        "start, 2040-01-01T00:00:00Z, it is not valid yet"
    })
    void aLieIsRefused(String word, String lie, String because) {
        provider.lies.put(word, lie);
        rig.isRefused(because);
    }

    @Test
    void aLittleDifferenceOfClocksIsTakenAndMoreIsNot() {
        provider.lies.put("start", Instant.now().plusSeconds(40).toString());
        provider.lies.put("end", Instant.now().plusSeconds(90).toString());
        assertThat(rig.logIn()).isEqualTo("/apps");
        rig.another();
        provider.lies.put("start", Instant.now().plusSeconds(100).toString());
        rig.isRefused("it is not valid yet");
        provider.lies.put("start", Instant.now().minusSeconds(300).toString());
        provider.lies.put("end", Instant.now().minusSeconds(61).toString());
        rig.isRefused("it is valid no more");
    }

    @ParameterizedTest
    @CsvSource({
        "AudienceRestriction, it does not say whom it is for",
        "Conditions, it has no Conditions",
        "SubjectConfirmation, it does not say who may bring it",
        "SubjectConfirmationData, it has no SubjectConfirmationData",
        "NameID, it has no NameID",
        "AuthnStatement, it does not say that anybody logged in",
        "Assertion, it holds no assertion"
    })
    void whatIsMissingIsRefused(String name, String because) {
        provider.signed = List.of("Response");
        provider.before = document -> {
            Element missing = one(document, ASSERTION, name);
            missing.getParentNode().removeChild(missing);
        };
        rig.isRefused(because);
    }

    @Test
    void aConditionThatIsNotKnownIsRefused() {
        provider.before = document -> one(document, ASSERTION, "Conditions")
                .appendChild(document.createElementNS(ASSERTION, "saml:Condition"));
        rig.isRefused("it sets a condition that the panel does not know");
    }

    @Test
    void anAnswerToNoRequestIsRefused() {
        provider.before = document -> document.getDocumentElement().removeAttribute("InResponseTo");
        rig.isRefused("nobody asked for it; log-ins begin on the panel's log-in page");
        provider.before =
                document -> one(document, ASSERTION, "SubjectConfirmationData").removeAttribute("InResponseTo");
        rig.isRefused("it answers another log-in");
    }

    @Test
    void anAnswerThatTheProviderBeganIsRefused() {
        Map<String, String> form = provider.logIn(rig.begin());
        form.remove("RelayState");
        assertThat(rig.finish(form)).isEqualTo(UNASKED);
        form.put("RelayState", "");
        assertThat(rig.finish(form)).isEqualTo(UNASKED);
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "//evil.example", "/apps", "made-up"})
    void aRelayStateLeadsNowhere(String elsewhere) {
        Map<String, String> form = provider.logIn(rig.begin());
        form.put("RelayState", elsewhere);
        assertThat(rig.finish(form)).isEqualTo(UNASKED);
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void anAnswerInAnotherBrowserIsRefused() {
        String back = rig.browser.post("/sso/callback/" + id, provider.logIn(rig.begin()));
        Visitor first = rig.browser;
        Visitor victim = rig.another();
        victim.go("/sso/start/" + id, Map.of());
        assertThat(rig.follow(victim, back)).isEqualTo("/#sso=unauthenticated");
        assertThat(victim.signedIn()).isEmpty();
        assertThat(rig.follow(first, back)).isEqualTo("/#sso=unauthenticated");
    }

    @Test
    void anAnswerCountsOnce() {
        Map<String, String> form = provider.logIn(rig.begin());
        assertThat(rig.finish(form)).isEqualTo("/apps");
        assertThat(rig.finish(form)).isEqualTo(UNASKED);
    }

    @Test
    void anAnswerIsNotReplacedByALaterOne() {
        Map<String, String> form = provider.logIn(rig.begin());
        String back = rig.browser.post("/sso/callback/" + id, form);
        assertThat(rig.browser.post("/sso/callback/" + id, form)).isEqualTo(UNASKED);
        assertThat(rig.follow(rig.browser, back)).isEqualTo("/apps");
    }

    @Test
    void anAssertionOfAnEarlierLogInIsRefused() {
        Map<String, String> first = provider.logIn(rig.begin());
        assertThat(rig.finish(first)).isEqualTo("/apps");
        rig.another();
        Map<String, String> second = provider.logIn(rig.begin());
        second.put("SAMLResponse", first.get("SAMLResponse"));
        rig.isRefused(second, "it answers another log-in");
    }

    @Test
    void anAssertionWithAnIdThatWasUsedIsRefused() {
        provider.lies.put("assertion", "_the-same");
        assertThat(rig.logIn()).isEqualTo("/apps");
        rig.another();
        rig.isRefused("its assertion was used already");
    }

    @Test
    void theAnswerOfOneProviderIsNotTakenForAnothers() throws IOException {
        try (HostileSaml other = new HostileSaml()) {
            String otherId = rig.declare(Map.of("metadata", other.address() + "/metadata"));
            Map<String, String> form = provider.logIn(rig.begin());
            assertThat(rig.browser.post("/sso/callback/" + otherId, form)).isEqualTo(UNASKED);
        }
    }

    @Test
    void anAddressThatIsSaidNotToBeVerifiedMakesNoAccountAndOneThatIsOpensNone() {
        provider.besides = "<saml:Attribute Name=\"email_verified\"><saml:AttributeValue>false</saml:AttributeValue>"
                + "</saml:Attribute>";
        assertThat(rig.logIn()).isEqualTo("/#sso=denied");
        provider.besides = "";
        provider.email = Visitor.OWNER;
        assertThat(rig.logIn()).isEqualTo("/#sso=conflict");
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void newKeysAreFoundAndUnknownOnesAreNotAskedForAtEveryAnswer() {
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        int asked = provider.asked.get();
        for (int i = 0; i < 5; i++) {
            rig.isRefused("signed by a key that is not in its metadata");
        }
        assertThat(provider.asked.get() - asked).isLessThanOrEqualTo(1);
    }
}
