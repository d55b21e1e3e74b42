package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.marketplace.Envelope;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Keys;
import io.openpanel.marketplace.Refused;
import io.openpanel.marketplace.Root;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.framework.Version;

/** The marketplaces this panel knows, each with the root it trusts and the last index it saw. */
final class Marketplaces {
    private static final String COLUMNS = "name, url, root, listing, listing_version, refreshed_at, error, added_at";
    private static final int LONGEST_CHAIN = 1000;

    private final KernelDatabase database;
    private final InstantSource clock;
    private final Remote remote = new Remote();
    private final Map<String, Opened> opened = new ConcurrentHashMap<>();

    Marketplaces(KernelDatabase database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public record Row(
            String name,
            String url,
            byte[] root,
            Optional<byte[]> listing,
            long listingVersion,
            Optional<Instant> refreshedAt,
            Optional<String> error,
            Instant addedAt) {}

    /**
     * An index whose signatures were found good, and the bytes that say it.
     *
     * @param until when it may not be believed any more
     */
    private record Opened(byte[] root, byte[] listing, Index index, Instant until) {
        boolean isOf(Row row) {
            return Arrays.equals(root, row.root) && Arrays.equals(listing, row.listing.orElse(null));
        }
    }

    /** A release that can be had, with the index that says so. */
    record Offer(Row marketplace, Index index, Index.Plugin plugin) {
        String id() {
            return marketplace.name() + '/' + plugin.id();
        }

        Index.Publisher publisher() {
            return index.publishers().get(plugin.publisher());
        }

        /** @throws Problem when there is no such version */
        Index.Release release(Optional<String> version) {
            return plugin.newestFirst().stream()
                    .filter(each -> version.map(each.version()::equals)
                            .orElse(index.revocation(plugin.id(), each.version())
                                    .isEmpty()))
                    .findFirst()
                    .orElseThrow(() -> Problem.invalid(
                            "version",
                            version.map(wanted ->
                                            marketplace.name() + " has no version " + wanted + " of " + plugin.title())
                                    .orElse("Every version of " + plugin.title() + " was revoked")));
        }
    }

    List<Row> all() {
        return database.tx(tx -> tx.list(Row.class, "select " + COLUMNS + " from marketplace order by name"));
    }

    Optional<Row> find(String name) {
        return database.tx(tx -> tx.one(Row.class, "select " + COLUMNS + " from marketplace where name = ?", name));
    }

    /**
     * Adds a marketplace whose root has the fingerprint.
     *
     * @throws Problem when it has another one, or cannot be read
     */
    Row add(String url, String fingerprint) {
        String base = Remote.address(url);
        byte[] bytes = remote.get(base, "root.json");
        Root root = checked(() -> Root.first(Envelope.parse(bytes)));
        if (!root.fingerprint().equalsIgnoreCase(fingerprint.replace(":", "").strip())) {
            throw Problem.invalid(
                    "fingerprint",
                    "The marketplace at " + base + " has the fingerprint " + root.fingerprint()
                            + "; ask whoever runs it which one is right");
        }
        if (find(root.name()).isPresent()) {
            throw new Problem(Problem.Kind.CONFLICT, "There is a marketplace '" + root.name() + "' already");
        }
        database.tx(tx -> tx.update(
                "insert into marketplace (name, url, root, added_at) values (?, ?, ?, ?)",
                root.name(),
                base,
                bytes,
                clock.instant()));
        return refresh(root.name());
    }

    /**
     * Follows to the newest root and reads the index; what is not as signed leaves everything as it was, and so does what is
     * older than what another refresh has brought meanwhile.
     */
    Row refresh(String name) {
        Row row = find(name).orElseThrow();
        try {
            byte[] root = newestRoot(row);
            byte[] listing = remote.get(row.url(), "index.json");
            Index index = checked(() -> Index.open(
                    Envelope.parse(listing), Root.first(Envelope.parse(root)), row.listingVersion(), clock.instant()));
            database.tx(tx -> tx.update(
                    """
                    update marketplace set root = ?, listing = ?, listing_version = ?, refreshed_at = ?, error = null
                    where name = ? and root = ? and listing_version <= ?
                    """,
                    root,
                    listing,
                    index.version(),
                    clock.instant(),
                    name,
                    row.root(),
                    index.version()));
        } catch (Problem problem) {
            database.tx(tx -> tx.update("update marketplace set error = ? where name = ?", problem.getMessage(), name));
            throw problem;
        }
        return find(name).orElseThrow();
    }

    private byte[] newestRoot(Row row) {
        byte[] bytes = row.root();
        Root root = Root.first(Envelope.parse(bytes));
        byte[] latest = remote.get(row.url(), "root.json");
        Root shown = checked(() -> Root.first(Envelope.parse(latest)));
        for (int i = 0; i < LONGEST_CHAIN; i++) {
            if (shown.version() <= root.version()) {
                return bytes;
            }
            byte[] next = remote.find(row.url(), "root." + (root.version() + 1) + ".json")
                    .orElse(latest);
            Root known = root;
            root = checked(() -> known.next(Envelope.parse(next)));
            bytes = next;
        }
        throw new Problem(Problem.Kind.UPSTREAM, "The roots of " + row.name() + " have no end");
    }

    void remove(String name) {
        database.tx(tx -> tx.update("delete from marketplace where name = ?", name));
        opened.remove(name);
    }

    /** What a marketplace offers now. An index that has expired offers nothing. */
    List<Offer> offers(Row row) {
        return findIndex(row)
                .map(index -> index.plugins().stream()
                        .map(plugin -> new Offer(row, index, plugin))
                        .toList())
                .orElse(List.of());
    }

    private Index index(Row row) {
        Opened known = opened.get(row.name());
        if (known != null && known.isOf(row) && clock.instant().isBefore(known.until)) {
            return known.index;
        }
        byte[] listing = row.listing().orElseThrow(() -> new Refused("The index was never read; refresh it"));
        Root root = Root.first(Envelope.parse(row.root()));
        Index index = Index.open(Envelope.parse(listing), root, row.listingVersion(), clock.instant());
        Instant until = root.expires().isBefore(index.expires()) ? root.expires() : index.expires();
        opened.put(row.name(), new Opened(row.root(), listing, index, until));
        return index;
    }

    /** Whether a version was taken back, as far as its marketplace can be believed now. */
    Optional<Index.Revocation> revocation(String marketplace, String plugin, String version) {
        return find(marketplace).flatMap(this::findIndex).flatMap(index -> index.revocation(plugin, version));
    }

    /** Empty when it may not be believed any more, or was never read. */
    Optional<Index> findIndex(Row row) {
        try {
            return Optional.of(index(row));
        } catch (Refused expired) {
            return Optional.empty();
        }
    }

    /** By {@code marketplace/plugin}, or by the plugin alone where one marketplace has it. */
    Optional<Offer> offer(String id) {
        int slash = id.indexOf('/');
        String plugin = id.substring(slash + 1);
        List<Row> rows =
                slash < 0 ? all() : find(id.substring(0, slash)).stream().toList();
        List<Offer> found = rows.stream()
                .flatMap(row -> offers(row).stream())
                .filter(each -> each.plugin().id().equals(plugin))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** A version that is newer than the installed one and was not revoked. */
    Optional<String> update(Ledger.Row row) {
        return offer(row.marketplace() + '/' + row.plugin())
                .flatMap(offer -> offer.plugin().newestFirst().stream()
                        .filter(each -> offer.index()
                                .revocation(row.plugin(), each.version())
                                .isEmpty())
                        .findFirst())
                .map(Index.Release::version)
                .filter(newest -> new Version(newest).compareTo(new Version(row.version())) > 0);
    }

    void download(Offer offer, Index.Release release, Path to) {
        remote.download(offer.marketplace().url(), release.file(), to, release.size());
    }

    public record Trusted(String keyId, String marketplace, String publisher, Instant trustedAt, String trustedBy) {}

    List<Trusted> trusted() {
        return database.tx(tx -> tx.list(
                Trusted.class,
                "select key_id, marketplace, publisher, trusted_at, trusted_by from publisher_key order by publisher"));
    }

    /** Tells of offers whether every key that speaks for their publisher is trusted now. */
    Predicate<Offer> trust() {
        List<Trusted> known = trusted();
        return offer -> offer.publisher() != null
                && known.stream()
                        .filter(each -> each.marketplace()
                                        .equals(offer.marketplace().name())
                                && each.publisher().equals(offer.plugin().publisher()))
                        .map(Trusted::keyId)
                        .collect(Collectors.toSet())
                        .containsAll(keys(offer.publisher()));
    }

    static List<String> keys(Index.Publisher publisher) {
        return publisher.keys().stream().map(Keys::publicKey).map(Keys::id).toList();
    }

    void trust(String marketplace, String publisher, List<String> keys, String by) {
        database.tx(tx -> {
            tx.update("delete from publisher_key where marketplace = ? and publisher = ?", marketplace, publisher);
            for (String key : keys) {
                tx.update(
                        """
                        insert into publisher_key (key_id, marketplace, publisher, trusted_at, trusted_by)
                        values (?, ?, ?, ?, ?) on conflict do nothing
                        """,
                        key,
                        marketplace,
                        publisher,
                        clock.instant(),
                        by);
            }
            return null;
        });
    }

    int distrust(String marketplace, String publisher) {
        return database.tx(tx ->
                tx.update("delete from publisher_key where marketplace = ? and publisher = ?", marketplace, publisher));
    }

    /** What is not as it should be becomes an answer to whoever asked. */
    static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (Refused refused) {
            throw new Problem(Problem.Kind.CONFLICT, refused.getMessage(), refused);
        }
    }
}
