package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What may be installed here, with its bytes kept: out of a marketplace, from before, or just built on this machine. */
final class Releases {
    private final Marketplaces marketplaces;
    private final Conditions conditions;
    private final Fetcher fetcher;
    private final PluginFiles files;
    private final Ledger ledger;
    private final InstantSource clock;

    Releases(
            Marketplaces marketplaces,
            Conditions conditions,
            Fetcher fetcher,
            PluginFiles files,
            Ledger ledger,
            InstantSource clock) {
        this.marketplaces = marketplaces;
        this.conditions = conditions;
        this.fetcher = fetcher;
        this.files = files;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** What the admin wants and agreed to, as its publisher signed it. */
    Release fetch(Call call, Installer.Wanted wanted) {
        Marketplaces.Offer offer = wanted.offer();
        Index.Release release = wanted.release();
        boolean trusted = marketplaces.trust().test(offer);
        conditions.check(offer, release, trusted);
        conditions.requireNewer(offer.plugin(), release);
        conditions.requireAgreement(offer.plugin(), release.permissions(), wanted.agreed());
        Fetcher.Fetched fetched = fetcher.fetch(call, offer, release);
        if (!trusted) {
            conditions.requireApart(offer, fetched);
        }
        files.keep(fetched.jar(), fetched.file(), clock.instant());
        Failpoints.hit(Failpoint.INSTALL_AFTER_KEEP);
        return of(fetched.file(), offer.marketplace().name(), offer.plugin().publisher(), !trusted, false);
    }

    /** Of a file that nobody signed; what it is a version of by then, if anything, stays known. */
    Release ofFile(Path jar, boolean apart) {
        Path copy = copyOf(jar);
        try {
            PluginFile file = Marketplaces.checked(() -> PluginFile.read(copy));
            conditions.check(file, apart);
            if (apart) {
                conditions.requireApart(file, copy);
            }
            files.keep(copy, file, clock.instant());
            Optional<Ledger.Row> row = ledger.find(file.id());
            return of(
                    file,
                    row.map(Ledger.Row::marketplace).orElse(""),
                    row.map(Ledger.Row::publisher).orElse(""),
                    apart,
                    true);
        } finally {
            delete(copy);
        }
    }

    private static Release of(
            PluginFile file, String marketplace, String publisher, boolean isolated, boolean development) {
        return new Release(
                file.id(),
                file.title(),
                file.version(),
                file.sha256(),
                marketplace,
                publisher,
                file.permissions(),
                isolated,
                development);
    }

    /** What is looked at and what is kept are the same bytes, whatever is built meanwhile. */
    private static Path copyOf(Path jar) {
        try {
            Path copy = Files.createTempFile("plugin", ".jar");
            return Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "The panel cannot read " + jar + "; put it where the panel's user may", e);
        }
    }

    private static void delete(Path copy) {
        try {
            Files.delete(copy);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The version before the one that is installed. */
    Release former(Ledger.Row row) {
        String version = row.formerVersion()
                .orElseThrow(
                        () -> new Problem(Problem.Kind.CONFLICT, row.title() + " has no former version to go back to"));
        if (!row.formerDevelopment()) {
            requireNotRevoked(row, version);
        }
        return new Release(
                row.plugin(),
                row.title(),
                version,
                row.formerSha256().orElseThrow(),
                row.marketplace(),
                row.publisher(),
                row.formerPermissions().orElse(List.of()),
                row.formerDevelopment() ? row.isolated() : isApart(row),
                row.formerDevelopment());
    }

    /** What nobody can ask about any more stays where it was; a version of the machine's owner says nothing of that. */
    private boolean isApart(Ledger.Row row) {
        return marketplaces
                .offer(row.marketplace() + '/' + row.plugin())
                .map(offer -> !marketplaces.trust().test(offer))
                .orElse(row.isolated() || row.development());
    }

    private void requireNotRevoked(Ledger.Row row, String version) {
        marketplaces.revocation(row.marketplace(), row.plugin(), version).ifPresent(revocation -> {
            throw new Problem(
                    Problem.Kind.CONFLICT, row.title() + ' ' + version + " was revoked: " + revocation.reason());
        });
    }
}
