package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import io.openpanel.teams.PasskeyActions;
import io.openpanel.teams.SignedIn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PasskeysTest {
    private static final AtomicInteger PEOPLE = new AtomicInteger();
    private static final String PASSWORD = "nine lazy harbours";
    private static final String HERE = "192.0.2.1";
    private static final String PANEL = "https://panel.example:8443";

    private static Office office;

    @BeforeAll
    static void open() {
        office = new Office();
        office.owner();
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    @BeforeEach
    void letLimitsRest() {
        office.pass(Duration.ofMinutes(16));
    }

    /** Somebody with a passkey. */
    private record Holder(Ref user, String email, SoftPasskey key, List<String> recovery) {}

    private static Holder holder() {
        String email = "holder" + PEOPLE.incrementAndGet() + "@example.com";
        Ref user = office.member(email, "developer");
        SoftPasskey key = new SoftPasskey();
        return new Holder(user, email, key, add(user, key));
    }

    private static List<String> add(Ref user, SoftPasskey key) {
        PasskeyActions.Asked asked = office.passkeys.begin(user.id(), "Laptop", PANEL);
        List<String> codes =
                office.passkeys.confirm(user.id(), Secret.of(asked.ceremony()), key.create(asked.options()));
        key.counter++;
        return codes;
    }

    private static Secret challenge(Holder person) {
        return Secret.of(office.signIn
                .withPassword(person.email, Secret.of(PASSWORD), HERE, "")
                .challenge()
                .orElseThrow()
                .token());
    }

    private static PasskeyActions.Asked ask(Optional<Secret> challenge) {
        return office.signIn.askForPasskey(challenge, PANEL, HERE);
    }

    private static SignedIn prove(PasskeyActions.Asked asked, String answer) {
        return office.signIn.withPasskey(Secret.of(asked.ceremony()), answer, PANEL, HERE, "Firefox");
    }

    private static Problem.Kind refused(PasskeyActions.Asked asked, String answer) {
        return catchThrowableOfType(Problem.class, () -> prove(asked, answer)).kind();
    }

    @Test
    void besideThePasswordItGivesTheSession() {
        Holder ana = holder();
        assertThat(ana.recovery).hasSize(10);
        Secret challenge = challenge(ana);
        PasskeyActions.Asked asked = ask(Optional.of(challenge));

        SignedIn in = prove(asked, ana.key.get(asked.options()));

        assertThat(in.user()).isEqualTo(ana.user);
        assertThat(office.sessions.list(ana.user.id()).get(0).amr()).containsExactly("pwd", "pop", "mfa");
        assertThatThrownBy(() -> ask(Optional.of(challenge))).hasMessageContaining("begin it again");
    }

    @Test
    void theSessionBehindAProviderIsKnownBeforeItBeginsAndMayEndBefore() {
        Holder ana = holder();
        SignOn.Identity identity = new SignOn.Identity(
                "p", "https://id.example", ana.email, "Ana", Optional.empty(), false, false, List.of());
        office.identities.link(ana.user, Secret.of(PASSWORD), identity, HERE);
        SignOn.Visit visit = new SignOn.Visit(HERE, "Firefox", true);

        SignOn.Entry.Asked first = (SignOn.Entry.Asked) office.identities.enter(identity, visit);
        PasskeyActions.Asked asked = ask(Optional.of(Secret.of(first.challenge())));
        prove(asked, ana.key.get(asked.options()));
        assertThat(office.sessions.list(ana.user.id()).get(0).id())
                .isEqualTo(first.session().id());
        office.identities.end(ana.user, first.session());
        assertThat(office.sessions.list(ana.user.id())).isEmpty();

        SignOn.Entry.Asked second = (SignOn.Entry.Asked) office.identities.enter(identity, visit);
        PasskeyActions.Asked late = ask(Optional.of(Secret.of(second.challenge())));
        office.identities.end(ana.user, second.session());
        assertThat(refused(late, ana.key.get(late.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aloneItSignsInWhomItVerified() {
        Holder ana = holder();
        PasskeyActions.Asked asked = ask(Optional.empty());

        SignedIn in = prove(asked, ana.key.get(asked.options()));

        assertThat(in.user()).isEqualTo(ana.user);
        assertThat(office.sessions.list(ana.user.id()).get(0).amr()).containsExactly("pop", "user", "mfa");
        assertThat(office.factors.list(ana.user.id()).items().get(0).usedAt()).contains(office.now.get());
    }

    @Test
    void aloneWithoutVerificationItIsRefused() {
        Holder ana = holder();
        ana.key.verifies = false;
        PasskeyActions.Asked asked = ask(Optional.empty());

        assertThat(refused(asked, ana.key.get(asked.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        Secret challenge = challenge(ana);
        PasskeyActions.Asked second = ask(Optional.of(challenge));
        assertThat(prove(second, ana.key.get(second.options()))).isNotNull();
    }

    @Test
    void anAnswerIsGoodOnce() {
        Holder ana = holder();
        PasskeyActions.Asked asked = ask(Optional.empty());
        String answer = ana.key.get(asked.options());
        prove(asked, answer);

        assertThat(refused(asked, answer)).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused(ask(Optional.empty()), answer)).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void anotherQuestionsAnswerIsRefused() {
        Holder ana = holder();
        PasskeyActions.Asked asked = ask(Optional.empty());
        String other = ana.key.get(ask(Optional.empty()).options());

        assertThat(refused(asked, other)).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void anotherSiteIsRefused() {
        Holder ana = holder();
        for (String origin : List.of("https://evil.example", "http://panel.example:8443", "https://panel.example")) {
            ana.key.origin = origin;
            PasskeyActions.Asked asked = ask(Optional.empty());
            assertThat(refused(asked, ana.key.get(asked.options()))).as(origin).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        }
        ana.key.origin = PANEL;
        ana.key.host = "evil.example";
        PasskeyActions.Asked asked = ask(Optional.empty());
        assertThat(refused(asked, ana.key.get(asked.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void atAnotherAddressOfThePanelItIsUnknown() {
        Holder ana = holder();
        PasskeyActions.Asked asked = office.signIn.askForPasskey(Optional.empty(), "https://other.example", HERE);
        ana.key.origin = "https://other.example";
        ana.key.host = "other.example";
        String answer = ana.key.get(asked.options());

        assertThatThrownBy(() -> office.signIn.withPasskey(
                        Secret.of(asked.ceremony()), answer, "https://other.example", HERE, ""))
                .isInstanceOf(Problem.class);
    }

    @Test
    void somebodyElsesPasskeyDoesNotAnswerOnesChallenge() {
        Holder ana = holder();
        Holder eve = holder();
        PasskeyActions.Asked asked = ask(Optional.of(challenge(ana)));
        assertThat(refused(asked, eve.key.get(asked.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);

        PasskeyActions.Asked again = ask(Optional.of(challenge(ana)));
        eve.key.user = ana.user.id();
        assertThat(refused(again, eve.key.get(again.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aCopyShowsByItsCounter() {
        Holder ana = holder();
        ana.key.counter = 10;
        PasskeyActions.Asked asked = ask(Optional.empty());
        prove(asked, ana.key.get(asked.options()));
        ana.key.counter = 5;
        PasskeyActions.Asked copied = ask(Optional.empty());

        assertThat(refused(copied, ana.key.get(copied.options()))).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void whatIsNoAnswerIsRefused() {
        for (String nonsense : List.of("", "{}", "[]", "null", "{\"id\":1}")) {
            assertThat(refused(ask(Optional.empty()), nonsense)).as(nonsense).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        }
    }

    @Test
    void aNewPasskeyIsKeptForWhomItWasMadeAndInTimeOnly() {
        Holder ana = holder();
        Holder eve = holder();
        SoftPasskey key = new SoftPasskey();
        PasskeyActions.Asked asked = office.passkeys.begin(ana.user.id(), "Tablet", PANEL);
        String made = key.create(asked.options());
        assertThatThrownBy(() -> office.passkeys.confirm(eve.user.id(), Secret.of(asked.ceremony()), made))
                .isInstanceOf(Problem.class);

        PasskeyActions.Asked late = office.passkeys.begin(ana.user.id(), "Tablet", PANEL);
        office.pass(Duration.ofMinutes(5));
        assertThatThrownBy(() ->
                        office.passkeys.confirm(ana.user.id(), Secret.of(late.ceremony()), key.create(late.options())))
                .hasMessageContaining("too late");
        assertThat(add(ana.user, key)).isEmpty();
    }

    @Test
    void aPasskeyOfSomebodyElseIsNotAddedAgain() {
        Holder ana = holder();
        Holder eve = holder();
        PasskeyActions.Asked asked = office.passkeys.begin(eve.user.id(), "Mine now", PANEL);

        assertThatThrownBy(() -> office.passkeys.confirm(
                        eve.user.id(), Secret.of(asked.ceremony()), ana.key.create(asked.options())))
                .isInstanceOf(Problem.class);
    }

    @Test
    void whereBrowsersKnowNoPasskeysThePanelSaysSo() {
        Holder ana = holder();
        for (String origin :
                List.of("http://127.0.0.1:8080", "https://192.0.2.2", "http://panel.example", "panel", "")) {
            assertThatThrownBy(() -> office.passkeys.begin(ana.user.id(), "x", origin))
                    .as(origin)
                    .isInstanceOfSatisfying(
                            Problem.class, e -> assertThat(e.fields()).containsKey("origin"));
        }
        assertThat(office.passkeys.begin(ana.user.id(), "x", "http://localhost:8080"))
                .isNotNull();
    }

    @Test
    void withoutItsPasskeyARecoveryCodeIsGood() {
        Holder ana = holder();

        assertThat(office.signIn.withCode(challenge(ana), Secret.of(ana.recovery.get(0)), HERE, ""))
                .isNotNull();
    }
}
