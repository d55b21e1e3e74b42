package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.FactorActions;
import io.openpanel.teams.TeamActions;
import io.openpanel.testkit.FakeCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequiredFactorTest {
    private Office office;
    private Ref owner;
    private Ref home;

    @BeforeEach
    void open() {
        office = new Office();
        owner = office.owner();
        home = new Ref("team", office.home());
    }

    @AfterEach
    void close() throws InterruptedException {
        office.close();
    }

    private void enrol(Ref user) {
        FactorActions.Begun begun = office.factors.begin(user.id(), "Phone");
        office.factors.confirm(
                user.id(), begun.factor(), Totp.of(begun.secret()).code(office.now.get()));
    }

    private TeamActions.Item require(boolean wanted) {
        return office.panel.in(
                home,
                () -> office.teams.update(
                        FakeCall.by(owner, home), new TeamActions.Update(home, Optional.empty(), Optional.of(wanted))));
    }

    private Principal person(Ref user) {
        return new Principal(user, "somebody", Optional.of(home), Optional.empty());
    }

    private boolean may(Principal principal) {
        Operation operation = office.catalogue.operation("project.list").orElseThrow();
        return office.authority.may(principal, operation, List.of());
    }

    @Test
    void whoHasNoFactorMayDoNothingUntilTheyAddOne() {
        Ref dev = office.member("dev@example.com", "developer");
        enrol(owner);
        assertThat(may(person(dev))).isTrue();
        assertThat(office.authority.stepUp(person(dev))).isEmpty();

        assertThat(require(true).secondFactor()).isTrue();

        assertThat(may(person(dev))).isFalse();
        assertThat(office.authority.reach(person(dev), "project").all()).isFalse();
        assertThat(office.authority.stepUp(person(dev)).map(Problem::kind)).contains(Problem.Kind.STEP_UP);
        assertThat(may(person(owner))).isTrue();
        assertThat(office.authority.stepUp(person(owner))).isEmpty();

        enrol(dev);

        assertThat(may(person(dev))).isTrue();
        assertThat(office.authority.stepUp(person(dev))).isEmpty();
    }

    @Test
    void whatIsOpenIsAskedAboutAnewAtOnce() throws Exception {
        Ref dev = office.member("dev@example.com", "developer");
        enrol(owner);
        List<Ref> told = new ArrayList<>();
        try (AutoCloseable listening = office.authority.onRevoked(told::add)) {
            require(true);
        }

        assertThat(told).contains(dev);
    }

    @Test
    void aChangeMadeElsewhereCountsWithinFiveSeconds() {
        Ref dev = office.member("dev@example.com", "developer");
        assertThat(may(person(dev))).isTrue();
        office.panel.execute("update team set second_factor = true");
        office.pass(Duration.ofSeconds(5));

        assertThat(may(person(dev))).isFalse();
    }

    @Test
    void nobodyLocksThemselvesOut() {
        assertThatThrownBy(() -> require(true)).hasMessageContaining("to your own account first");
        enrol(owner);

        assertThat(require(true).stepUp()).isFalse();
        assertThat(require(false).secondFactor()).isFalse();
    }

    @Test
    void aKeyMadeBeforeWorksOn() {
        Ref dev = office.member("dev@example.com", "developer");
        ApiKeys.Made key = office.keys.make(dev.id(), "ci", List.of("*"), List.of(), Optional.empty());
        office.clerk.in(home.id(), tx -> {
            office.keys.insert(tx, key.row());
            return null;
        });
        enrol(owner);
        require(true);

        Principal caller =
                office.authority.authenticate(key.token(), Optional.empty()).orElseThrow();
        assertThat(office.authority.stepUp(caller)).isEmpty();
        assertThat(may(caller)).isTrue();
    }

    @Test
    void anotherTeamOfTheSamePersonAsksForNothing() {
        Ref dev = office.member("dev@example.com", "developer");
        Ref other = Ref.create("team");
        office.clerk.in(other.id(), tx -> {
            tx.update("insert into team (id, name, created_at) values (?, 'Other', now())", other.id());
            return office.people.join(tx, dev.id(), "Dev", Role.OWNER);
        });
        enrol(owner);
        require(true);

        Principal there = new Principal(dev, "dev", Optional.of(other), Optional.empty());
        assertThat(may(there)).isTrue();
        assertThat(may(person(dev))).isFalse();
    }
}
