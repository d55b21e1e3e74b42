package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.FactorActions;
import io.openpanel.teams.PasskeyActions;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.SignedIn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session that is left open does not do what is delicate; a key, which nobody sits in front of, is not asked. */
class RecentProofTest {
    private static final String PANEL = "https://panel.example:8443";
    private static final String HERE = "192.0.2.1";
    private static Office office;
    private static Ref owner;
    private String session;

    @BeforeAll
    static void open() {
        office = new Office();
        owner = office.owner();
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    @BeforeEach
    void signIn() {
        office.pass(Duration.ofHours(2));
        session = office.sessions
                .start(owner.id(), Ref.create("session"), office.home(), HERE, "", List.of("pwd"))
                .session();
    }

    private static Principal in(String session) {
        return new Principal(owner, "Ana", Optional.empty(), Optional.of(new Ref("session", session)));
    }

    private static boolean isAsked(String session) {
        Optional<Problem> asked = office.authority.unproven(in(session));
        asked.ifPresent(each -> assertThat(each.kind()).isEqualTo(Problem.Kind.UNPROVEN));
        return asked.isPresent();
    }

    private static SessionActions.Prove password(String text) {
        return new SessionActions.Prove(
                Optional.of(Secret.of(text)), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static SessionActions.Prove passkey(PasskeyActions.Asked asked, String answer) {
        return new SessionActions.Prove(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Secret.of(asked.ceremony())),
                Optional.of(answer),
                Optional.of(PANEL));
    }

    @Test
    void anHourAfterSigningInOneIsAskedAndAnHourAfterProvingAgain() {
        office.pass(Duration.ofMinutes(59));
        assertThat(isAsked(session)).isFalse();
        office.pass(Duration.ofMinutes(1));
        assertThat(isAsked(session)).isTrue();

        assertThat(office.proofs.take(owner.id(), session, password(Office.PASSWORD), HERE))
                .isEqualTo(office.now.get().plus(Duration.ofHours(1)));

        assertThat(isAsked(session)).isFalse();
        office.pass(Duration.ofMinutes(60));
        assertThat(isAsked(session)).isTrue();
    }

    @Test
    void goingOnWithARefreshTokenIsNoProof() {
        SignedIn in = office.signIn
                .withPassword(Office.EMAIL, Secret.of(Office.PASSWORD), HERE, "")
                .session()
                .orElseThrow();
        office.pass(Duration.ofHours(2));

        SignedIn later = office.signIn.withRefreshToken(Secret.of(in.refreshToken()), HERE);

        Principal who = office.authority
                .authenticate(later.accessToken(), Optional.empty())
                .orElseThrow();
        assertThat(office.authority.unproven(who)).isPresent();
    }

    @Test
    void aWrongProofIsCountedAndProvesNothing() {
        office.pass(Duration.ofHours(2));

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> office.proofs.take(owner.id(), session, password("wrong"), HERE))
                    .hasMessageContaining("not your current password");
        }
        assertThatThrownBy(() -> office.proofs.take(owner.id(), session, password(Office.PASSWORD), HERE))
                .hasMessageContaining("Too many attempts");
        assertThatThrownBy(() -> office.proofs.take(
                        owner.id(),
                        session,
                        new SessionActions.Prove(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()),
                        HERE))
                .hasMessageContaining("your password, a code or a passkey");
        assertThat(isAsked(session)).isTrue();
    }

    @Test
    void aPasskeyProvesItsOwnerOnly() {
        Ref dev = office.member("dev@example.com", "developer");
        SoftPasskey key = new SoftPasskey();
        PasskeyActions.Asked made = office.passkeys.begin(dev.id(), "Laptop", PANEL);
        office.passkeys.confirm(dev.id(), Secret.of(made.ceremony()), key.create(made.options()));
        key.counter++;
        String theirs = office.sessions
                .start(dev.id(), Ref.create("session"), office.home(), HERE, "", List.of("pwd"))
                .session();
        office.pass(Duration.ofHours(2));

        PasskeyActions.Asked asked = office.signIn.askForPasskey(Optional.empty(), PANEL, HERE);
        String answer = key.get(asked.options());
        assertThatThrownBy(() -> office.proofs.take(owner.id(), session, passkey(asked, answer), HERE))
                .hasMessageContaining("of another account");
        assertThat(isAsked(session)).isTrue();

        key.counter++;
        PasskeyActions.Asked again = office.signIn.askForPasskey(Optional.empty(), PANEL, HERE);
        office.proofs.take(dev.id(), theirs, passkey(again, key.get(again.options())), HERE);
        assertThat(isAsked(theirs)).isFalse();
    }

    @Test
    void aCodeProvesOnce() {
        Ref eve = office.member("eve@example.com", "developer");
        FactorActions.Begun app = office.factors.begin(eve.id(), "Phone");
        List<String> recovery = office.factors.confirm(
                eve.id(), app.factor(), Totp.of(app.secret()).code(office.now.get()));
        String theirs = office.sessions
                .start(eve.id(), Ref.create("session"), office.home(), HERE, "", List.of("pwd", "otp", "mfa"))
                .session();
        office.pass(Duration.ofHours(2));
        SessionActions.Prove code = new SessionActions.Prove(
                Optional.empty(),
                Optional.of(Secret.of(recovery.get(0))),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        office.proofs.take(eve.id(), theirs, code, HERE);

        assertThat(isAsked(theirs)).isFalse();
        assertThatThrownBy(() -> office.proofs.take(eve.id(), theirs, code, HERE))
                .isInstanceOf(Problem.class);
    }

    @Test
    void aKeyIsNotAsked() {
        Principal key =
                new Principal(new Ref("key", "k"), "Ana (ci)", Optional.empty(), Optional.of(new Ref("key", "k")));

        assertThat(office.authority.unproven(key)).isEmpty();
    }
}
