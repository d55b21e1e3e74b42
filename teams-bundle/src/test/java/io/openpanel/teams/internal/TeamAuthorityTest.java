package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TeamAuthorityTest {
    private static final Ref PANEL = new Ref("panel", "panel");
    private static final Set<String> ALL = Set.of("owner", "admin", "developer", "viewer");
    private static final Ref APP = Ref.create("app");

    private static Office office;
    private static Ref home;
    private static Ref other;
    private static final Map<String, Ref> PEOPLE = new HashMap<>();

    @BeforeAll
    static void open() {
        office = new Office();
        PEOPLE.put("owner", office.owner());
        home = new Ref("team", office.home());
        for (String role : List.of("admin", "developer", "viewer")) {
            PEOPLE.put(role, office.member(role + "@example.com", role));
        }
        other = Ref.create("team");
        PEOPLE.put("stranger", office.clerk.in(other.id(), tx -> {
            tx.update("insert into team (id, name, created_at) values (?, 'Other', now())", other.id());
            return office.people.add(
                    tx,
                    office.people.newcomer(
                            "eve@example.net", Optional.empty(), io.openpanel.api.Secret.of("eleven cold rivers"), ""),
                    Role.OWNER);
        }));
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    private static Operation operation(String id, Action.Effect effect, Set<String> roles) {
        return FixedCatalogue.operation(id, effect, roles);
    }

    private static Principal person(String role) {
        return new Principal(
                PEOPLE.get(role), role, Optional.of(role.equals("stranger") ? other : home), Optional.empty());
    }

    private static boolean may(Principal principal, Operation operation, Ref... scope) {
        return office.authority.may(principal, operation, List.of(scope));
    }

    private static String signIn(String role) {
        Ref user = PEOPLE.get(role);
        Ref team = role.equals("stranger") ? other : home;
        return office.tokens
                .issue(
                        user.id(),
                        office.sessions
                                .start(user.id(), Ref.create("session"), team.id(), "", "", List.of("pwd"))
                                .session(),
                        team.id())
                .token();
    }

    private static ApiKeys.Made key(String role, List<String> actions, Ref... resources) {
        ApiKeys.Made made = office.keys.make(
                PEOPLE.get(role).id(),
                Ref.create("name").id(),
                actions,
                java.util.Arrays.stream(resources).map(Ref::toString).toList(),
                Optional.empty());
        office.clerk.in(home.id(), tx -> {
            office.keys.insert(tx, made.row());
            return null;
        });
        return made;
    }

    @Test
    void aRoleHasWhatTheOperationSaysItHas() {
        for (String role : ALL) {
            for (Action.Effect effect : Action.Effect.values()) {
                assertThat(may(person(role), operation("app.x", effect, Set.of(role)), APP, home))
                        .isTrue();
                assertThat(may(person(role), operation("app.x", effect, Set.of(role))))
                        .isTrue();
                Set<String> others = new java.util.HashSet<>(ALL);
                others.remove(role);
                assertThat(may(person(role), operation("app.x", effect, others), APP, home))
                        .isFalse();
                assertThat(may(person(role), operation("app.x", effect, Set.of()), APP, home))
                        .isFalse();
            }
        }
    }

    @Test
    void nobodyReachesIntoAnotherTeam() {
        Operation read = operation("app.get", Action.Effect.READ, ALL);

        assertThat(may(person("owner"), read, APP, other)).isFalse();
        assertThat(may(person("owner"), read, APP, home, other)).isFalse();
        assertThat(may(person("owner"), read, APP)).isFalse();
        assertThat(may(person("stranger"), read, APP, home)).isFalse();
        Principal pretender = new Principal(PEOPLE.get("stranger"), "eve", Optional.of(home), Optional.empty());
        assertThat(may(pretender, read, APP, home)).isFalse();
        assertThat(office.authority.reach(pretender, "app")).isEqualTo(new Reach(false, Set.of()));
    }

    @Test
    void thePanelsOwnResourcesAreForTheHomeTeamAndChangedByItsOwnersAndAdmins() {
        for (String role : ALL) {
            assertThat(may(person(role), operation("image.get", Action.Effect.READ, ALL), PANEL))
                    .isTrue();
            for (Action.Effect effect : EnumSet.of(Action.Effect.CHANGE, Action.Effect.DESTROY)) {
                assertThat(may(person(role), operation("image.delete", effect, ALL), new Ref("image", "x"), PANEL))
                        .isEqualTo(Set.of("owner", "admin").contains(role));
            }
        }
        assertThat(may(person("stranger"), operation("image.get", Action.Effect.READ, ALL), PANEL))
                .isFalse();
        assertThat(may(person("stranger"), operation("image.delete", Action.Effect.DESTROY, ALL), PANEL))
                .isFalse();
    }

    @Test
    void whatIsNoPersonGetsNothingHere() {
        for (String kind : List.of("local", "bundle", "anonymous", "robot")) {
            Principal principal =
                    new Principal(new Ref(kind, PEOPLE.get("owner").id()), "", Optional.of(home), Optional.empty());
            assertThat(may(principal, operation("app.get", Action.Effect.READ, ALL), APP, home))
                    .isFalse();
        }
        Principal teamless = new Principal(PEOPLE.get("owner"), "", Optional.empty(), Optional.empty());
        assertThat(may(teamless, operation("app.get", Action.Effect.READ, ALL), APP, home))
                .isFalse();
    }

    @Test
    void theWantedTeamMustBeOnesOwn() {
        String token = signIn("owner");

        assertThat(office.authority
                        .authenticate(token, Optional.empty())
                        .orElseThrow()
                        .team())
                .contains(home);
        assertThat(office.authority
                        .authenticate(token, Optional.of(home))
                        .orElseThrow()
                        .team())
                .contains(home);
        assertThat(office.authority
                        .authenticate(token, Optional.of(other))
                        .orElseThrow()
                        .team())
                .isEmpty();
        assertThat(office.authority
                        .authenticate(token, Optional.of(Ref.create("team")))
                        .orElseThrow()
                        .team())
                .isEmpty();
    }

    @Test
    void aKeyIsItsOwnersRightsCutToItsActions() {
        ApiKeys.Made made = key("developer", List.of("deployment.*", "*.list"));
        Principal principal =
                office.authority.authenticate(made.token(), Optional.empty()).orElseThrow();

        assertThat(principal.ref()).isEqualTo(new Ref("key", made.row().id()));
        assertThat(principal.session()).contains(principal.ref());
        assertThat(may(principal, operation("deployment.start", Action.Effect.CHANGE, ALL), APP, home))
                .isTrue();
        assertThat(may(principal, operation("app.list", Action.Effect.READ, ALL)))
                .isTrue();
        assertThat(may(principal, operation("app.delete", Action.Effect.DESTROY, ALL), APP, home))
                .isFalse();
        assertThat(may(principal, operation("deployment.start", Action.Effect.CHANGE, Set.of("owner")), APP, home))
                .isFalse();
        assertThat(office.authority.reach(principal, "app").all()).isTrue();
        assertThat(office.authority
                        .authenticate(made.token(), Optional.of(other))
                        .orElseThrow()
                        .team())
                .isEmpty();
    }

    @Test
    void aKeyForOneAppReachesThatAppOnly() {
        Ref project = Ref.create("project");
        ApiKeys.Made made = key("owner", List.of("*"), APP);
        Principal principal =
                office.authority.authenticate(made.token(), Optional.empty()).orElseThrow();
        Operation change = operation("app.update", Action.Effect.CHANGE, ALL);

        assertThat(may(principal, change, APP, project, home)).isTrue();
        assertThat(may(principal, change, Ref.create("app"), project, home)).isFalse();
        assertThat(may(principal, operation("project.create", Action.Effect.CHANGE, ALL)))
                .isFalse();
        assertThat(may(principal, operation("app.list", Action.Effect.READ, ALL)))
                .isTrue();
        assertThat(office.authority.reach(principal, "app")).isEqualTo(new Reach(false, Set.of(APP)));
    }

    @Test
    void aDeletedOrExpiredKeyIsDeadAtOnce() {
        ApiKeys.Made deleted = key("owner", List.of("*"));
        Principal principal =
                office.authority.authenticate(deleted.token(), Optional.empty()).orElseThrow();
        List<Ref> revoked = new ArrayList<>();
        office.authority.onRevoked(revoked::add);
        office.clerk.in(
                home.id(),
                tx -> tx.update(
                        "delete from api_key where id = ?", deleted.row().id()));
        office.keys.deleted(deleted.row());

        assertThat(office.authority.authenticate(deleted.token(), Optional.empty()))
                .isEmpty();
        assertThat(may(principal, operation("app.get", Action.Effect.READ, ALL), APP, home))
                .isFalse();
        assertThat(revoked).containsExactly(principal.ref());

        ApiKeys.Made expired = key("owner", List.of("*"));
        assertThat(office.authority.authenticate(expired.token(), Optional.empty()))
                .isPresent();
        office.now.updateAndGet(now -> now.plus(Duration.ofDays(90)));
        assertThat(office.authority.authenticate(expired.token(), Optional.empty()))
                .isEmpty();
        office.now.updateAndGet(now -> now.minus(Duration.ofDays(90)));
    }

    @Test
    void aChangedRoleCountsAtOnceAndElsewhereWithinFiveSeconds() {
        Ref user = office.member("change@example.com", "viewer");
        Principal principal = new Principal(user, "", Optional.of(home), Optional.empty());
        Operation change = operation("app.update", Action.Effect.CHANGE, Set.of("owner", "admin", "developer"));
        assertThat(may(principal, change, APP, home)).isFalse();

        office.panel.in(
                home,
                () -> office.members.setRole(
                        FakeCall.by(PEOPLE.get("owner"), home), user, new Ref("role", "developer")));
        assertThat(may(principal, change, APP, home)).isTrue();

        office.panel.execute("update membership set role = 'viewer' where user_id = '" + user.id() + "'");
        office.nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(may(principal, change, APP, home)).isFalse();
    }

    @Test
    void lastUseIsWrittenInBatches() {
        ApiKeys.Made made = key("owner", List.of("*"));
        office.authority.authenticate(made.token(), Optional.empty());
        office.authority.authenticate(made.token(), Optional.empty());
        int before = office.panel.transactions.get();

        office.keys.writeUsed();
        office.keys.writeUsed();

        assertThat(office.panel.transactions.get()).isEqualTo(before + 1);
        Optional<ApiKeys.Row> row =
                office.clerk.in(home.id(), tx -> office.keys.find(tx, made.row().id()));
        assertThat(row.orElseThrow().usedAt()).contains(office.now.get());
        assertThat(row.orElseThrow().hash()).doesNotContain(made.token()).hasSize(64);
    }

    @Test
    void aHotReadAsksNoDatabaseAndTakesMicroseconds() {
        String token = signIn("viewer");
        ApiKeys.Made key = key("viewer", List.of("*"));
        Operation read = operation("app.get", Action.Effect.READ, ALL);
        for (int i = 0; i < 20_000; i++) {
            hot(token, read);
            hot(key.token(), read);
        }
        int before = office.panel.transactions.get();
        double bearer = micros(
                100_000,
                () -> office.authority.authenticate(token, Optional.empty()).orElseThrow());
        double byKey = micros(100_000, () -> office.authority
                .authenticate(key.token(), Optional.empty())
                .orElseThrow());
        Principal principal =
                office.authority.authenticate(token, Optional.empty()).orElseThrow();
        double may = micros(100_000, () -> may(principal, read, APP, home));
        assertThat(office.panel.transactions.get()).isEqualTo(before);

        List<String> fresh = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            fresh.add(office.tokens
                    .issue(PEOPLE.get("viewer").id(), "s", home.id())
                    .token());
        }
        double verify = micros(1, () -> fresh.forEach(office.tokens::verify)) / fresh.size();
        System.out.printf(
                "authenticate: access token %.1f us, API key %.1f us, may %.1f us (cached); ES256 check %.0f us%n",
                bearer, byKey, may, verify);
        assertThat(bearer).isLessThan(50);
    }

    private static void hot(String token, Operation read) {
        office.authority.may(
                office.authority.authenticate(token, Optional.empty()).orElseThrow(), read, List.of(APP, home));
    }

    private static double micros(int times, Runnable work) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 1_000.0 / times;
    }
}
