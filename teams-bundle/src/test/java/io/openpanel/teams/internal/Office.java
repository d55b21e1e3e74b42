package io.openpanel.teams.internal;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** All parts of the plugin over a real database, with a clock that only moves when told to. */
final class Office implements AutoCloseable {
    static final String EMAIL = "ana@example.com";
    static final String PASSWORD = "seven quiet otters";

    final RealDatabase panel = new RealDatabase();
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    final AtomicLong nanos = new AtomicLong(1);
    final InstantSource clock = now::get;
    final Clerk clerk = new Clerk(panel);
    final Passwords passwords = new Passwords();
    final SigningKeys signingKeys = new SigningKeys(clerk, clock);
    final AccessTokens tokens = new AccessTokens(signingKeys, clock);
    final Revocations revocations = new Revocations();
    final Rights rights = new Rights(clerk, clock, tokens, revocations, nanos::get);
    final ApiKeys keys = new ApiKeys(clerk, clock, rights, revocations, nanos::get);
    final Sessions sessions = new Sessions(clerk, clock, rights);
    final People people = new People(clerk, clock, passwords);
    final SignInLimits limits = new SignInLimits(nanos::get);
    final SignIn signIn = new SignIn(people, sessions, tokens, rights, limits);
    final TeamAuthority authority = new TeamAuthority(tokens, keys, rights, revocations);
    final Members members = new Members(panel, people, rights, keys);
    final Profiles profiles = new Profiles(people, rights, sessions, keys, signIn);

    Setup setup(Map<String, String> environment) {
        return new Setup(clerk, clock, people, rights, panel.home.resolve("run/setup-token"), environment);
    }

    /** The owner of the panel. */
    Ref owner() {
        Setup setup = setup(Map.of());
        try {
            return setup.create(new Setup.Owner(EMAIL, Optional.of("Ana"), Secret.of(PASSWORD), Optional.empty()));
        } finally {
            setup.close();
        }
    }

    String home() {
        return rights.homeTeam().orElseThrow();
    }

    /** Somebody else in the home team. */
    Ref member(String email, String role) {
        People.Newcomer person = people.newcomer(email, Optional.empty(), Secret.of("nine lazy harbours"), "");
        return clerk.in(home(), tx -> people.add(tx, person, role));
    }

    void pass(Duration time) {
        now.updateAndGet(each -> each.plus(time));
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public void close() throws InterruptedException {
        clerk.close();
        panel.close();
    }
}
