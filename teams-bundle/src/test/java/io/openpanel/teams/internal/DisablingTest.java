package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SignedIn;
import io.openpanel.teams.TeamEvents;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is disabled is out at once, everywhere, and a panel keeps an owner who can come in. */
class DisablingTest {
    private static final String PASSWORD = "nine lazy harbours";
    private Office office;
    private Ref owner;
    private Ref dev;

    @BeforeEach
    void open() {
        office = new Office();
        owner = office.owner();
        dev = new Ref("user", office.member("dev@example.com", "developer").id());
    }

    @AfterEach
    void close() throws InterruptedException {
        office.close();
    }

    private FakeCall by(Ref user) {
        return FakeCall.by(user, new Ref("team", office.home()));
    }

    private SignedIn signIn() {
        office.pass(Duration.ofMinutes(16));
        return office.signIn
                .withPassword("dev@example.com", Secret.of(PASSWORD), "192.0.2.1", "Firefox")
                .session()
                .orElseThrow();
    }

    private boolean isLetIn(String token) {
        return office.authority.authenticate(token, Optional.empty()).isPresent();
    }

    private String key() {
        ApiKeys.Made made = office.keys.make(dev.id(), "ci", List.of("*"), List.of(), Optional.empty());
        office.clerk.in(office.home(), tx -> {
            office.keys.insert(tx, made.row());
            return null;
        });
        return made.token();
    }

    @Test
    void sessionsAndKeysEndAtOnceAndOpenStreamsAreTold() throws Exception {
        SignedIn in = signIn();
        String key = key();
        assertThat(isLetIn(in.accessToken())).isTrue();
        assertThat(isLetIn(key)).isTrue();
        List<Ref> told = new CopyOnWriteArrayList<>();

        try (AutoCloseable listening = office.authority.onRevoked(told::add)) {
            assertThat(office.accounts.disable(by(owner), dev).disabled()).isTrue();
        }

        assertThat(isLetIn(in.accessToken())).isFalse();
        assertThat(isLetIn(key)).isFalse();
        assertThat(told)
                .contains(dev)
                .anyMatch(ref -> ref.kind().equals("session"))
                .anyMatch(ref -> ref.kind().equals("key"));
        assertThatThrownBy(() -> office.signIn.withRefreshToken(Secret.of(in.refreshToken()), "192.0.2.1"))
                .hasMessageContaining("sign in again");
    }

    @Test
    void logInAnswersAsForAWrongPassword() {
        Problem wrong = catchThrowableOfType(
                Problem.class,
                () -> office.signIn.withPassword("dev@example.com", Secret.of("wrong"), "192.0.2.1", ""));
        office.accounts.disable(by(owner), dev);

        Problem disabled = catchThrowableOfType(Problem.class, this::signIn);

        assertThat(disabled.kind()).isEqualTo(wrong.kind());
        assertThat(disabled).hasMessage(wrong.getMessage());
    }

    @Test
    void enablingBringsBackAccessButNotTheSessions() {
        SignedIn before = signIn();
        String key = key();
        office.accounts.disable(by(owner), dev);

        assertThat(office.accounts.enable(dev).disabled()).isFalse();

        assertThat(isLetIn(before.accessToken())).isFalse();
        assertThat(isLetIn(key)).isTrue();
        assertThat(isLetIn(signIn().accessToken())).isTrue();
    }

    @Test
    void theLastActiveOwnerStays() {
        Ref second = new Ref("user", office.member("bo@example.com", "owner").id());

        office.accounts.disable(by(second), owner);

        assertThatThrownBy(() -> office.accounts.disable(by(dev), second)).hasMessageContaining("last owner");
        assertThatThrownBy(() -> office.accounts.disable(by(second), second)).hasMessageContaining("themselves");
        assertThatThrownBy(() -> office.panel.in(
                        new Ref("team", office.home()),
                        () -> office.members.setRole(
                                by(second), new Ref("member", second.id()), new Ref("role", "viewer"))))
                .hasMessageContaining("needs an owner");
    }

    @Test
    void twoOwnersCannotDisableEachOtherAtTheSameMoment() throws InterruptedException {
        Ref second = new Ref("user", office.member("bo@example.com", "owner").id());
        Thread one = new Thread(() -> attempt(by(owner), second));
        Thread two = new Thread(() -> attempt(by(second), owner));
        one.start();
        two.start();
        one.join();
        two.join();

        assertThat(office.accounts.list().stream().filter(each -> each.disabled()))
                .hasSize(1);
    }

