package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;
import static io.openpanel.sso.HostileSaml.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
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
class HostileSamlAnswersTest {
    private static final String UNASKED = "/#sso=unasked";
    private static TestPanel panel;
    private static Caller owner;
    private static int visitors;
    private HostileSaml provider;
    private String id;
    private Visitor browser;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
    }

    @BeforeEach
    void fresh() throws IOException {
        provider = new HostileSaml();
        provider.groups = List.of("devs");
        provider.email = "n" + System.nanoTime() + "@example.com";
        id = declare(provider);
        browser = visitor();
    }

    @AfterEach
    void end() {
        provider.close();
    }

    private static String declare(HostileSaml provider) {
        return Visitor.call(
                        panel,
                        owner,
                        "identity-provider.create",
                        Map.of(
                                "name",
                                "P" + System.nanoTime(),
                                "preset",
                                "saml",
                                "metadata",
                                provider.address() + "/metadata",
                                "clientId",
                                HostileSaml.PANEL,
                                "newcomers",
                                true,
                                "rules",
                                List.of(Map.of("group", "devs", "team", "Home", "role", "developer"))))
                .get("identityProvider")
                .asText()
                .substring("identity-provider:".length());
    }

    /** From an address of its own: those of one that are not ended are limited. */
    private static Visitor visitor() {
        return new Visitor(panel, "198.51.100." + ++visitors);
    }

    private String begin() {
        return browser.go("/sso/start/" + id, Map.of("return", "/apps"));
    }

    private String logIn() {
        return finish(provider.logIn(begin()));
    }

    private String finish(Map<String, String> form) {
        return follow(browser, browser.post("/sso/callback/" + id, form));
    }

    private String follow(Visitor visitor, String back) {
        String prefix = "/sso/callback/" + id + "?";
        return back.startsWith(prefix)
                ? visitor.go("/sso/callback/" + id, HostileProvider.parameters(back.substring(prefix.length())))
                : back;
    }

    /** Why: what the log and the audit trail say; the person is only told to begin again. */
    private void isRefused(String because) {
        isRefused(provider.logIn(begin()), because);
    }

    private void isRefused(Map<String, String> form, String because) {
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

    @Test
    void anHonestAnswerSignsIn() {
        assertThat(logIn()).isEqualTo("/apps");
        assertThat(browser.signedIn()).isPresent();
    }

    @Test
    void aRefusedAnswerSaysOnlyToBeginAgain() {
        provider.signed = List.of();
        assertThat(logIn()).isEqualTo("/#sso=unauthenticated");
    }

    @ParameterizedTest
    @EnumSource(Wrapping.class)
    void aSignatureWrappedAroundAnotherIsRefused(Wrapping wrapping) {
        String victim = provider.subject;
        assertThat(logIn()).isEqualTo("/apps");
        browser = visitor();
        provider.subject = "G-attacker" + System.nanoTime();
        provider.email = "attacker" + System.nanoTime() + "@example.com";
        provider.signed = List.of(wrapping.signed);
        provider.after = document -> wrapping.wrap(document, victim);
        isRefused(wrapping.because);
    }

    @Test
    void aCommentWithinTheNameIsRefused() {
        provider.subject = "G-victim-and-more";
        provider.sent = text -> text.replace("G-victim-and-more", "G-victim<!---->-and-more");
        isRefused("there are comments in it");
    }

    @Test
    void aProcessingInstructionWithinTheNameIsRefused() {
        provider.subject = "G-victim<?x?>-and-more";
        isRefused("there are comments in it");
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
        isRefused("it is no XML that the panel takes");
    }

    @Test
    void whatIsDeepIsRefused() {
        provider.sent = text -> "<a>".repeat(4_000) + "</a>".repeat(4_000);
        isRefused("it is no XML that the panel takes");
    }

    @Test
    void anUnsignedAnswerIsRefused() {
        provider.signed = List.of();
        isRefused("it is not signed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Assertion", "Response"})
    void anAnswerSignedByAKeyOfSomebodyElseIsRefused(String signed) {
        provider.signed = List.of(signed);
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        isRefused("signed by a key that is not in its metadata");
    }

    @ParameterizedTest
    @CsvSource({"Assertion", "Response"})
    void aChangedAnswerIsRefused(String signed) {
        provider.signed = List.of(signed);
        provider.sent = text -> text.replace(provider.subject, "G-somebody-else");
        isRefused("it was changed after it was signed");
    }

    @Test
    void aChangedAssertionInAWellSignedResponseIsRefused() {
        provider.after = document -> {
            one(document, ASSERTION, "NameID").setTextContent("G-somebody-else");
            provider.sign(document, "Response");
        };
        isRefused("it was changed after it was signed");
    }

    @Test
    void anEmptySignatureIsRefused() {
        provider.sent = text -> text.replaceAll(
                "(?s)<ds:Signature[ >].*</ds:Signature>",
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>");
        isRefused("its signature is of a kind that is not safe");
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
        isRefused("its signature is of a kind that is not safe");
    }

    @Test
    void aDigestBySha1IsRefused() {
        provider.digest = DigestMethod.SHA1;
        isRefused("its signature is of a kind that is not safe");
    }

    @Test
    void thePublicKeyAsASharedSecretIsRefused() {
        provider.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
        provider.signer =
                new SecretKeySpec(provider.key.certificate().getPublicKey().getEncoded(), "HmacSHA256");
        isRefused("its signature is of a kind that is not safe");
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
        isRefused("its signature is of a kind that is not safe");
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
        isRefused(because);
    }

    @Test
    void aLittleDifferenceOfClocksIsTakenAndMoreIsNot() {
        provider.lies.put("start", Instant.now().plusSeconds(40).toString());
        provider.lies.put("end", Instant.now().plusSeconds(90).toString());
        assertThat(logIn()).isEqualTo("/apps");
        browser = visitor();
        provider.lies.put("start", Instant.now().plusSeconds(100).toString());
        isRefused("it is not valid yet");
        provider.lies.put("start", Instant.now().minusSeconds(300).toString());
        provider.lies.put("end", Instant.now().minusSeconds(61).toString());
        isRefused("it is valid no more");
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
        isRefused(because);
    }

    @Test
    void aConditionThatIsNotKnownIsRefused() {
        provider.before = document -> one(document, ASSERTION, "Conditions")
                .appendChild(document.createElementNS(ASSERTION, "saml:Condition"));
        isRefused("it sets a condition that the panel does not know");
    }

    @Test
    void anAnswerToNoRequestIsRefused() {
        provider.before = document -> document.getDocumentElement().removeAttribute("InResponseTo");
        isRefused("nobody asked for it; log-ins begin on the panel's log-in page");
        provider.before =
                document -> one(document, ASSERTION, "SubjectConfirmationData").removeAttribute("InResponseTo");
        isRefused("it answers another log-in");
    }

    @Test
    void anAnswerThatTheProviderBeganIsRefused() {
        Map<String, String> form = provider.logIn(begin());
        form.remove("RelayState");
        assertThat(finish(form)).isEqualTo(UNASKED);
        form.put("RelayState", "");
        assertThat(finish(form)).isEqualTo(UNASKED);
        assertThat(browser.signedIn()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/", "//evil.example", "/apps", "made-up"})
    void aRelayStateLeadsNowhere(String elsewhere) {
        Map<String, String> form = provider.logIn(begin());
        form.put("RelayState", elsewhere);
        assertThat(finish(form)).isEqualTo(UNASKED);
        assertThat(browser.signedIn()).isEmpty();
    }

    @Test
    void anAnswerInAnotherBrowserIsRefused() {
        String back = browser.post("/sso/callback/" + id, provider.logIn(begin()));
        Visitor victim = visitor();
        victim.go("/sso/start/" + id, Map.of());
        assertThat(follow(victim, back)).isEqualTo("/#sso=unauthenticated");
        assertThat(victim.signedIn()).isEmpty();
        assertThat(follow(browser, back)).isEqualTo("/#sso=unauthenticated");
    }

    @Test
    void anAnswerCountsOnce() {
        Map<String, String> form = provider.logIn(begin());
        assertThat(finish(form)).isEqualTo("/apps");
        assertThat(finish(form)).isEqualTo(UNASKED);
    }

    @Test
    void anAnswerIsNotReplacedByALaterOne() {
        Map<String, String> form = provider.logIn(begin());
        String back = browser.post("/sso/callback/" + id, form);
        assertThat(browser.post("/sso/callback/" + id, form)).isEqualTo(UNASKED);
        assertThat(follow(browser, back)).isEqualTo("/apps");
    }

    @Test
    void anAssertionOfAnEarlierLogInIsRefused() {
        Map<String, String> first = provider.logIn(begin());
        assertThat(finish(first)).isEqualTo("/apps");
        browser = visitor();
        Map<String, String> second = provider.logIn(begin());
        second.put("SAMLResponse", first.get("SAMLResponse"));
        isRefused(second, "it answers another log-in");
    }

    @Test
    void anAssertionWithAnIdThatWasUsedIsRefused() {
        provider.lies.put("assertion", "_the-same");
        assertThat(logIn()).isEqualTo("/apps");
        browser = visitor();
        isRefused("its assertion was used already");
    }

    @Test
    void theAnswerOfOneProviderIsNotTakenForAnothers() throws IOException {
        try (HostileSaml other = new HostileSaml()) {
            String otherId = declare(other);
            Map<String, String> form = provider.logIn(begin());
            assertThat(browser.post("/sso/callback/" + otherId, form)).isEqualTo(UNASKED);
        }
    }

    @Test
    void anEncryptedAnswerSaysWhatToDo() {
        provider.signed = List.of("Response");
        provider.before = document ->
                document.renameNode(one(document, ASSERTION, "Assertion"), ASSERTION, "saml:EncryptedAssertion");
        isRefused("have assertions signed and not encrypted");
    }

    @Test
    void anAddressThatIsSaidNotToBeVerifiedMakesNoAccountAndOneThatIsOpensNone() {
        provider.besides = "<saml:Attribute Name=\"email_verified\"><saml:AttributeValue>false</saml:AttributeValue>"
                + "</saml:Attribute>";
        assertThat(logIn()).isEqualTo("/#sso=denied");
        provider.besides = "";
        provider.email = Visitor.OWNER;
        assertThat(logIn()).isEqualTo("/#sso=conflict");
        assertThat(browser.signedIn()).isEmpty();
    }

    @Test
    void newKeysAreFoundAndUnknownOnesAreNotAskedForAtEveryAnswer() {
        provider.signer = HostileSaml.key("RSA", "foreign").secret();
        int asked = provider.asked.get();
        for (int i = 0; i < 5; i++) {
            isRefused("signed by a key that is not in its metadata");
        }
        assertThat(provider.asked.get() - asked).isLessThanOrEqualTo(1);
    }
}
