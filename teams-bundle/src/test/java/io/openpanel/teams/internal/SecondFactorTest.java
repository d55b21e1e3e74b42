package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.FactorActions;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.SignedIn;
import io.openpanel.teams.TeamEvents;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecondFactorTest {
    private static final AtomicInteger PEOPLE = new AtomicInteger();
    private static final String PASSWORD = "nine lazy harbours";
    private static final String HERE = "192.0.2.1";

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

    /** Somebody with an authenticator app. */
    private record Enrolled(Ref user, String email, Ref factor, Totp app, List<String> recovery) {
        String code() {
            return app.code(office.now.get());
        }
    }

    private static Enrolled enrolled() {
        String email = "person" + PEOPLE.incrementAndGet() + "@example.com";
        Ref user = office.member(email, "developer");
        FactorActions.Begun begun = office.factors.begin(user.id(), "Phone");
        Totp app = Totp.of(begun.secret());
        List<String> recovery = office.factors.confirm(user.id(), begun.factor(), app.code(office.now.get()));
        office.pass(Duration.ofSeconds(30));
        return new Enrolled(user, email, begun.factor(), app, recovery);
    }

    private static SessionActions.Begun password(String email) {
        return office.signIn.withPassword(email, Secret.of(PASSWORD), HERE, "Firefox");
    }

    private static String challenge(Enrolled person) {
        return password(person.email).challenge().orElseThrow().token();
    }

    private static SignedIn answer(String challenge, String code) {
        return office.signIn.withCode(Secret.of(challenge), Secret.of(code), HERE, "Firefox");
    }

    private static Problem.Kind refused(String challenge, String code) {
        return catchThrowableOfType(Problem.class, () -> answer(challenge, code))
                .kind();
    }

    private static String wrong(Enrolled person) {
        return "%06d".formatted((Integer.parseInt(person.code()) + 500_000) % 1_000_000);
    }

    @Test
    void thePasswordAloneGivesAChallengeAndNoSession() {
        Enrolled ana = enrolled();

        SessionActions.Begun begun = password(ana.email);

        assertThat(begun.session()).isEmpty();
        assertThat(begun.challenge().orElseThrow().factors()).containsExactly("totp");
        assertThat(begun.toString())
                .doesNotContain(begun.challenge().orElseThrow().token());
        assertThat(office.sessions.list(ana.user.id())).isEmpty();
    }

    @Test
    void theCodeGivesTheSessionWhichSaysHow() {
        Enrolled ana = enrolled();

        SignedIn in = answer(challenge(ana), ana.code());

        assertThat(in.user()).isEqualTo(ana.user);
        assertThat(office.authority.authenticate(in.accessToken(), Optional.empty()))
                .isPresent();
        assertThat(office.sessions.list(ana.user.id()).get(0).amr()).containsExactly("pwd", "otp", "mfa");
    }

    @Test
    void aCodeIsGoodOnce() {
        Enrolled ana = enrolled();
        String code = ana.code();
        answer(challenge(ana), code);

        assertThat(refused(challenge(ana), code)).isEqualTo(Problem.Kind.INVALID);
        office.pass(Duration.ofSeconds(30));
        assertThat(refused(challenge(ana), code)).isEqualTo(Problem.Kind.INVALID);
        assertThat(answer(challenge(ana), ana.code())).isNotNull();
    }

    @Test
    void anEarlierCodeIsNoGoodOnceALaterOneWasUsed() {
        Enrolled ana = enrolled();
        String earlier = ana.code();
        office.pass(Duration.ofSeconds(30));
        answer(challenge(ana), ana.code());

        assertThat(refused(challenge(ana), earlier)).isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void ofManyWhoGiveTheSameCodeAtOnceOneIsLetIn() throws Exception {
        Enrolled ana = enrolled();
        List<String> challenges = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            challenges.add(challenge(ana));
        }
        String code = ana.code();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Boolean>> tries = threads.invokeAll(challenges.stream()
                .<Callable<Boolean>>map(each -> () -> {
                    try {
                        return answer(each, code) != null;
                    } catch (Problem refused) {
                        return false;
                    }
                })
                .toList());
        threads.shutdown();

        int let = 0;
        for (Future<Boolean> each : tries) {
            let += each.get() ? 1 : 0;
        }
        assertThat(let).isEqualTo(1);
    }

    @Test
    void aStepTooEarlyOrTooLateIsRefused() {
        Enrolled ana = enrolled();

        assertThat(refused(challenge(ana), ana.app.code(office.now.get().plusSeconds(60))))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(challenge(ana), ana.app.code(office.now.get().minusSeconds(60))))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(answer(challenge(ana), ana.app.code(office.now.get().plusSeconds(30))))
                .isNotNull();
    }

    @Test
    void theSixthTryFindsNoChallengeAndTheFifthIsTold() {
        Enrolled ana = enrolled();
        String challenge = challenge(ana);
        office.panel.published.clear();
        for (int i = 0; i < 5; i++) {
            assertThat(refused(challenge, wrong(ana))).isEqualTo(Problem.Kind.INVALID);
        }

        assertThat(refused(challenge, ana.code())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(office.panel.published).contains(new TeamEvents.FactorRefused(ana.user, HERE));
    }

    @Test
    void newChallengesDoNotMakeWrongCodesForgotten() {
        Enrolled ana = enrolled();
        for (int i = 0; i < 5; i++) {
            refused(challenge(ana), wrong(ana));
        }

        assertThat(refused(challenge(ana), ana.code())).isEqualTo(Problem.Kind.LIMITED);
        office.pass(Duration.ofSeconds(1));
        assertThat(answer(challenge(ana), ana.code())).isNotNull();
    }

    @Test
    void aChallengeIsGoodForOneSession() {
        Enrolled ana = enrolled();
        String challenge = challenge(ana);
        answer(challenge, ana.code());
        office.pass(Duration.ofSeconds(30));

        assertThat(refused(challenge, ana.code())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aChallengeEndsAfterFiveMinutes() {
        Enrolled ana = enrolled();
        String challenge = challenge(ana);
        office.pass(Challenges.LIFE);

        assertThat(refused(challenge, ana.code())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused("made up", ana.code())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void anothersCodeDoesNotAnswerOnesChallenge() {
        Enrolled ana = enrolled();
        Enrolled eve = enrolled();

        assertThat(refused(challenge(ana), eve.code())).isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(challenge(ana), eve.recovery.get(0))).isEqualTo(Problem.Kind.INVALID);
        assertThat(answer(challenge(eve), eve.recovery.get(0)).user()).isEqualTo(eve.user);
    }

    @Test
    void aRecoveryCodeIsGoodOnceAndOnlyItsDigestIsKept() {
        Enrolled ana = enrolled();
        assertThat(ana.recovery)
                .hasSize(10)
                .doesNotHaveDuplicates()
                .allMatch(each -> each.matches("([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}"));
        String typed = ana.recovery.get(3).toUpperCase().replace('-', ' ').replace('0', 'O');

        answer(challenge(ana), typed);

        assertThat(office.sessions.list(ana.user.id()).get(0).amr()).containsExactly("pwd", "recovery", "mfa");
        assertThat(refused(challenge(ana), ana.recovery.get(3))).isEqualTo(Problem.Kind.INVALID);
        assertThat(office.factors.list(ana.user.id()).recoveryCodes()).isEqualTo(9);
        assertThat(column("select string_agg(hash, ' ') as text from recovery_code"))
                .doesNotContain(ana.recovery.get(0).replace("-", ""));
    }

    /** A text that lies in the database. */
    public record Text(String text) {}

    private static String column(String sql) {
        return office.clerk
                .allTeams(tx -> tx.one(Text.class, sql))
                .orElseThrow()
                .text();
    }

    @Test
    void newRecoveryCodesTakeThePlaceOfTheOldOnes() {
        Enrolled ana = enrolled();
        office.challenges.requireCode(ana.user.id(), ana.code(), HERE);

        List<String> fresh = office.factors.renewRecoveryCodes(ana.user.id());

        assertThat(fresh).hasSize(10).doesNotContainAnyElementsOf(ana.recovery);
        assertThat(refused(challenge(ana), ana.recovery.get(0))).isEqualTo(Problem.Kind.INVALID);
        assertThat(answer(challenge(ana), fresh.get(0))).isNotNull();
    }

    @Test
    void theSeedLiesSealedAndBoundToItsRow() {
        Enrolled ana = enrolled();
        Enrolled eve = enrolled();
        assertThat(column("select secret as text from factor where id = '" + ana.factor.id() + "'"))
                .doesNotContain(ana.app.text());

        office.panel.execute("update factor set secret = (select secret from factor where id = '" + eve.factor.id()
                + "') where id = '" + ana.factor.id() + "'");

        assertThatThrownBy(() -> answer(challenge(ana), eve.code())).isInstanceOf(Problem.class);
        assertThat(office.sessions.list(ana.user.id())).isEmpty();
    }

    @Test
    void anUnconfirmedAppAsksNothingAndIsOverAfterAWhile() {
        Ref user = office.member("slow@example.com", "viewer");
        FactorActions.Begun begun = office.factors.begin(user.id(), "Phone");
        assertThat(password("slow@example.com").session()).isPresent();
        assertThatThrownBy(() -> office.factors.confirm(user.id(), begun.factor(), "000000"))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.fields()).containsKey("code"));
        office.pass(Duration.ofMinutes(15));

        String late = Totp.of(begun.secret()).code(office.now.get());
        assertThatThrownBy(() -> office.factors.confirm(user.id(), begun.factor(), late))
                .hasMessageContaining("took too long");
        office.pass(Duration.ofSeconds(1));
        office.challenges.sweep();
        assertThatThrownBy(() -> office.factors.get(user.id(), begun.factor())).isInstanceOf(Problem.class);
    }

    @Test
    void withTheLastFactorTheRecoveryCodesGoAndThePasswordIsEnoughAgain() {
        Enrolled ana = enrolled();
        Enrolled eve = enrolled();
        assertThatThrownBy(() -> office.factors.get(eve.user.id(), ana.factor)).isInstanceOf(Problem.class);

        office.factors.remove(ana.user.id(), ana.factor);

        assertThat(office.factors.list(ana.user.id()).recoveryCodes()).isZero();
        assertThat(password(ana.email).session()).isPresent();
    }

    @Test
    void aFurtherFactorGivesNoNewRecoveryCodes() {
        Enrolled ana = enrolled();
        FactorActions.Begun second = office.factors.begin(ana.user.id(), "Tablet");
        Totp tablet = Totp.of(second.secret());

        assertThat(office.factors.confirm(ana.user.id(), second.factor(), tablet.code(office.now.get())))
                .isEmpty();

        office.pass(Duration.ofSeconds(30));
        assertThat(answer(challenge(ana), tablet.code(office.now.get()))).isNotNull();
        assertThat(answer(challenge(ana), ana.code())).isNotNull();
    }

    @Test
    void aCallWithAKeyIsAskedForNothing() {
        Enrolled ana = enrolled();
        ApiKeys.Made key = office.keys.make(ana.user.id(), "ci", List.of("*"), List.of(), Optional.empty());
        office.clerk.in(office.home(), tx -> {
            office.keys.insert(tx, key.row());
            return null;
        });

        assertThat(office.authority.authenticate(key.token(), Optional.empty())).isPresent();
    }

    @Test
    void aResetSignsOutAndOnlyThePasswordIsLeft() {
        Enrolled ana = enrolled();
        SignedIn in = answer(challenge(ana), ana.code());
        String open = challenge(ana);
        Ref admin = office.member("adam" + PEOPLE.incrementAndGet() + "@example.com", "admin");

        reset(admin, ana.user);

        assertThat(office.authority.authenticate(in.accessToken(), Optional.empty()))
                .isEmpty();
        assertThat(refused(open, ana.code())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(password(ana.email).session()).isPresent();
    }

    private static void reset(Ref by, Ref user) {
        Ref home = new Ref("team", office.home());
        office.panel.in(home, () -> {
            office.factorReset.reset(FakeCall.by(by, home), new Ref("member", user.id()));
            return null;
        });
    }

    @Test
    void nobodyResetsThemselvesOrWhoHasMore() {
        Enrolled ana = enrolled();
        Ref admin = office.member("adam" + PEOPLE.incrementAndGet() + "@example.com", "admin");
        Ref owner = new Ref(
                "user",
                column("select user_id as text from membership where role = 'owner' and team_id = '" + office.home()
                        + "'"));

        assertThatThrownBy(() -> reset(ana.user, ana.user)).hasMessageContaining("in your profile");
        assertThatThrownBy(() -> reset(admin, owner)).hasMessageContaining("Only an owner");
        assertThatThrownBy(() -> reset(ana.user, admin)).isInstanceOf(Problem.class);
        assertThat(password(ana.email).session()).isEmpty();
    }

    @Test
    void anotherTeamDoesNotResetWhoIsInSeveral() {
        Enrolled ana = enrolled();
        Ref other = Ref.create("team");
        Ref boss = office.member("boss" + PEOPLE.incrementAndGet() + "@example.com", "viewer");
        office.clerk.in(other.id(), tx -> {
            tx.update("insert into team (id, name, created_at) values (?, ?, now())", other.id(), other.id());
            office.people.join(tx, boss.id(), "Boss", Role.OWNER);
            return office.people.join(tx, ana.user.id(), "Ana", Role.VIEWER);
        });
        office.rights.personChanged(ana.user.id(), true);

        assertThatThrownBy(() -> office.panel.in(other, () -> {
                    office.factorReset.reset(FakeCall.by(boss, other), new Ref("member", ana.user.id()));
                    return null;
                }))
                .hasMessageContaining("in another team too");
        assertThat(password(ana.email).session()).isEmpty();
    }
}
