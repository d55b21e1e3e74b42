package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.FactorActions;
import io.openpanel.teams.SignedIn;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A new password by a link: for whoever has the address, and for nobody else. */
class RecoveryTest {
    private static final String FORMER = "nine lazy harbours";
    private static final String NEXT = "ten slow lanterns glow";
    private static final AtomicInteger ADDRESSES = new AtomicInteger();
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
        office.pass(Duration.ofMinutes(61));
        office.panel.sendsMail = true;
        office.panel.letters.clear();
        office.panel.published.clear();
    }

    /** From somewhere else each time, so that only what a test is about is limited. */
    private static String somewhere() {
        return "198.51." + ADDRESSES.incrementAndGet() + ".1";
    }

    private static void ask(String email) {
        office.resets.request(email, Optional.empty(), somewhere());
        carryOut();
    }

    /** What the panel does with events that were published. */
    private static void carryOut() {
        List<Ref> requests = Stream.of(office.panel.published.toArray())
                .filter(TeamEvents.AccountRequested.class::isInstance)
                .map(each -> ((TeamEvents.AccountRequested) each).request())
                .toList();
        requests.forEach(each -> office.answers.requested(new AccountAnswers.Requested(each)));
    }

    private static Secret lastLink() {
        return office.panel.letters.get(office.panel.letters.size() - 1).token().orElseThrow();
    }

    private static Problem.Kind refused(Secret token, String password) {
        Problem problem = catchThrowableOfType(
                Problem.class, () -> office.resets.complete(token, Secret.of(password), somewhere()));
        return problem == null ? null : problem.kind();
    }

    private static Optional<SignedIn> signIn(String email, String password) {
        return office.signIn
                .withPassword(email, Secret.of(password), somewhere(), "Firefox")
                .session();
    }

    @Test
    void aLinkSetsAPasswordOnceAndEndsAllSessions() {
        office.member("una@example.com", "viewer");
        SignedIn before = signIn("una@example.com", FORMER).orElseThrow();
        ask("una@example.com");
        Secret first = lastLink();
        ask("una@example.com");
        Secret second = lastLink();

        office.resets.complete(second, Secret.of(NEXT), somewhere());

        assertThat(office.authority.authenticate(before.accessToken(), Optional.empty()))
                .isEmpty();
        assertThat(signIn("una@example.com", NEXT)).isPresent();
        assertThatThrownBy(() -> signIn("una@example.com", FORMER)).hasMessageContaining("is wrong");
        assertThat(refused(second, FORMER)).isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(first, FORMER)).as("a former link").isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aLinkIsGoodForHalfAnHour() {
        office.member("hal@example.com", "viewer");
        ask("hal@example.com");
        Secret link = lastLink();

        office.pass(Duration.ofMinutes(29));
        assertThat(office.resets.open(link, somewhere())).isEqualTo("hal@example.com");
        office.pass(Duration.ofMinutes(1));

        assertThat(refused(link, NEXT)).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aLinkIsBoundToTheAddressItWasSentTo() {
        Ref ida = office.member("ida@example.com", "viewer");
        ask("ida@example.com");
        Secret link = lastLink();

        office.people.rename(ida.id(), "Ida", "ida2@example.com");

        assertThat(refused(link, NEXT)).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aNewPasswordEndsEveryLinkThatIsOnItsWay() {
        Ref ivy = office.member("ivy@example.com", "viewer");
        ask("ivy@example.com");
        Secret reset = lastLink();
        Secret elsewhere = moveTo(ivy, "thief@example.net");

        office.resets.complete(reset, Secret.of(NEXT), somewhere());
        assertThatThrownBy(() -> office.addresses.confirm(elsewhere, somewhere()))
                .as("an address that whoever knew the former password asked for")
                .hasMessageContaining("not good");

        ask("ivy@example.com");
        Secret again = lastLink();
        Secret elsewhereAgain = moveTo(ivy, "thief@example.net");
        office.profiles.setPassword(ivy.id(), Secret.of("one more slow lantern"), Optional.empty());
        assertThat(refused(again, FORMER)).isEqualTo(Problem.Kind.DENIED);
        assertThatThrownBy(() -> office.addresses.confirm(elsewhereAgain, somewhere()))
                .hasMessageContaining("not good");
        assertThat(office.addresses.pending(ivy.id())).isEmpty();
        assertThat(signIn("ivy@example.com", "one more slow lantern")).isPresent();
    }

    @Test
    void aLogInThatWaitsForACodeIsOverOnceThePasswordIsAnother() {
        Ref gil = office.member("gil@example.com", "viewer");
        FactorActions.Begun begun = office.factors.begin(gil.id(), "Phone");
        Totp phone = Totp.of(begun.secret());
        office.factors.confirm(gil.id(), begun.factor(), phone.code(office.now.get()));
        office.pass(Duration.ofMinutes(2));
        String challenge = office.signIn
                .withPassword("gil@example.com", Secret.of(FORMER), somewhere(), "Firefox")
                .challenge()
                .orElseThrow()
                .token();

        office.profiles.setPassword(gil.id(), Secret.of(NEXT), Optional.empty());

        assertThatThrownBy(() -> office.signIn.withCode(
                        Secret.of(challenge), Secret.of(phone.code(office.now.get())), somewhere(), "Firefox"))
                .hasMessageContaining("begin it again");
    }

    private static Secret moveTo(Ref user, String address) {
        office.profiles.update(user.id(), Optional.empty(), Optional.of(address), Optional.empty(), somewhere());
        carryOut();
        return lastLink();
    }

    @Test
    void ofManyWhoUseALinkAtOnceOneSetsThePassword() throws Exception {
        office.member("zuleika@example.com", "viewer");
        ask("zuleika@example.com");
        Secret link = lastLink();
        List<String> wanted = Stream.iterate(1, each -> each + 1)
                .limit(8)
                .map(each -> NEXT + ' ' + each)
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(wanted.size());
        List<String> set = new ArrayList<>();
        try {
            List<Callable<Optional<String>>> tries = wanted.stream()
                    .<Callable<Optional<String>>>map(
                            each -> () -> refused(link, each) == null ? Optional.of(each) : Optional.empty())
                    .toList();
            for (Future<Optional<String>> each : threads.invokeAll(tries)) {
                each.get().ifPresent(set::add);
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(set).hasSize(1);
        assertThat(signIn("zuleika@example.com", set.get(0))).isPresent();
    }

    @Test
    void aPasswordHasToBeGoodAndATryDoesNotSpendTheLink() {
        office.member("eva@example.com", "viewer");
        ask("eva@example.com");
        Secret link = lastLink();

        for (String bad : List.of("short", "password1234", "eva@example.com", "Home-home-Home 7", "x".repeat(129))) {
            assertThat(refused(link, bad)).as(bad).isEqualTo(Problem.Kind.INVALID);
        }

        office.resets.complete(link, Secret.of(NEXT), somewhere());
        assertThat(signIn("eva@example.com", NEXT)).isPresent();
    }

    @Test
    void theSecondFactorIsAskedForAsBefore() {
        Ref zoe = office.member("zoe@example.com", "viewer");
        FactorActions.Begun begun = office.factors.begin(zoe.id(), "Phone");
        office.factors.confirm(zoe.id(), begun.factor(), Totp.of(begun.secret()).code(office.now.get()));
        ask("zoe@example.com");

        office.resets.complete(lastLink(), Secret.of(NEXT), somewhere());

        assertThat(signIn("zoe@example.com", NEXT))
                .as("a session by password alone")
                .isEmpty();
    }

    @Test
    void onlyADigestOfTheLinkIsKept() {
        office.member("kim@example.com", "viewer");
        ask("kim@example.com");
        String token = lastLink().reveal();

        List<Rights.Id> rows = office.clerk.allTeams(
                tx -> tx.list(Rights.Id.class, "select to_jsonb(l)::text as id from account_link l"));

        assertThat(rows).isNotEmpty().noneMatch(each -> each.id().contains(token));
        assertThat(office.panel.published.toString()).doesNotContain(token);
    }

    @Test
    void nobodyIsFloodedWithLinks() {
        office.member("ned@example.com", "viewer");

        for (int i = 0; i < 5; i++) {
            ask("ned@example.com");
            office.pass(Duration.ofSeconds(61));
        }

        assertThat(office.panel.letters).hasSize(3);
    }

    @Test
    void manyRequestsHaveToWaitWhetherTheAddressIsKnownOrNot() {
        office.member("max@example.com", "viewer");
        for (String email : List.of("max@example.com", "nobody@example.com")) {
            for (int i = 0; i < 5; i++) {
                ask(email);
            }
            Problem limited = catchThrowableOfType(Problem.class, () -> ask(email));
            assertThat(limited.kind()).as(email).isEqualTo(Problem.Kind.LIMITED);
        }
    }

    @Test
    void anAddressThatNobodyHasIsAnsweredAlikeInTheSameTime() {
        office.member("tim@example.com", "viewer");
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            office.pass(Duration.ofMinutes(16));
            known.add(time("tim@example.com"));
            unknown.add(time("nobody" + i + "@example.com"));
        }
        known.sort(null);
        unknown.sort(null);
        double ratio = (double) unknown.get(10) / known.get(10);
        System.out.printf(
                "reset asked for: known %d us, unknown %d us, ratio %.2f%n",
                known.get(10) / 1_000, unknown.get(10) / 1_000, ratio);

        assertThat(ratio).isBetween(0.5, 2.0);
        carryOut();
        assertThat(office.panel.letters).isNotEmpty().allMatch(each -> each.to().equals("tim@example.com"));
    }

    private static long time(String email) {
        String from = somewhere();
        long start = System.nanoTime();
        office.resets.request(email, Optional.empty(), from);
        return System.nanoTime() - start;
    }

    @Test
    void wrongLinksAreCounted() {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> office.resets.open(Secret.of("x".repeat(43)), "203.0.113.9"))
                    .hasMessageContaining("not good");
        }

        assertThat(catchThrowableOfType(
                                Problem.class, () -> office.resets.open(Secret.of("x".repeat(43)), "203.0.113.9"))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
    }
}
