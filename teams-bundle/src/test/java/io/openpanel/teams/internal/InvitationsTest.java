package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.InvitationActions;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
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

class InvitationsTest {
    private static final AtomicInteger PEOPLE = new AtomicInteger();
    private static final String PASSWORD = "nine lazy harbours";

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
    void anotherDay() {
        office.nanos.addAndGet(Duration.ofHours(1).toNanos());
    }

    private static String address() {
        return "guest" + PEOPLE.incrementAndGet() + "@example.com";
    }

    private static InvitationActions.Created invite(Ref by, Ref team, String email, String role) {
        return office.panel.in(
                team,
                () -> office.invitations.create(
                        FakeCall.by(by, team),
                        new InvitationActions.Create(
                                email, new Ref("role", role), Optional.empty(), Optional.empty())));
    }

    private static InvitationActions.Joined accept(FakeCall call, String token, String password) {
        return office.joining.accept(
                call,
                new InvitationActions.Accept(
                        Secret.of(token),
                        Optional.ofNullable(password).map(Secret::of),
                        Optional.of("New"),
                        Optional.empty(),
                        Optional.empty()));
    }

    private static FakeCall stranger() {
        return FakeCall.by(new Ref("anonymous", "192.0.2." + PEOPLE.incrementAndGet() % 250), home);
    }

    private static Problem refused(String token, String password) {
        return catchThrowableOfType(Problem.class, () -> accept(stranger(), token, password));
    }

    @Test
    void aWholeOfficeJoinsWithinAMinuteByOneAddress() {
        FakeCall one = stranger();
        for (int i = 0; i < 25; i++) {
            accept(one, invite(owner, home, address(), "viewer").token(), PASSWORD);
        }
    }

