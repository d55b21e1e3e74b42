package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Ref;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static Office office;
    private static String user;
    private Sessions.Started first;

    @BeforeAll
    static void open() {
        office = new Office();
        user = office.owner().id();
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    @BeforeEach
    void signIn() {
        first = office.sessions.start(
                user, Ref.create("session"), office.home(), "192.0.2.1", "Firefox", List.of("pwd"));
    }

    private Optional<Sessions.Started> refresh(RefreshToken token) {
        return office.sessions.refresh(token, "192.0.2.9");
    }

    @Test
    void aTokenIsGoodOnceAndGivesItsSuccessor() {
        RefreshToken second = refresh(first.next()).orElseThrow().next();
        RefreshToken third = refresh(second).orElseThrow().next();

        assertThat(Set.of(first.next().text(), second.text(), third.text())).hasSize(3);
        assertThat(third.text()).hasSize(43);
    }

    @Test
    void onlyDigestsAreStored() {
        List<Rights.Id> rows = office.clerk.allTeams(tx ->
                tx.list(Rights.Id.class, "select hash || coalesce(salt, '') || session_id as id from refresh_token"));

        assertThat(rows).noneMatch(row -> row.id().contains(first.next().text()));
        assertThat(first.next()).hasToString("RefreshToken[•••]");
    }

    @Test
    void twoTabsWithinTenSecondsGetTheSameSuccessor() {
        RefreshToken next = refresh(first.next()).orElseThrow().next();
        office.pass(Duration.ofSeconds(10));

        assertThat(refresh(first.next()).orElseThrow().next()).isEqualTo(next);
    }

    @Test
    void allOthersEndHoweverManyThereAre() {
        office.clerk.allTeams(tx -> tx.update(
                "insert into session (id, user_id, home_team, address, device, created_at, used_at, ends_at)"
                        + " select 'many' || n, ?, ?, '192.0.2.1', 'curl', ?, ?, ? from generate_series(1, 1200) n",
                user,
                office.home(),
                office.now.get(),
                office.now.get(),
                office.now.get().plus(Sessions.LIFE)));
        assertThat(office.rights.isAlive("many1")).isTrue();

        office.sessions.endOthers(user, Optional.of(first.session()));

        assertThat(office.sessions.list(user)).extracting(Sessions.Row::id).containsExactly(first.session());
        assertThat(office.rights.isAlive("many1")).isFalse();
    }

    @Test
    void aTabTwoStepsBehindCatchesUp() {
        RefreshToken second = refresh(first.next()).orElseThrow().next();
        RefreshToken third = refresh(second).orElseThrow().next();

        assertThat(refresh(first.next()).orElseThrow().next()).isEqualTo(third);
    }

    @Test
    void twentyTabsAtOnceAgree() throws Exception {
        ExecutorService tabs = Executors.newFixedThreadPool(20);
        List<Callable<Optional<Sessions.Started>>> work = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            work.add(() -> refresh(first.next()));
        }
        Set<String> successors = tabs.invokeAll(work).stream()
                .map(SessionsTest::get)
                .map(started -> started.orElseThrow().next().text())
                .collect(Collectors.toSet());
        tabs.shutdown();

        assertThat(successors).hasSize(1);
        assertThat(refresh(new RefreshToken(successors.iterator().next()))).isPresent();
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aStolenTokenEndsTheWholeFamilyAtOnce() {
        RefreshToken second = refresh(first.next()).orElseThrow().next();
        String access =
                office.tokens.issue(user, first.session(), office.home()).token();
        assertThat(office.authority.authenticate(access, Optional.empty())).isPresent();
        List<Ref> revoked = new ArrayList<>();
        office.revocations.listen(revoked::add);
        office.pass(Duration.ofSeconds(11));

        assertThat(refresh(first.next())).isEmpty();

        assertThat(refresh(second)).isEmpty();
        assertThat(office.authority.authenticate(access, Optional.empty())).isEmpty();
        assertThat(revoked).contains(new Ref("session", first.session()));
        assertThat(office.panel.published)
                .filteredOn(TeamEvents.SessionReused.class::isInstance)
                .filteredOn(event ->
                        ((TeamEvents.SessionReused) event).session().id().equals(first.session()))
                .hasSize(1);
    }

    @Test
    void anOldSpentTokenOfLongAgoIsNoticedToo() {
        RefreshToken token = first.next();
        for (int i = 0; i < 5; i++) {
            office.pass(Duration.ofMinutes(10));
            token = refresh(token).orElseThrow().next();
        }

        assertThat(refresh(first.next())).isEmpty();
        assertThat(refresh(token)).isEmpty();
    }

    @Test
    void aSessionNotUsedForSevenDaysIsOver() {
        office.pass(Duration.ofDays(7).plusSeconds(1));

        assertThat(refresh(first.next())).isEmpty();
    }

    @Test
    void noSessionOutlivesThirtyDays() {
        RefreshToken token = first.next();
        for (int i = 0; i < 4; i++) {
            office.pass(Duration.ofDays(6));
            token = refresh(token).orElseThrow().next();
        }
        office.pass(Duration.ofDays(6));

        assertThat(refresh(token)).isEmpty();
    }

    @Test
    void anUnknownTokenIsNobodys() {
        assertThat(refresh(RefreshToken.create())).isEmpty();
        assertThat(refresh(new RefreshToken(""))).isEmpty();
        assertThat(refresh(new RefreshToken("'; drop table session; --"))).isEmpty();
    }

    @Test
    void anEndedSessionIsNotListedAndDoesNotRefresh() {
        assertThat(office.sessions.list(user)).extracting(Sessions.Row::id).contains(first.session());

        office.sessions.end(first.session());

        assertThat(office.sessions.list(user)).extracting(Sessions.Row::id).doesNotContain(first.session());
        assertThat(office.sessions.of(first.next())).isEmpty();
        assertThat(refresh(first.next())).isEmpty();
    }

    @Test
    void oldSessionsAreSwept() {
        office.sessions.end(first.session());
        office.pass(Duration.ofDays(31));

        office.sessions.sweep();

        Optional<Rights.Id> left = office.clerk.allTeams(
                tx -> tx.one(Rights.Id.class, "select id from session where id = ?", first.session()));
        assertThat(left).isEmpty();
    }
}