    private void attempt(FakeCall call, Ref user) {
        try {
            office.accounts.disable(call, user);
        } catch (Problem late) {
            assertThat(late.kind()).isEqualTo(Problem.Kind.CONFLICT);
        }
    }

    @Test
    void loggingSomebodyOutLeavesTheirKeysAndLetsThemLogInAgain() {
        SignedIn before = signIn();
        String key = key();
        assertThat(office.accounts.get(dev).sessions()).isEqualTo(1);

        assertThat(office.accounts.logOut(dev).sessions()).isZero();

        assertThat(isLetIn(before.accessToken())).isFalse();
        assertThat(isLetIn(key)).isTrue();
        assertThat(isLetIn(signIn().accessToken())).isTrue();
    }

    @Test
    void noLinkSetsThePasswordOfSomebodyDisabled() {
        office.panel.in(new Ref("team", office.home()), () -> {
            PasswordResets.Link link = office.resets.create(dev, Optional.empty());
            office.accounts.disable(by(owner), dev);
            assertThatThrownBy(() -> office.resets.open(Secret.of(link.token()), "192.0.2.1"))
                    .hasMessageContaining("not good");
            assertThatThrownBy(() -> office.resets.create(dev, Optional.empty()))
                    .hasMessageContaining("enable them first");
            return null;
        });
    }

    @Test
    void whoIsDeletedIsOutEverywhereAndNothingOfTheirsIsLeft() throws Exception {
        SignedIn in = signIn();
        String key = key();
        List<Ref> told = new CopyOnWriteArrayList<>();

        try (AutoCloseable listening = office.authority.onRevoked(told::add)) {
            office.accounts.delete(by(owner), dev);
        }

        assertThat(isLetIn(in.accessToken())).isFalse();
        assertThat(isLetIn(key)).isFalse();
        assertThat(told)
                .contains(dev)
                .anyMatch(ref -> ref.kind().equals("session"))
                .anyMatch(ref -> ref.kind().equals("key"));
        assertThat(office.panel.published)
                .contains(new TeamEvents.UserDeleted(dev, "dev"))
                .anyMatch(TeamEvents.MemberRemoved.class::isInstance);
        assertThatThrownBy(this::signIn).hasMessageContaining("is wrong");
        assertThatThrownBy(() -> office.accounts.get(dev)).hasMessageContaining("There is no user");
        for (String table : List.of("session", "membership", "factor", "account_link", "user_identity")) {
            assertThat(office.clerk.<List<Rights.Id>>allTeams(tx -> tx.list(
                            Rights.Id.class, "select user_id as id from " + table + " where user_id = ?", dev.id())))
                    .as(table)
                    .isEmpty();
        }
        office.member("dev@example.com", "viewer");
    }

    @Test
    void theLastOwnerOfATeamIsNotDeletedAndNobodyDeletesThemselvesAmongPeople() {
        Ref second = new Ref("user", office.member("bo@example.com", "owner").id());
        assertThatThrownBy(() -> office.accounts.delete(by(owner), owner)).hasMessageContaining("in your profile");
        office.accounts.disable(by(owner), second);

        assertThatThrownBy(() -> office.accounts.delete(owner))
                .hasMessageContaining("The team Home has no other owner who may come in");

        office.accounts.enable(second);
        office.accounts.delete(owner);
        assertThatThrownBy(() -> office.accounts.delete(second)).hasMessageContaining("no other owner");
    }

    @Test
    void twoOwnersCannotDeleteThemselvesAtTheSameMoment() throws InterruptedException {
        Ref second = new Ref("user", office.member("bo@example.com", "owner").id());
        List<Thread> both = List.of(new Thread(() -> leave(owner)), new Thread(() -> leave(second)));
        both.forEach(Thread::start);
        for (Thread each : both) {
            each.join();
        }

        assertThat(office.accounts.list()).hasSize(2);
        assertThat(office.clerk.<List<Rights.Id>>allTeams(
                        tx -> tx.list(Rights.Id.class, "select user_id as id from membership where role = 'owner'")))
                .hasSize(1);
    }

    private void leave(Ref user) {
        try {
            office.accounts.delete(user);
        } catch (Problem late) {
            assertThat(late.kind()).isEqualTo(Problem.Kind.CONFLICT);
        }
    }

    @Test
    void everybodyIsListedWithTheirTeams() {
        assertThat(office.accounts.list())
                .extracting(each -> each.email() + ' ' + each.teams() + ' ' + each.disabled())
                .containsExactlyInAnyOrder("ana@example.com [Home] false", "dev@example.com [Home] false");
    }
}
