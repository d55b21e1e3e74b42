package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SignedIn;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An account for whoever reads what is sent to its address and knows its password; another address likewise. */
class RegistrationTest {
    private static final String PASSWORD = "seven calm windmills";
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
        office.mode.set("open");
    }

    private static String somewhere() {
        return "198.51." + ADDRESSES.incrementAndGet() + ".2";
    }

    private static void register(String email, String password) {
        office.registrations.request(email, "Nia", Secret.of(password), Optional.empty(), somewhere());
        carryOut();
    }

    private static void carryOut() {
        Stream.of(office.panel.published.toArray())
                .filter(TeamEvents.AccountRequested.class::isInstance)
                .forEach(each -> office.answers.requested(
                        new AccountAnswers.Requested(((TeamEvents.AccountRequested) each).request())));
    }

    private static AccountMail.Letter lastLetter() {
        return office.panel.letters.get(office.panel.letters.size() - 1);
    }

    private static Problem.Kind refused(Secret token, String password) {
        return catchThrowableOfType(
                        Problem.class, () -> office.registrations.confirm(token, Secret.of(password), somewhere()))
                .kind();
    }

    private static SignedIn signIn(String email, String password) {
        return office.signIn
                .withPassword(email, Secret.of(password), somewhere(), "Firefox")
                .session()
                .orElseThrow();
    }

    @Test
    void anAccountIsMadeByLinkAndPasswordTogetherWithATeamOfItsOwn() {
        register("nia@example.com", PASSWORD);
        Secret token = lastLetter().token().orElseThrow();

        assertThat(office.people.byEmail("nia@example.com")).isEmpty();
        assertThat(refused(token, "another long password")).isEqualTo(Problem.Kind.INVALID);
        office.registrations.confirm(token, Secret.of(PASSWORD), somewhere());

        SignedIn in = signIn("nia@example.com", PASSWORD);
        assertThat(in.role()).isEqualTo("owner");
        assertThat(in.teamName()).isEqualTo("Nia");
        assertThat(in.team().id()).isNotEqualTo(office.home());
        assertThat(refused(token, PASSWORD)).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void nobodyMakesAnAccountWithAPasswordOfTheirsForTheAddressOfAnother() {
        register("victim@example.com", "the one of the attacker");
        Secret token = lastLetter().token().orElseThrow();

        for (int i = 0; i < 5; i++) {
            assertThat(refused(token, "the one of the victim")).isEqualTo(Problem.Kind.INVALID);
        }

        assertThat(refused(token, "the one of the victim")).isEqualTo(Problem.Kind.LIMITED);
        assertThat(office.people.byEmail("victim@example.com")).isEmpty();
    }

    @Test
    void theLinkIsGoodForHalfAnHour() {
        register("late@example.com", PASSWORD);
        Secret token = lastLetter().token().orElseThrow();

        office.pass(Duration.ofMinutes(30));

        assertThat(refused(token, PASSWORD)).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoHasAnAccountIsToldThreeTimesAnHourAndNothingChanges() {
        office.member("lea@example.com", "viewer");

        for (int i = 0; i < 5; i++) {
            register("lea@example.com", PASSWORD);
            office.pass(Duration.ofSeconds(61));
        }

        assertThat(office.panel.letters)
                .hasSize(3)
                .allMatch(each -> each.kind() == AccountRequests.Kind.KNOWN
                        && each.token().isEmpty());
        assertThat(signIn("lea@example.com", "nine lazy harbours")).isNotNull();
    }

    @Test
    void anAddressThatHasAnAccountIsAnsweredInTheSameTime() {
        office.member("tim@example.com", "viewer");
        List<Long> known = new ArrayList<>();
        List<Long> unknown = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            office.pass(Duration.ofMinutes(16));
            known.add(time("tim@example.com"));
            unknown.add(time("new" + i + "@example.com"));
        }
        known.sort(null);
        unknown.sort(null);
        double ratio = (double) unknown.get(6) / known.get(6);
        System.out.printf(
                "registration: known %d us, unknown %d us, ratio %.2f%n",
                known.get(6) / 1_000, unknown.get(6) / 1_000, ratio);

        assertThat(ratio).isBetween(0.5, 2.0);
    }

    private static long time(String email) {
        String from = somewhere();
        long start = System.nanoTime();
        office.registrations.request(email, "Nia", Secret.of(PASSWORD), Optional.empty(), from);
        return System.nanoTime() - start;
    }

    @Test
    void nobodyRegistersWhereThePanelIsNotOpenOrSendsNoMail() {
        office.mode.set("invitation");
        assertThatThrownBy(() -> register("pat@example.com", PASSWORD)).hasMessageContaining("invitation");
        office.mode.set("open");
        office.panel.sendsMail = false;
        assertThatThrownBy(() -> register("pat@example.com", PASSWORD)).hasMessageContaining("invitation");
        assertThat(office.registrations.isOpen()).isFalse();
    }

    @Test
    void anotherAddressCountsOnceItsLinkWasOpened() {
        Ref ray = office.member("ray@example.com", "viewer");
        office.profiles.update(
                ray.id(), Optional.empty(), Optional.of("ray2@example.com"), Optional.empty(), somewhere());
        carryOut();
        AccountMail.Letter letter = lastLetter();

        assertThat(letter.to()).isEqualTo("ray2@example.com");
        assertThat(office.addresses.pending(ray.id())).contains("ray2@example.com");
        assertThat(office.people.get(ray.id()).email()).isEqualTo("ray@example.com");
        office.addresses.confirm(letter.token().orElseThrow(), somewhere());
        carryOut();

        assertThat(office.people.get(ray.id()).email()).isEqualTo("ray2@example.com");
        assertThat(lastLetter().to()).isEqualTo("ray@example.com");
        assertThat(lastLetter().kind()).isEqualTo(AccountRequests.Kind.ADDRESS_CHANGED);
        assertThat(office.addresses.pending(ray.id())).isEmpty();
    }

    @Test
    void anAddressThatSomebodyTookMeanwhileStaysTheirs() {
        Ref kay = office.member("kay@example.com", "viewer");
        office.profiles.update(
                kay.id(), Optional.empty(), Optional.of("both@example.com"), Optional.empty(), somewhere());
        carryOut();
        Secret token = lastLetter().token().orElseThrow();
        office.member("both@example.com", "viewer");

        assertThatThrownBy(() -> office.addresses.confirm(token, somewhere())).hasMessageContaining("cannot be used");
        assertThat(office.people.get(kay.id()).email()).isEqualTo("kay@example.com");
    }
}
