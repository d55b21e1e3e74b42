package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SignedIn;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignInTest {
    private static final Ref OWNER = new Ref("role", "owner");
    private static final Ref VIEWER = new Ref("role", "viewer");
    private static Office office;
    private static Ref owner;
    private static Ref home;

    @BeforeAll
    static void open() {
        office = new Office();
        owner = office.owner();
        home = new Ref("team", office.home());
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    @BeforeEach
    void letLimitsRest() {
        office.pass(Duration.ofMinutes(16));
    }

    private static SignedIn signIn(String email, String password) {
        return office.signIn
                .withPassword(email, Secret.of(password), "192.0.2.1", "Firefox")
                .session()
                .orElseThrow();
    }

    private static Problem refused(String email, String password) {
        return catchThrowableOfType(Problem.class, () -> signIn(email, password));
    }

    @Test
    void theRightPasswordGivesTokensThatWork() {
        SignedIn in = signIn(" ANA@example.com ", Office.PASSWORD);

        assertThat(in.user()).isEqualTo(owner);
        assertThat(in.role()).isEqualTo("owner");
        assertThat(in.teamName()).isEqualTo("Home");
        assertThat(in.toString()).doesNotContain(in.accessToken()).doesNotContain(in.refreshToken());
        assertThat(office.authority.authenticate(in.accessToken(), Optional.empty()))
                .isPresent();
        SignedIn next = office.signIn.withRefreshToken(Secret.of(in.refreshToken()), "192.0.2.1");
        assertThat(next.user()).isEqualTo(owner);
        assertThat(next.refreshToken()).isNotEqualTo(in.refreshToken());
    }

    @Test
    void aWrongPasswordAndAnUnknownPersonGetTheSameAnswer() {
        Problem wrong = refused(Office.EMAIL, "not the password");
        Problem unknown = refused("nobody@example.com", "not the password");

        assertThat(wrong.kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(unknown).hasMessage(wrong.getMessage());
        assertThat(refused(Office.EMAIL, "").kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused("' or 1=1 --", "x").kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void anUnknownPersonTakesAsLong() {
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            office.pass(Duration.ofMinutes(16));
            known.add(time(Office.EMAIL));
            unknown.add(time("nobody" + i + "@example.com"));
        }
        known.sort(null);
        unknown.sort(null);
        double ratio = (double) unknown.get(6) / known.get(6);
        System.out.printf(
                "sign-in refused: known %d us, unknown %d us, ratio %.2f%n",
                known.get(6) / 1_000, unknown.get(6) / 1_000, ratio);

        assertThat(ratio).isBetween(0.5, 2.0);
    }

    private static long time(String email) {
        long start = System.nanoTime();
        refused(email, "not the password");
        return System.nanoTime() - start;
    }

    @Test
    void theSixthTryHasToWait() {
        for (int i = 0; i < 5; i++) {
            refused(Office.EMAIL, "not the password");
        }

        assertThat(refused(Office.EMAIL, Office.PASSWORD).kind()).isEqualTo(Problem.Kind.LIMITED);
        office.pass(Duration.ofSeconds(1));
        assertThat(signIn(Office.EMAIL, Office.PASSWORD)).isNotNull();
    }

    @Test
    void aCheapHashIsMadeAnewAtSignIn() {
        String cheap = new Passwords(new Passwords.Cost(8 * 1024, 1, 1), 1).hash(Office.PASSWORD);
        office.panel.execute("update user_account set password = '" + cheap + "' where id = '" + owner.id() + "'");

        signIn(Office.EMAIL, Office.PASSWORD);

        assertThat(office.people.get(owner.id()).password()).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(signIn(Office.EMAIL, Office.PASSWORD)).isNotNull();
    }

    @Test
    void aNewPasswordEndsTheOtherSessions() {
        Ref user = office.member("bea@example.com", "developer");
        SignedIn here = signIn("bea@example.com", "nine lazy harbours");
        SignedIn there = signIn("bea@example.com", "nine lazy harbours");
        Optional<Ref> session = office.authority
                .authenticate(here.accessToken(), Optional.empty())
                .orElseThrow()
                .session();

        assertThatThrownBy(() -> office.profiles.requirePassword(user.id(), "current", Secret.of("wrong"), ""))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.fields()).containsKey("current"));
        assertThatThrownBy(() -> office.profiles.setPassword(user.id(), Secret.of("password1234"), session))
                .isInstanceOf(Problem.class);
        office.profiles.setPassword(user.id(), Secret.of("ten slow lanterns"), session);

        assertThat(office.authority.authenticate(here.accessToken(), Optional.empty()))
                .isPresent();
        assertThat(office.authority.authenticate(there.accessToken(), Optional.empty()))
                .isEmpty();
        assertThat(refused("bea@example.com", "nine lazy harbours").kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(signIn("bea@example.com", "ten slow lanterns")).isNotNull();
    }

    @Test
    void theLastOwnerStaysOne() {
        FakeCall call = FakeCall.by(owner, home);

        assertThatThrownBy(() -> office.panel.in(home, () -> office.members.setRole(call, owner, VIEWER)))
                .hasMessageContaining("needs an owner");
        assertThatThrownBy(() -> office.panel.in(home, () -> {
                    office.members.remove(call, owner);
                    return null;
                }))
                .hasMessageContaining("needs an owner");
    }

    @Test
    void anAdminMakesNoOwners() {
        Ref admin = office.member("adam@example.com", "admin");
        FakeCall call = FakeCall.by(admin, home);
        Ref user = office.member("dev@example.com", "viewer");

        assertThatThrownBy(() -> office.panel.in(home, () -> office.members.setRole(call, user, OWNER)))
                .hasMessageContaining("Only an owner");
        assertThatThrownBy(() -> office.panel.in(home, () -> office.members.setRole(call, owner, VIEWER)))
                .hasMessageContaining("Only an owner");
        assertThat(office.panel
                        .in(home, () -> office.members.setRole(call, user, new Ref("role", "developer")))
                        .roleName())
                .isEqualTo("Developer");
    }

    @Test
    void whoIsTakenOutLosesKeysAndSessions() {
        Ref user = office.member("leaver@example.com", "developer");
        SignedIn in = signIn("leaver@example.com", "nine lazy harbours");
        ApiKeys.Made key = office.keys.make(user.id(), "ci", List.of("*"), List.of(), Optional.empty());
        office.clerk.in(home.id(), tx -> {
            office.keys.insert(tx, key.row());
            return null;
        });
        assertThat(office.authority.authenticate(key.token(), Optional.empty())).isPresent();

        office.panel.in(home, () -> {
            office.members.remove(FakeCall.by(owner, home), user);
            return null;
        });

        assertThat(office.authority.authenticate(key.token(), Optional.empty())).isEmpty();
        assertThat(office.authority
                        .authenticate(in.accessToken(), Optional.empty())
                        .flatMap(each -> each.team()))
                .isEmpty();
        assertThat(refused("leaver@example.com", "nine lazy harbours").kind()).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void anotherPersonsAddressCannotBeTaken() {
        Ref user = office.member("mover@example.com", "viewer");

        assertThatThrownBy(() -> office.profiles.update(
                        user.id(), Optional.empty(), Optional.of(Office.EMAIL), Optional.empty(), "192.0.2.1"))
                .isInstanceOf(Problem.class);
        office.profiles.update(
                user.id(), Optional.of("Mover"), Optional.of("moved@example.com"), Optional.empty(), "192.0.2.1");
        assertThat(signIn("moved@example.com", "nine lazy harbours").name()).isEqualTo("Mover");
    }
}
