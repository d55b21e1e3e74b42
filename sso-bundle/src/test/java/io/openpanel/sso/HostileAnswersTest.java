package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider, or somebody between, that answers what none should: nobody gets in. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
@Tag("slow")
class HostileAnswersTest {
    private static final String NOBODY = "/#sso=unauthenticated";
    private static TestPanel panel;
    private static Caller owner;
    private static OidcRig other;
    private OidcRig rig;
    private HostileProvider provider;
    private String id;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
        other = new OidcRig(panel, owner);
    }

    @AfterAll
    static void close() {
        other.close();
    }

    @BeforeEach
    void fresh() throws IOException {
        rig = new OidcRig(panel, owner);
        provider = rig.provider;
        id = rig.id;
    }

    @AfterEach
    void end() {
        rig.close();
    }

    private void isRefusedWith(Consumer<JWTClaimsSet.Builder> claims) {
        provider.claims = claims;
        assertThat(rig.logIn()).isEqualTo(NOBODY);
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void anHonestAnswerSignsIn() {
        assertThat(rig.logIn()).isEqualTo("/apps");
        assertThat(rig.browser.signedIn()).isPresent();
    }

    @Test
    void aTokenOfAnotherIssuerIsRefused() {
        isRefusedWith(said -> said.issuer(other.provider.issuer()));
    }

    @Test
    void aTokenForAnotherClientIsRefused() {
        isRefusedWith(said -> said.audience("somebody-else"));
    }

    @Test
    void aTokenForManyThatNamesAnotherPartyIsRefused() {
        isRefusedWith(
                said -> said.audience(List.of(HostileProvider.CLIENT, "x")).claim("azp", "x"));
    }

    @Test
    void aTokenOfAnotherLogInIsRefused() {
        isRefusedWith(said -> said.claim("nonce", "of-another-log-in"));
    }

    @Test
    void aTokenWithoutNonceIsRefused() {
        isRefusedWith(said -> said.claim("nonce", null));
    }

    @Test
    void anExpiredTokenIsRefused() {
        isRefusedWith(said -> said.expirationTime(new Date(System.currentTimeMillis() - 120_000)));
    }

    @Test
    void aTokenOfTheFutureIsRefused() {
        isRefusedWith(said -> said.issueTime(new Date(System.currentTimeMillis() + 600_000)));
    }

    @Test
    void aTokenWithoutSubjectIsRefused() {
        isRefusedWith(said -> said.subject(null));
    }

    @Test
    void anUnsignedTokenIsRefused() {
        provider.signer = provider::unsigned;
        assertThat(rig.logIn()).isEqualTo(NOBODY);
    }

    @Test
    void aTokenSignedWithThePublicKeyAsSecretIsRefused() {
        provider.signer = provider::confused;
        assertThat(rig.logIn()).isEqualTo(NOBODY);
    }

    @Test
    void aTokenSignedByAKeyOfSomebodyElseIsRefused() {
        provider.signer = provider::foreign;
        assertThat(rig.logIn()).isEqualTo(NOBODY);
    }

    @Test
    void aChangedTokenIsRefused() {
        provider.signer = said -> {
            String token = provider.signed(said);
            int middle = token.indexOf('.') + 10;
            return token.substring(0, middle) + (token.charAt(middle) == 'A' ? 'B' : 'A') + token.substring(middle + 1);
        };
        assertThat(rig.logIn()).isEqualTo(NOBODY);
    }

    @Test
    void anAnswerThatNobodyAskedForIsRefused() {
        Map<String, String> back = provider.logIn(rig.begin());
        back.put("state", "made-up");
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
    }

    @Test
    void anAnswerInAnotherBrowserIsRefused() {
        Map<String, String> back = provider.logIn(rig.begin());
        Visitor victim = new Visitor(panel);
        victim.go("/sso/start/" + id, Map.of());
        assertThat(victim.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
        assertThat(victim.signedIn()).isEmpty();
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
    }

    @Test
    void anAnswerInABrowserWithoutTheCookieIsRefused() {
        Map<String, String> back = provider.logIn(rig.begin());
        rig.browser.forget("__Host-op_sso");
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
    }

    @Test
    void anAnswerCountsOnce() {
        Map<String, String> back = provider.logIn(rig.begin());
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo("/apps");
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
    }

    @Test
    void aSpentCodeIsRefusedInANewLogIn() {
        Map<String, String> first = provider.logIn(rig.begin());
        rig.browser.go("/sso/callback/" + id, first);
        Map<String, String> second = provider.logIn(rig.begin());
        second.put("code", first.get("code"));
        assertThat(rig.browser.go("/sso/callback/" + id, second)).isEqualTo(NOBODY);
    }

    @Test
    void aCodeOfAnotherLogInIsRefusedForWantOfItsVerifier() {
        Map<String, String> stolen = provider.logIn(rig.begin());
        Visitor thief = new Visitor(panel);
        Map<String, String> own = provider.logIn(thief.go("/sso/start/" + id, Map.of()));
        own.put("code", stolen.get("code"));
        assertThat(thief.go("/sso/callback/" + id, own)).isEqualTo(NOBODY);
        assertThat(thief.signedIn()).isEmpty();
    }

    @Test
    void anAnswerThatNamesAnotherIssuerIsRefused() {
        Map<String, String> back = provider.logIn(rig.begin());
        back.put("iss", other.provider.issuer());
        assertThat(rig.browser.go("/sso/callback/" + id, back)).isEqualTo(NOBODY);
    }

    @Test
    void anAnswerThatNamesNoIssuerIsRefusedWhereTheProviderSaysThatItDoes() {
        provider.namesItself = false;
        assertThat(rig.logIn()).isEqualTo(NOBODY);
    }

    @Test
    void theAnswerOfOneProviderIsNotTakenForAnothers() {
        Map<String, String> back = provider.logIn(rig.begin());
        assertThat(rig.browser.go("/sso/callback/" + other.id, back)).isEqualTo(NOBODY);
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void whoIsRefusedByTheProviderIsRefused() {
        Map<String, String> asked =
                HostileProvider.parameters(java.net.URI.create(rig.begin()).getRawQuery());
        assertThat(rig.browser.go("/sso/callback/" + id, Map.of("error", "access_denied", "state", asked.get("state"))))
                .isEqualTo(NOBODY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example",
                "//evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "javascript:alert(1)",
                "/\t/evil.example",
                "/sso/start/x",
                "apps"
            })
    void onlyAPathOfThePanelIsAWayBack(String elsewhere) {
        assertThatThrownBy(() -> rig.browser.go("/sso/start/" + id, Map.of("return", elsewhere)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID));
    }

    @Test
    void anUnverifiedAddressMakesNoAccountAndOpensNone() {
        provider.email = Visitor.OWNER;
        provider.verified = false;
        assertThat(rig.logIn()).isEqualTo("/#sso=denied");
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void aVerifiedAddressOfAnAccountOpensItNot() {
        provider.email = Visitor.OWNER;
        assertThat(rig.logIn()).isEqualTo("/#sso=conflict");
        assertThat(rig.browser.signedIn()).isEmpty();
    }

    @Test
    void userInfoOfSomebodyElseIsRefused() {
        provider.userInfo.putAll(Map.of("sub", "somebody-else", "groups", List.of("devs")));
        isRefusedWith(said -> said.claim("groups", null));
    }

    @Test
    void newKeysAreFoundAndUnknownOnesAreNotAskedForAtEveryAnswer() {
        assertThat(rig.logIn()).isEqualTo("/apps");
        provider.key = HostileProvider.newKey("second");
        rig.browser = new Visitor(panel);
        assertThat(rig.logIn()).isEqualTo("/apps");
        int asked = provider.keyRequests.get();
        for (int i = 0; i < 5; i++) {
            com.nimbusds.jose.jwk.RSAKey published = provider.key;
            provider.signer = said -> {
                provider.key = HostileProvider.newKey("unknown");
                String token = provider.signed(said);
                provider.key = published;
                return token;
            };
            assertThat(rig.logIn()).startsWith("/#sso=");
        }
        assertThat(provider.keyRequests.get() - asked).isLessThanOrEqualTo(1);
    }

    @Test
    void manyBegunLogInsOfOneAddressAreLimited() {
        rig.browser = new Visitor(panel, "192.0.2.99");
        String answer = "";
        for (int i = 0; i < 40 && !answer.equals("/#sso=limited"); i++) {
            answer = rig.begin();
        }
        assertThat(answer).isEqualTo("/#sso=limited");
        // Others go on: the address is another one.
        assertThat(Visitor.call(
                                panel,
                                new Caller.Anonymous(),
                                "single-sign-on.begin",
                                new HashMap<>(Map.of("provider", id, "origin", "https://panel.example:8443")))
                        .get("url")
                        .asText())
                .startsWith(provider.issuer());
    }
}
