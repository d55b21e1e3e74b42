package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.teams.AccessActions;
import io.openpanel.teams.GrantActions;
import io.openpanel.teams.RoleActions;
import io.openpanel.testkit.FakeCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RolesAndGrantsTest {
    private static final Ref DEVELOPER = new Ref("role", "developer");
    private static final Ref GUEST = new Ref("role", "guest");

    private static Office office;
    private static Ref owner;
    private static Ref home;
    private static int people;

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

    private static Ref person(String role) {
        return office.member("p" + people++ + "@example.com", role);
    }

    private static Ref member(Ref user) {
        return new Ref("member", user.id());
    }

    private static FakeCall by(Ref user) {
        return FakeCall.by(user, home);
    }

    private static <T> T inHome(Supplier<T> work) {
        return office.panel.in(home, work);
    }

    private static boolean may(Ref user, String action, Ref... scope) {
        return office.authority.may(principal(user), operation(action), List.of(scope));
    }

    private static Principal principal(Ref user) {
        return new Principal(user, "", Optional.of(home), Optional.empty());
    }

    private static Operation operation(String id) {
        return office.catalogue.operation(id).orElseThrow();
    }

    private static Role role(Ref maker, String name, String base, List<String> allowed, List<String> withheld) {
        return inHome(() -> office.roles.create(
                by(maker),
                new RoleActions.Create(
                        name,
                        Optional.ofNullable(base).map(RoleActions.Base::valueOf),
                        Optional.of(allowed),
                        Optional.of(withheld))));
    }

    private static void give(Ref user, Ref role) {
        inHome(() -> office.members.setRole(by(owner), member(user), role));
    }

    private static GrantActions.Item grant(Ref maker, Ref user, Ref role, Ref resource) {
        return inHome(() ->
                office.grants.create(by(maker), new GrantActions.Create(member(user), role, resource.toString())));
    }

    @Test
    void aRoleOfTheTeamHasItsBaseAndMoreAndLess() {
        Role releaser = role(owner, "Releaser", "VIEWER", List.of("deployment.*"), List.of("app.list"));
        Ref user = person("viewer");
        Ref app = Ref.create("app");
        assertThat(may(user, "deployment.start", app, home)).isFalse();

        give(user, releaser.ref());

        assertThat(may(user, "deployment.start", app, home)).isTrue();
        assertThat(may(user, "app.get", app, home)).isTrue();
        assertThat(may(user, "app.list")).isFalse();
        assertThat(may(user, "app.update", app, home)).isFalse();
    }

    @Test
    void aStarNeverGivesWhatOwnersAloneHave() {
        Role all = new Role("x", "All", Optional.empty(), List.of("*"), List.of());
        Role named = new Role("x", "Named", Optional.empty(), List.of("marketplace.add"), List.of());

        assertThat(all.gives(operation("app.delete"))).isTrue();
        assertThat(all.gives(operation("marketplace.add"))).isFalse();
        assertThat(named.gives(operation("marketplace.add"))).isTrue();
        assertThat(all.gives(FixedCatalogue.operation("new.thing", Action.Effect.CHANGE, Set.of())))
                .as("what no role line mentions")
                .isFalse();
    }

    @Test
    void nobodyMakesOrGivesARoleWithMoreThanTheyHave() {
        Ref admin = person("admin");
        assertThatThrownBy(() -> role(admin, "Shop keeper", null, List.of("marketplace.add"), List.of()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("marketplace.add");
        assertThatThrownBy(() -> role(admin, "Boss", "OWNER", List.of(), List.of()))
                .isInstanceOf(Problem.class);
        Role clerk = role(owner, "Clerk", "VIEWER", List.of("role.create", "member.update"), List.of());
        Ref weak = person("viewer");
        give(weak, clerk.ref());

        assertThatThrownBy(() -> role(weak, "Stronger", null, List.of("app.delete"), List.of()))
                .hasMessageContaining("app.delete");
        assertThatThrownBy(() -> inHome(() -> office.members.setRole(by(weak), member(weak), DEVELOPER)))
                .hasMessageContaining("more than you do");
        assertThatThrownBy(() -> inHome(() -> office.members.setRole(by(weak), member(admin), GUEST)))
                .hasMessageContaining("more than you do");
        assertThat(role(weak, "Weaker", null, List.of("app.get"), List.of()).id())
                .isNotEmpty();
    }

    @Test
    void aRoleSomebodyHasIsNotDeletedAndItsNameIsItsOwn() {
        Role used = role(owner, "Used", "VIEWER", List.of(), List.of());
        Ref user = person("viewer");
        give(user, used.ref());

        assertThatThrownBy(() -> delete(used.ref())).hasMessageContaining("1 members have the role Used");
        assertThatThrownBy(() -> role(owner, "USED", "VIEWER", List.of(), List.of()))
                .hasMessageContaining("already");
        assertThatThrownBy(() -> role(owner, "Owner", "VIEWER", List.of(), List.of()))
                .hasMessageContaining("already");
        assertThatThrownBy(() -> delete(DEVELOPER)).hasMessageContaining("Every team has");
        give(user, DEVELOPER);
        delete(used.ref());
        assertThatThrownBy(() -> inHome(() -> office.roles.get(used.ref()))).isInstanceOf(Problem.class);
    }

    private static void delete(Ref role) {
        inHome(() -> {
            office.roles.delete(role);
            return null;
        });
    }

    @Test
    void aChangedRoleCountsAtOnceForAllWhoHaveItAndEndsWhatTheyFollow() {
        Role role = role(owner, "Changing", "DEVELOPER", List.of(), List.of());
        Ref user = person("viewer");
        give(user, role.ref());
        Ref app = Ref.create("app");
        assertThat(may(user, "app.update", app, home)).isTrue();
        List<Ref> revoked = new ArrayList<>();
        office.authority.onRevoked(revoked::add);

        inHome(() -> office.roles.update(
                by(owner),
                new RoleActions.Update(
                        role.ref(),
                        Optional.empty(),
                        Optional.of(RoleActions.Base.VIEWER),
                        Optional.empty(),
                        Optional.empty())));

        assertThat(may(user, "app.update", app, home)).isFalse();
        assertThat(revoked).contains(user);
    }

    @Test
    void aGuestWithAGrantHasItOnThatProjectAndBelowAndNowhereElse() {
        Ref project = office.resources.add("project", Optional.empty(), home);
        Ref other = office.resources.add("project", Optional.empty(), home);
        Ref app = office.resources.add("app", Optional.of(project), home);
        Ref user = person("guest");
        assertThat(may(user, "project.list")).isFalse();

        GrantActions.Item grant = grant(owner, user, DEVELOPER, project);

        assertThat(may(user, "app.update", app, project, home)).isTrue();
        assertThat(may(user, "project.get", project, home)).isTrue();
        assertThat(may(user, "project.get", other, home)).isFalse();
        assertThat(may(user, "project.create")).isFalse();
        assertThat(may(user, "project.list")).as("a list, cut by reach").isTrue();
        assertThat(may(user, "app.update")).as("asked again with the app").isTrue();
        assertThat(may(user, "app.delete", app, project, home)).isFalse();
        assertThat(office.authority.reach(principal(user), "app")).isEqualTo(new Reach(false, Set.of(project)));
        assertThat(office.authority.reach(principal(user), "panel").all()).isFalse();

        inHome(() -> {
            office.grants.delete(by(owner), grant.grant());
            return null;
        });
        assertThat(may(user, "app.update", app, project, home)).isFalse();
        assertThat(office.authority.reach(principal(user), "app")).isEqualTo(new Reach(false, Set.of()));
    }

    @Test
    void grantsAreForResourcesOfTheTeamAndOneEach() {
        Ref elsewhere = office.resources.add("project", Optional.empty(), Ref.create("team"));
        Ref project = office.resources.add("project", Optional.empty(), home);
        Ref user = person("guest");

        assertThatThrownBy(() -> grant(owner, user, DEVELOPER, elsewhere))
                .isInstanceOfSatisfying(Problem.class, e -> assertThat(e.kind()).isEqualTo(Problem.Kind.MISSING));
        assertThatThrownBy(() -> grant(owner, user, GUEST, project)).hasMessageContaining("guest");
        assertThatThrownBy(() -> grant(person("admin"), user, new Ref("role", "owner"), project))
                .hasMessageContaining("Only an owner");
        grant(owner, user, DEVELOPER, project);
        assertThatThrownBy(() -> grant(owner, user, DEVELOPER, project)).hasMessageContaining("already");
    }

    @Test
    void aListThatIsCutByReachIsThereForWhoHoldsOneRowOfItAlone() {
        Role looker = role(owner, "Looks at nothing", null, List.of("deployment.start"), List.of());
        Ref user = person("viewer");
        give(user, looker.ref());

        assertThat(office.authority.reach(principal(user), "app"))
                .as("a role without app.get or app.list")
                .isEqualTo(new Reach(false, Set.of()));
        assertThat(office.authority.reach(principal(owner), "app").all()).isTrue();
    }

    private static AccessActions.Explained explain(Ref user, String action, Ref resource) {
        return inHome(() -> office.explanations.explain(
                by(owner),
                new AccessActions.Explain(
                        action,
                        Optional.ofNullable(resource).map(Ref::toString),
                        Optional.of(member(user)),
                        Optional.empty())));
    }

    @Test
    void anExplanationNamesWhatTheAnswerRestsOn() {
        Ref project = office.resources.add("project", Optional.empty(), home);
        Ref app = office.resources.add("app", Optional.of(project), home);
        Ref user = person("guest");
        grant(owner, user, DEVELOPER, project);

        assertThat(explain(user, "app.update", app).reason()).isEqualTo(Reason.GRANT);
        assertThat(explain(user, "app.update", app).on()).contains(project);
        assertThat(explain(user, "app.update", app).onName()).contains("the project");
        assertThat(explain(user, "app.update", app).why()).contains("Developer", "the project");
        assertThat(explain(user, "app.delete", app).reason()).isEqualTo(Reason.LACKING);
        assertThat(explain(user, "app.delete", app).why()).contains("admin, owner");
        assertThat(explain(owner, "app.delete", app).reason()).isEqualTo(Reason.ROLE);
        assertThat(explain(owner, "app.delete", app).allowed()).isTrue();
    }

    @Test
    void anExplanationSaysThatARoleWithholdsWhatOthersHave() {
        Ref user = person("viewer");
        give(
                user,
                role(owner, "Careful", "DEVELOPER", List.of(), List.of("app.*")).ref());
        Ref app = office.resources.add("app", Optional.empty(), home);

        AccessActions.Explained said = explain(user, "app.update", app);

        assertThat(said.allowed()).isFalse();
        assertThat(said.reason()).isEqualTo(Reason.WITHHELD);
        assertThat(said.why()).isEqualTo("The role Careful withholds app.update");
    }

    @Test
    void whatARoleWasAndIsStandsInALine() {
        assertThat(new Role("r", "R", Optional.of("viewer"), List.of("app.*", "job.get"), List.of("*.delete")).said())
                .isEqualTo("viewer +app.* +job.get −*.delete");
        assertThat(new Role("r", "R", Optional.empty(), List.of(), List.of()).said())
                .isEqualTo("–");
    }

    @Test
    void theMatrixSaysWhatIsDecided() {
        AccessActions.Matrix matrix = inHome(() -> office.explanations.matrix());

        for (AccessActions.Line line : matrix.items()) {
            for (String name : List.of("owner", "admin", "developer", "viewer")) {
                assertThat(line.roles().contains(new Ref("role", name)))
                        .as(line.action() + " of " + name)
                        .isEqualTo(operation(line.action()).roles().contains(name));
            }
        }
    }

    @Test
    void noRoleLooksLikeOneThatIsThere() {
        role(owner, "Release manager", "VIEWER", List.of(), List.of());
        // As a Mac types it, of two characters each.
        role(owner, "Operac\u0327a\u0303o", "VIEWER", List.of(), List.of());
        for (String name : List.of(
                "Opera\u00e7\u00e3o",
                "ADMIN",
                "\u0410dmin",
                "Adm\u0456n",
                "Admin\u200d",
                "\uff21dmin",
                "Ad\u202emin",
                "release MANAGER")) {
            assertThatThrownBy(() -> role(owner, name, "VIEWER", List.of(), List.of()))
                    .as(name)
                    .isInstanceOf(Problem.class);
        }
    }
}
