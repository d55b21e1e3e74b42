package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keys for programs: a person's rights in one team, cut down to some actions and perhaps some resources. */
@Component(service = ApiKeys.class)
public final class ApiKeys {
    private static final Duration LONGEST_OVERLAP = Duration.ofHours(24);
    private static final Duration SHORTEST_LIFE = Duration.ofMinutes(1);
    static final Duration DEFAULT_LIFE = Duration.ofDays(90);
    static final Duration LONGEST_LIFE = Duration.ofDays(365);
    private static final String COLUMNS =
            "team_id, id, owner, name, prefix, hash, actions, resources, created_at, expires_at, used_at, rotated_at,"
                    + " former_hash, former_until";
    private static final int MOST = 20_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final Rights rights;
    private final Revocations revocations;
    private final Catalogue catalogue;
    private final Recent<Digest, Optional<Row>> byDigest;
    private final Recent<String, Optional<Row>> byId;
    private final Bounded<Digest, String> prefixes = new Bounded<>(MOST);
    private final Map<String, Used> used = new ConcurrentHashMap<>();

    /** A key; its token is not in it. */
    public record Row(
            String teamId,
            String id,
            String owner,
            String name,
            String prefix,
            String hash,
            List<String> actions,
            List<String> resources,
            Instant createdAt,
            Instant expiresAt,
            Optional<Instant> usedAt,
            Optional<Instant> rotatedAt,
            Optional<String> formerHash,
            Optional<Instant> formerUntil) {
        /** How long its secret was good, or is. */
        Duration life() {
            return Duration.between(rotatedAt.orElse(createdAt), expiresAt);
        }

        /** Whether a secret opens it: its own, and for a while after a rotation the one before. */
        boolean opensWith(Digest digest, Instant now) {
            return digest.matches(hash)
                    || (formerUntil.filter(now::isBefore).isPresent()
                            && formerHash.map(digest::matches).orElse(false));
        }

        boolean covers(String action) {
            return actions.stream().anyMatch(glob -> ActionGlob.matches(glob, action));
        }

        boolean reaches(List<Ref> scope) {
            return resources.isEmpty() || scope.stream().anyMatch(ref -> resources.contains(ref.toString()));
        }

        @Override
        public String toString() {
            return "ApiKey[" + id + ' ' + prefix + "•••]";
        }
    }

    /** A new key and its token. */
    public record Made(Row row, String token) {
        @Override
        public String toString() {
            return row.toString();
        }
    }

    /** When a key was used last. */
    public record Used(String teamId, String id, Instant at) {}

    @Activate
    public ApiKeys(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference Rights rights,
            @Reference Revocations revocations,
            @Reference Catalogue catalogue) {
        this(clerk, clock, rights, revocations, catalogue, System::nanoTime);
    }

    ApiKeys(
            Clerk clerk,
            InstantSource clock,
            Rights rights,
            Revocations revocations,
            Catalogue catalogue,
            LongSupplier nanos) {
        this.clerk = clerk;
        this.clock = clock;
        this.rights = rights;
        this.revocations = revocations;
        this.catalogue = catalogue;
        this.byDigest = new Recent<>(MOST, this::load, nanos);
        this.byId = new Recent<>(MOST, this::loadById, nanos);
    }

