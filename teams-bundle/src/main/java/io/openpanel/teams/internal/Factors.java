package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.FactorActions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people prove themselves with besides their password. A factor counts once a first code of it was seen. */
@Component(service = Factors.class)
public final class Factors {
    static final String TOTP = "totp";
    private static final String ISSUER = "OpenPanel";
    private static final int MOST = 10;
    static final Duration TO_CONFIRM = Duration.ofMinutes(15);
    private static final String SELECT =
            "select id, user_id, kind, name, secret, created_at, confirmed_at, used_at from factor";

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;

    /** A factor's row. */
    public record Row(
            String id,
            String userId,
            String kind,
            String name,
            Optional<Secret> secret,
            Instant createdAt,
            Optional<Instant> confirmedAt,
            Optional<Instant> usedAt) {
        public Ref ref() {
            return new Ref("factor", id);
        }

        private Totp totp() {
            return Totp.of(secret.orElseThrow().at("factor", "secret", id).reveal());
        }
    }

    /** How many there are. */
    public record Count(long number) {}

    @Activate
    public Factors(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
    }

    public FactorActions.Items list(String user) {
        return clerk.allTeams(tx -> new FactorActions.Items(
                confirmed(tx, user).stream()
                        .map(row -> new FactorActions.Item(row.ref(), row.kind, row.name, row.createdAt, row.usedAt))
                        .toList(),
                tx.one(Count.class, "select count(*) as number from recovery_code where user_id = ?", user)
                        .map(count -> (int) count.number)
                        .orElse(0)));
    }

    /** The kinds a person can prove themselves with; empty for whoever has no second factor. */
    List<String> kinds(String user) {
        return clerk.allTeams(tx ->
                confirmed(tx, user).stream().map(Row::kind).distinct().sorted().toList());
    }

    /** Begins with an authenticator app; nothing is asked of the person before {@link #confirm}. */
    public FactorActions.Begun begin(String user, String wanted) {
        String name = People.name(wanted);
        Totp totp = Totp.create();
        Ref factor = Ref.create("factor");
        Instant now = clock.instant();
        String email = people.get(user).email();
        clerk.allTeams(tx -> {
            tx.update("delete from factor where user_id = ? and confirmed_at is null", user);
            requireRoom(tx, user);
            return tx.update(
                    "insert into factor (id, user_id, kind, name, secret, created_at) values (?, ?, ?, ?, ?, ?)",
                    factor.id(),
                    user,
                    TOTP,
                    name,
                    Secret.of(totp.text()).at("factor", "secret", factor.id()),
                    now);
        });
        return new FactorActions.Begun(factor, totp.uri(ISSUER, email), totp.text());
    }

    void requireRoom(Database.Tx tx, String user) {
        if (confirmed(tx, user).size() >= MOST) {
            throw new Problem(Problem.Kind.CONFLICT, "You have " + MOST + " second factors; remove one first");
        }
    }

    boolean isFirst(Database.Tx tx, String user) {
        return confirmed(tx, user).isEmpty();
    }

    /**
     * Makes a factor count, by a first code of it.
     *
     * @return recovery codes for the first factor, empty for a further one
     */
    public List<String> confirm(String user, Ref factor, String code) {
        List<String> codes = clerk.allTeams(tx -> {
            Row row = own(tx, user, factor)
                    .filter(each -> each.confirmedAt.isEmpty()
                            && each.createdAt.plus(TO_CONFIRM).isAfter(clock.instant()))
                    .orElseThrow(() -> new Problem(
                            Problem.Kind.CONFLICT, "This took too long, or is confirmed already; begin anew"));
            if (!isCode(tx, row, code)) {
                throw wrong();
            }
            boolean first = isFirst(tx, user);
            tx.update("update factor set confirmed_at = ? where id = ?", clock.instant(), row.id);
            return first ? RecoveryCodes.renew(tx, user) : List.<String>of();
        });
        rights.personChanged(user, true);
        return codes;
    }

    /** A factor of theirs. */
    public Row get(String user, Ref factor) {
        return clerk.allTeams(tx -> own(tx, user, factor)).orElseThrow(() -> Problem.missing(factor));
    }

    public void remove(String user, Ref factor) {
        clerk.allTeams(tx -> {
            tx.update("delete from factor where id = ? and user_id = ?", factor.id(), user);
            return confirmed(tx, user).isEmpty() ? tx.update("delete from recovery_code where user_id = ?", user) : 0;
        });
        rights.personChanged(user, true);
    }

    /** Takes all of a person's factors away. */
    void clear(String user) {
        clerk.allTeams(tx -> {
            tx.update("delete from challenge where user_id = ?", user);
            tx.update("delete from recovery_code where user_id = ?", user);
            return tx.update("delete from factor where user_id = ?", user);
        });
        rights.personChanged(user, true);
    }

    public List<String> renewRecoveryCodes(String user) {
        return clerk.allTeams(tx -> RecoveryCodes.renew(tx, user));
    }

    /** Spends a code of an authenticator or a recovery code: how the person proved themselves, empty when it is not good. */
    Optional<String> spend(Database.Tx tx, String user, String code) {
        boolean good = code.strip().matches("\\d{3}\\s?\\d{3}")
                && confirmed(tx, user).stream()
                        .filter(row -> row.kind.equals(TOTP))
                        .anyMatch(row -> isCode(tx, row, code));
        if (good) {
            return Optional.of("otp");
        }
        return RecoveryCodes.spend(tx, user, code) ? Optional.of("recovery") : Optional.empty();
    }

    static Problem wrong() {
        return Problem.invalid("code", "The code is not right, or was used already; wait for the next one");
    }

    /** Whether it is a code of about now that was not used before; from here on it was. */
    private boolean isCode(Database.Tx tx, Row row, String code) {
        Instant now = clock.instant();
        OptionalLong step = row.totp().stepOf(code.replaceAll("\\s", ""), now);
        return step.isPresent()
                && tx.update(
                                "update factor set last_step = ?, used_at = ? where id = ? and last_step < ?",
                                step.getAsLong(),
                                now,
                                row.id,
                                step.getAsLong())
                        > 0;
    }

    private List<Row> confirmed(Database.Tx tx, String user) {
        return tx.list(
                Row.class, SELECT + " where user_id = ? and confirmed_at is not null order by created_at, id", user);
    }

    private static Optional<Row> own(Database.Tx tx, String user, Ref factor) {
        return tx.one(Row.class, SELECT + " where id = ? and user_id = ?", factor.id(), user);
    }
}