    @Test
    void somebodyNewJoinsWithTheRoleAndTheLinkIsSpent() {
        String email = address();
        InvitationActions.Created made = invite(owner, home, email.toUpperCase(java.util.Locale.ROOT), "developer");
        assertThat(made.path()).isEqualTo("/join#" + made.token());
        assertThat(office.joining
                        .show(stranger(), new InvitationActions.Open(Secret.of(made.token())))
                        .email())
                .isEqualTo(email);

        InvitationActions.Joined joined = accept(stranger(), made.token(), PASSWORD);

        assertThat(joined.session().orElseThrow().role()).isEqualTo("developer");
        assertThat(joined.session().orElseThrow().email()).isEqualTo(email);
        assertThat(refused(made.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void theLinkIsInNoTable() {
        InvitationActions.Created made = invite(owner, home, address(), "viewer");

        List<Invitations.Row> rows = office.clerk.in(
                home.id(),
                tx -> tx.list(
                        Invitations.Row.class,
                        "select i.*, '' as team_name from invitation i where id = ?",
                        made.invitation().id()));
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).hash()).hasSize(64).doesNotContain(made.token());
        assertThat(made.toString()).doesNotContain(made.token());
    }

    @Test
    void oneOfTwoWhoRaceGetsIn() throws Exception {
        InvitationActions.Created made = invite(owner, home, address(), "viewer");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Boolean> attempt = () -> refused(made.token(), PASSWORD) == null;
            int in = 0;
            for (Future<Boolean> each : threads.invokeAll(List.of(attempt, attempt, attempt, attempt))) {
                in += each.get() ? 1 : 0;
            }
            assertThat(in).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aPasswordThatIsTooEasyDoesNotTellWhoHasAnAccount() {
        String known = address();
        office.clerk.in(
                Ref.create("team").id(),
                tx -> office.people.account(
                        tx, office.people.newcomer(known, Optional.empty(), Secret.of("eleven cold rivers"), "")));
        String toKnown = invite(owner, home, known, "viewer").token();
        String toNew = invite(owner, home, address(), "viewer").token();

        for (String easy : List.of("short", "password1234")) {
            assertThat(refused(toKnown, easy)).hasMessage(refused(toNew, easy).getMessage());
        }
        office.mode.set("closed");
        try {
            assertThat(refused(toKnown, PASSWORD + "s"))
                    .hasMessage(refused(toNew, PASSWORD + "s").getMessage());
        } finally {
            office.mode.set("invitation");
        }
    }

    @Test
    void whoHasAnAccountJoinsWithItsPasswordOrAsWhoTheyAre() {
        Ref other = Ref.create("team");
        Ref eve = office.clerk.in(other.id(), tx -> {
            tx.update("insert into team (id, name, created_at) values (?, 'Other', now())", other.id());
            return office.people.add(
                    tx,
                    office.people.newcomer("eve@example.net", Optional.empty(), Secret.of("eleven cold rivers"), ""),
                    Role.OWNER);
        });
        InvitationActions.Created made = invite(owner, home, "eve@example.net", "viewer");

        assertThat(refused(made.token(), "another password").fields()).containsKey("password");
        assertThatThrownBy(() -> accept(FakeCall.by(owner, home), made.token(), null))
                .hasMessageContaining("is for eve@example.net");
        InvitationActions.Joined joined = accept(FakeCall.by(eve, other), made.token(), null);

        assertThat(joined.session()).isEmpty();
        assertThat(office.rights
                        .person(eve.id())
                        .orElseThrow()
                        .in(home.id())
                        .orElseThrow()
                        .role())
                .isEqualTo(Role.VIEWER);
        assertThat(office.rights
                        .person(eve.id())
                        .orElseThrow()
                        .in(other.id())
                        .orElseThrow()
                        .role())
                .isEqualTo(Role.OWNER);

        String both = invite(eve, other, Office.EMAIL, "developer").token();
        assertThat(accept(stranger(), both, Office.PASSWORD).session()).isPresent();
    }

    @Test
    void anInvitationIsGoodForThreeDaysAndNoLonger() {
        InvitationActions.Created made = invite(owner, home, address(), "viewer");
        office.now.updateAndGet(now -> now.plus(Invitations.LONGEST));
        assertThat(refused(made.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);
        office.now.updateAndGet(now -> now.minus(Invitations.LONGEST));

        assertThatThrownBy(() -> office.panel.in(
                        home,
                        () -> office.invitations.create(
                                FakeCall.by(owner, home),
                                new InvitationActions.Create(
                                        address(),
                                        new Ref("role", "viewer"),
                                        Optional.empty(),
                                        Optional.of(Duration.ofDays(4))))))
                .isInstanceOfSatisfying(
                        Problem.class, e -> assertThat(e.fields()).containsKey("expiresIn"));
    }

    @Test
    void aNewInvitationEndsTheFormerOneAndAWithdrawnOneIsNoGood() {
        String email = address();
        InvitationActions.Created former = invite(owner, home, email, "viewer");
        InvitationActions.Created made = invite(owner, home, email, "developer");
        assertThat(refused(former.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);

        office.panel.in(home, () -> {
            office.invitations.delete(made.invitation());
            return null;
        });
        assertThat(refused(made.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whatItsMakerMayNotGiveAnyMoreIsNotGiven() {
        Ref admin = office.member(address(), "admin");
        InvitationActions.Created made = invite(admin, home, address(), "admin");
        assertThatThrownBy(() -> invite(admin, home, address(), "owner")).hasMessageContaining("Only an owner");

        office.panel.in(
                home,
                () -> office.members.setRole(
                        FakeCall.by(owner, home), new Ref("member", admin.id()), new Ref("role", "viewer")));

        assertThat(refused(made.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoMayInviteNobodyAnyMoreHasInvitedNobody() {
        Ref admin = office.member(address(), "admin");
        InvitationActions.Created made = invite(admin, home, address(), "viewer");

        office.panel.in(
                home,
                () -> office.members.setRole(
                        FakeCall.by(owner, home), new Ref("member", admin.id()), new Ref("role", "developer")));

        assertThat(refused(made.token(), PASSWORD).kind()).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void anInvitationToOneProjectMakesAGuestWithAGrant() {
        Ref project = office.resources.add("project", Optional.empty(), home);
        InvitationActions.Created made = office.panel.in(
                home,
                () -> office.invitations.create(
                        FakeCall.by(owner, home),
                        new InvitationActions.Create(
                                address(),
                                new Ref("role", "developer"),
                                Optional.of(project.toString()),
                                Optional.empty())));

        String user = accept(stranger(), made.token(), PASSWORD)
                .session()
                .orElseThrow()
                .user()
                .id();

        Rights.Membership place =
                office.rights.person(user).orElseThrow().in(home.id()).orElseThrow();
        assertThat(place.role()).isEqualTo(Role.GUEST);
        assertThat(place.grants()).extracting(Rights.Grant::resource).containsExactly(project);
    }

    @Test
    void aWrongLinkIsCountedLikeAWrongPassword() {
        FakeCall guesser = FakeCall.by(new Ref("anonymous", "198.51.100.7"), home);

        Problem last = null;
        for (int i = 0; i < 25; i++) {
            last = catchThrowableOfType(Problem.class, () -> accept(guesser, "guess", PASSWORD));
        }
        assertThat(last.kind()).isEqualTo(Problem.Kind.LIMITED);
    }
}