    /**
     * A new key, not yet stored.
     *
     * @throws Problem naming the field that is wrong
     */
    public Made make(
            String owner, String name, List<String> actions, List<String> resources, Optional<Duration> expiresIn) {
        for (String glob : actions) {
            if (!ActionGlob.isValid(glob)) {
                throw Problem.invalid(
                        "actions",
                        "'" + glob + "' names no actions; expected deployment.start, deployment.*, *.list or *");
            }
            ActionGlob.requireKnown(catalogue, "actions", glob);
        }
        resources.forEach(Ref::parse);
        Duration life = life(expiresIn.orElse(DEFAULT_LIFE));
        ApiKeyToken token = ApiKeyToken.create();
        Instant now = clock.instant();
        return new Made(
                new Row(
                        "",
                        Ref.create("api-key").id(),
                        owner,
                        People.name(name),
                        token.prefix(),
                        Digest.of(token.text()).hex(),
                        List.copyOf(actions),
                        List.copyOf(resources),
                        now,
                        now.plus(life),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                token.text());
    }

    private static Duration life(Duration wanted) {
        if (wanted.compareTo(SHORTEST_LIFE) < 0 || wanted.compareTo(LONGEST_LIFE) > 0) {
            throw Problem.invalid("expiresIn", "A key is good for a minute to 365 days");
        }
        return wanted;
    }

    /**
     * Gives a key a new secret, good for as long as the one before was.
     *
     * @param overlap how long the former secret stays good
     * @throws Problem CONFLICT where somebody else did at the same moment
     */
    public Made rotate(Database.Tx tx, Row key, Duration overlap, Optional<Duration> expiresIn) {
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw Problem.invalid("overlap", "The former secret stays good for 24 hours at most");
        }
        Duration life = life(expiresIn.orElseGet(key::life));
        ApiKeyToken token = ApiKeyToken.create();
        Instant now = clock.instant();
        Instant formerUntil = now.plus(overlap).isBefore(key.expiresAt) ? now.plus(overlap) : key.expiresAt;
        Row rotated = tx.one(
                        Row.class,
                        "update api_key set former_prefix = prefix, former_hash = hash, former_until = ?, prefix = ?,"
                                + " hash = ?, rotated_at = ?, expires_at = ? where id = ? and hash = ? returning "
                                + COLUMNS,
                        formerUntil,
                        token.prefix(),
                        Digest.of(token.text()).hex(),
                        now,
                        now.plus(life),
                        key.id,
                        key.hash)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT, "The key " + key.name + " was rotated at the same moment; look again"));
        return new Made(rotated, token.text());
    }

    public void insert(Database.Tx tx, Row key) {
        int made = tx.update(
                "insert into api_key (team_id, id, owner, name, prefix, hash, actions, resources, created_at,"
                        + " expires_at) values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                        + " on conflict (team_id, name) do nothing",
                key.id,
                key.owner,
                key.name,
                key.prefix,
                key.hash,
                key.actions,
                key.resources,
                key.createdAt,
                key.expiresAt);
        if (made == 0) {
            throw new Problem(Problem.Kind.CONFLICT, "There is a key named " + key.name + " already; delete it first");
        }
    }

    /** The keys of the transaction's team, the newest first. */
    public List<Row> list(Database.Tx tx) {
        return tx.list(Row.class, "select " + COLUMNS + " from api_key order by created_at desc, id limit 1000");
    }

    /** A key of the transaction's team. */
    public Optional<Row> find(Database.Tx tx, String id) {
        return tx.one(Row.class, "select " + COLUMNS + " from api_key where id = ?", id);
    }

    /** One's own keys, and for owners and admins all of the team's. */
    public boolean mayManage(Call call, Row key) {
        Ref caller = call.caller().ref();
        if (!caller.kind().equals("user")) {
            return caller.kind().equals("local") || caller.id().equals(key.id);
        }
        return caller.id().equals(key.owner)
                || rights.person(caller.id())
                        .flatMap(person -> person.in(key.teamId))
                        .map(place -> place.role().looksAfterThePanel())
                        .orElse(false);
    }

    /** One's own keys, which includes a key itself: whoever gets the new secret acts as its owner. */
    public boolean isOwn(Call call, Row key) {
        String caller = call.caller().ref().id();
        return caller.equals(key.owner) || caller.equals(key.id);
    }

    /**
     * A key that was made for a day and got into other hands must not make itself one for a year.
     *
     * @throws Problem where a key asks for longer than it was made for
     */
    public void requireNoLonger(Call call, Row key, Optional<Duration> wanted) {
        boolean itself = call.caller().ref().kind().equals("key");
        if (itself && wanted.filter(each -> each.compareTo(key.life()) > 0).isPresent()) {
            throw Problem.invalid(
                    "expiresIn",
                    "A key gives itself no longer than it was made for; leave expiresIn out, or let its owner rotate it");
        }
    }

    /** The name of whoever a key acts for. */
    public Optional<String> ownerName(Row key) {
        return rights.person(key.owner).map(Rights.Person::name);
    }

    public boolean isExpired(Row key) {
        return !key.expiresAt.isAfter(clock.instant());
    }

    /** The living key behind a token. */
    Optional<Row> authenticate(String text) {
        Optional<ApiKeyToken> token = ApiKeyToken.parse(text);
        if (token.isEmpty()) {
            return Optional.empty();
        }
        Digest digest = Digest.of(text);
        prefixes.put(digest, token.get().prefix());
        Optional<Row> key = byDigest.get(digest)
                .filter(row -> !isExpired(row))
                .filter(row -> row.opensWith(digest, clock.instant()));
        key.ifPresent(row -> used.put(row.id, new Used(row.teamId, row.id, clock.instant())));
        return key;
    }

    /** The living key with an id. */
    Optional<Row> find(String id) {
        return byId.get(id).filter(row -> !isExpired(row));
    }

    /** To be called once a key was deleted, or got another secret, in the database. */
    public void deleted(Row key) {
        byId.forget(key.id);
        byDigest.forgetAll();
        revocations.revoked(new Ref("key", key.id));
    }

    /** Writes down when keys were used, many at once. */
    public void writeUsed() {
        List<Used> batch = List.copyOf(used.values());
        if (batch.isEmpty()) {
            return;
        }
        clerk.allTeams(tx -> tx.batch("update api_key set used_at = :at where team_id = :teamId and id = :id", batch));
        batch.forEach(each -> used.remove(each.id, each));
    }

    private Optional<Row> load(Digest digest) {
        String prefix = prefixes.get(digest).orElse("");
        return clerk
                .allTeams(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS + " from api_key where prefix = ? or former_prefix = ?",
                        prefix,
                        prefix))
                .stream()
                .filter(row -> row.opensWith(digest, clock.instant()))
                .findFirst();
    }

    private Optional<Row> loadById(String id) {
        return clerk.allTeams(tx -> tx.one(Row.class, "select " + COLUMNS + " from api_key where id = ?", id));
    }
}
