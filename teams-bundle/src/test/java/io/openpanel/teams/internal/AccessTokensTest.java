package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Ref;
import io.openpanel.testkit.BadTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTokensTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static Office office;
    private static String user;
    private static String session;
    private static String good;

    @BeforeAll
    static void open() {
        office = new Office();
        user = office.owner().id();
        session = office.sessions
                .start(user, Ref.create("session"), office.home(), "192.0.2.1", "", List.of("pwd"))
                .session();
        good = office.tokens.issue(user, session, office.home()).token();
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    /** Later tokens, and bad ones above all, must not be refused for their age. */
    @AfterEach
    void turnTheClockBack() {
        office.now.set(START);
    }

    @Test
    void aFreshTokenIsBelieved() {
        assertThat(office.tokens.verify(good))
                .contains(new AccessTokens.Verified(
                        user, session, office.home(), office.now.get().plus(AccessTokens.LIFE)));
        assertThat(office.authority.authenticate(good, Optional.empty())).isPresent();
        assertThat(good.length()).isLessThan(600);
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void isNotBelieved(BadTokens.Bad bad) {
        assertThat(office.tokens.verify(good)).as("the good one").isPresent();
        assertThat(office.tokens.verify(bad.token())).isEmpty();
        assertThat(office.authority.authenticate(bad.token(), Optional.empty())).isEmpty();
    }

    static Stream<BadTokens.Bad> badTokens() {
        BadTokens bad = new BadTokens(good, keys(), office.now.get());
        return Stream.concat(bad.all().stream(), bad.unsendable().stream());
    }

    @Test
    void whatIsSignedAndWithoutFlawIsBelieved() {
        assertThat(office.tokens.verify(new BadTokens(good, keys(), office.now.get()).ours()))
                .as("else the bad ones were refused for how they are made")
                .isPresent();
    }

    @Test
    void eachTokenHasTheOneSignatureThatIsTaken() {
        for (int i = 0; i < 20; i++) {
            String token = office.tokens.issue(user, session, office.home()).token();
            assertThat(office.tokens.verify(token)).isPresent();
        }
    }

    @Test
    void aTokenEndsAfterTenMinutesAlsoOnceItWasSeen() {
        String token = office.tokens.issue(user, session, office.home()).token();
        assertThat(office.tokens.verify(token)).isPresent();

        office.pass(Duration.ofMinutes(10));

        assertThat(office.tokens.verify(token)).isEmpty();
    }

    @Test
    void anotherKeySignsAfterRotationAndOldTokensStayGood() {
        String old = office.tokens.issue(user, session, office.home()).token();
        office.signingKeys.rotate(office.home());
        String fresh = office.tokens.issue(user, session, office.home()).token();

        assertThat(old.split("\\.")[0]).isNotEqualTo(fresh.split("\\.")[0]);
        assertThat(office.tokens.verify(old)).isPresent();
        assertThat(office.tokens.verify(fresh)).isPresent();
    }

    @Test
    void anotherNodeOfThePanelHasTheSameKeyAndLearnsOfARotation() {
        SigningKeys other = new SigningKeys(office.clerk, office.clock);
        AccessTokens there = new AccessTokens(other, office.clock);
        assertThat(there.verify(
                        office.tokens.issue(user, session, office.home()).token()))
                .isPresent();

        office.signingKeys.rotate(office.home());
        office.pass(Duration.ofSeconds(6));

        assertThat(there.verify(
                        office.tokens.issue(user, session, office.home()).token()))
                .isPresent();
    }

    @Test
    void aRetiredKeyIsBelievedUntilItsLastTokenHasRunOutAndNoLonger() {
        SigningKeys.Signing stolen = office.signingKeys.current();
        Instant end = office.signingKeys.rotate(office.home());
        assertThat(office.tokens.verify(signedWith(stolen))).isPresent();

        office.pass(Duration.between(office.now.get(), end));

        assertThat(end).isEqualTo(START.plus(AccessTokens.LIFE).plusSeconds(60));
        assertThat(office.tokens.verify(signedWith(stolen))).isEmpty();
    }

    @Test
    void anotherNodeSignsWithTheNewKeyWithinAMinute() {
        SigningKeys other = new SigningKeys(office.clerk, office.clock);
        String before = other.current().header().getKeyID();
        office.signingKeys.rotate(office.home());

        office.pass(Duration.ofSeconds(61));

        assertThat(other.current().header().getKeyID()).isNotEqualTo(before);
    }

    /** What somebody could make who took the key away. */
    private static String signedWith(SigningKeys.Signing key) {
        String claims =
                office.tokens.issue(user, session, office.home()).token().split("\\.")[1];
        String input = key.header().toBase64URL() + "." + claims;
        return input + '.' + AccessTokens.sign(key, input);
    }

    @Test
    void thePrivateKeyLiesSealedInTheDatabase() {
        String stored = office.clerk
                .allTeams(tx -> tx.list(Rights.Id.class, "select private_key as id from signing_key"))
                .get(0)
                .id();

        assertThat(stored).startsWith("v1.").doesNotContain("MEECAQAwEwYHKoZIzj0");
    }

    /** The panel's own key: only what is checked besides the signature can refuse what it signs. */
    private static BadTokens.Keys keys() {
        SigningKeys.Signing key = office.signingKeys.current();
        String publicKey = office.clerk
                .allTeams(tx -> tx.list(Rights.Id.class, "select public_key as id from signing_key"))
                .get(0)
                .id();
        return new BadTokens.Keys(key.header().getKeyID(), input -> AccessTokens.sign(key, input), publicKey);
    }
}
