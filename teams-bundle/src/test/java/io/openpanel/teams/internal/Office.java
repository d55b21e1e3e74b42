package io.openpanel.teams.internal;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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
    final FixedCatalogue catalogue = new FixedCatalogue();
    final ApiKeys keys = new ApiKeys(clerk, clock, rights, revocations, catalogue, nanos::get);
    final Sessions sessions = new Sessions(clerk, clock, rights);
    final People people = new People(clerk, clock, passwords);
    final SignInLimits limits = new SignInLimits(nanos::get);
    final Factors factors = new Factors(clerk, clock, people, rights);
    final Challenges challenges = new Challenges(clerk, clock, factors, rights, limits);
    final Passkeys passkeys = new Passkeys(clerk, clock, factors, people, rights);
    final SignIn signIn = new SignIn(people, sessions, tokens, rights, limits, factors, challenges, passkeys);
    final KnownResources resources = new KnownResources();
    final Holdings holdings = new Holdings(rights, keys, catalogue);
    final Roles roles = new Roles(panel, clock, rights, holdings, catalogue);
    final Grants grants = new Grants(panel, clock, resources, rights, roles, holdings);
    final Invitations invitations =
            new Invitations(panel, clerk, clock, people, rights, roles, grants, holdings, catalogue);
    final RegistrationMode mode = new RegistrationMode("invitation");
    final Joining joining = new Joining(invitations, people, rights, signIn, limits, mode);
    final Explanations explanations = new Explanations(holdings, roles, catalogue, resources, keys);
    final TeamQuotas quotas = new TeamQuotas(clerk, clock, team -> List.of());
    final TeamAuthority authority = new TeamAuthority(tokens, keys, rights, holdings, revocations, quotas);
    final Members members = new Members(panel, rights, roles, holdings, keys);
    final FactorReset factorReset = new FactorReset(panel, rights, roles, holdings, factors, sessions);
    final Teams teams = new Teams(panel, clerk, clock, people, rights, keys);
    final AccountLinks links = new AccountLinks(clerk, clock, nanos::get);
    final AccountMail mail = new AccountMail(panel, clerk, rights);
    final AccountRequests requests = new AccountRequests(clerk, clock, rights);
    final PasswordResets resets =
            new PasswordResets(panel, clerk, people, passwords, rights, sessions, limits, links, requests, mail);
    final Registrations registrations =
            new Registrations(clerk, clock, people, passwords, rights, limits, mode, mail, requests);
    final ServiceAccounts services =
            new ServiceAccounts(panel, clerk, clock, people, passwords, rights, roles, holdings);
    final AccountAnswers answers = new AccountAnswers(requests, people, links, mail, registrations, services);
    final AddressChanges addresses = new AddressChanges(clerk, people, rights, limits, links, requests, mail);
    final Accounts accounts = new Accounts(clerk, clock, rights, sessions, members);
    final Profiles profiles = new Profiles(people, rights, sessions, keys, signIn, requests, addresses);
    final Proofs proofs = new Proofs(profiles, challenges, passkeys, sessions, limits, clock);
    final MappedRoles mapped = new MappedRoles(clerk, people, rights, roles, keys);
    final Provisioned provisioned = new Provisioned(clerk, clock, people, rights, roles, mapped, keys, sessions, mode);
    final Identities identities = new Identities(
            clerk, clock, people, profiles, rights, roles, mapped, signIn, challenges, sessions, mode, provisioned);

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
        return clerk.in(
                home(), tx -> people.add(tx, person, Role.builtInFor(role).orElseThrow()));
    }

    void pass(Duration time) {
        now.updateAndGet(each -> each.plus(time));
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public void close() throws InterruptedException {
        panel.close();
    }
}
