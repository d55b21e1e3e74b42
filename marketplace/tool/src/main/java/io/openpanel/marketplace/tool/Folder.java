package io.openpanel.marketplace.tool;

import io.openpanel.marketplace.Envelope;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Keys;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.marketplace.Quality;
import io.openpanel.marketplace.Refused;
import io.openpanel.marketplace.Root;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A marketplace as it lies on a disk. Each file is written beside its place and moved there, so that visitors see whole ones. */
final class Folder {
    private static final String ROOT = "root.json";
    private static final String PENDING = "root.pending.json";
    private static final String INDEX = "index.json";
    private static final Duration INDEX_LIVES = Duration.ofDays(14);

    private final Path folder;
    private final InstantSource clock;

    Folder(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    static void writeSecret(Path file, String text) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new Refused(file + " is there already; a key is never written over", e);
        }
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private void write(String name, byte[] bytes) throws IOException {
        Path place = folder.resolve(name);
        Files.createDirectories(place.getParent());
        Path beside = Files.write(place.resolveSibling(place.getFileName() + ".new"), bytes);
        Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Envelope envelope(String name) throws IOException {
        return Envelope.parse(Files.readAllBytes(folder.resolve(name)));
    }

    Optional<Root> findRoot() throws IOException {
        return Files.exists(folder.resolve(ROOT)) ? Optional.of(Root.first(envelope(ROOT))) : Optional.empty();
    }

    private Root root() throws IOException {
        return findRoot().orElseThrow(() -> new Refused("There is no root.json in " + folder + "; make one with root"));
    }

    Path writePending(Root root) throws IOException {
        write(PENDING, root.sign(List.of()).toBytes());
        return folder.resolve(PENDING);
    }

    /** What there is to say after a key signed the root that waits. */
    String signPending(KeyPair key) throws IOException {
        if (!Files.exists(folder.resolve(PENDING))) {
            throw new Refused("No root waits for signatures in " + folder + "; make one with root");
        }
        Envelope signed = envelope(PENDING).signedBy(key);
        write(PENDING, signed.toBytes());
        Optional<Root> former = findRoot();
        try {
            Root next = former.isPresent() ? former.get().next(signed) : Root.first(signed);
            if (former.isPresent()) {
                // A panel that was away for long follows from the root it knows to this one.
                write("root." + former.get().version() + ".json", Files.readAllBytes(folder.resolve(ROOT)));
            }
            write(ROOT, signed.toBytes());
            Files.delete(folder.resolve(PENDING));
            return "Signed; version " + next.version() + " of the root of " + next.name() + " is in its place";
        } catch (Refused notYet) {
            return "Signed; it still waits: " + notYet.getMessage();
        }
    }

    private Index index(Root root) throws IOException {
        if (!Files.exists(folder.resolve(INDEX))) {
            return new Index(root.name(), 1, clock.instant().plus(INDEX_LIVES), Map.of(), List.of(), List.of());
        }
        // Its own keeper may renew one that expired.
        return Index.open(envelope(INDEX), root, 0, java.time.Instant.MIN);
    }

    private long write(Root root, Index changed, KeyPair key) throws IOException {
        Index next = new Index(
                root.name(),
                Files.exists(folder.resolve(INDEX)) ? changed.version() + 1 : 1,
                clock.instant().plus(INDEX_LIVES),
                changed.publishers(),
                changed.plugins(),
                changed.revoked());
        Envelope signed = next.sign(List.of(key));
        Index.open(signed, root, next.version(), clock.instant());
        write(INDEX, signed.toBytes());
        return next.version();
    }

    long publish(
            Path jar,
            PluginFile file,
            String publisher,
            KeyPair publisherKey,
            KeyPair indexKey,
            Optional<String> summary,
            Optional<List<String>> categories,
            Quality quality,
            Optional<Index.Source> source)
            throws IOException {
        Root root = root();
        Index index = index(root);
        Optional<Index.Plugin> former = index.plugin(file.id());
        if (former.isPresent() && !former.get().publisher().equals(publisher)) {
            throw new Refused("The plugin " + file.id() + " is " + former.get().publisher() + "'s");
        }
        List<Index.Release> releases =
                new ArrayList<>(former.map(Index.Plugin::releases).orElse(List.of()));
        if (releases.stream().anyMatch(each -> each.version().equals(file.version()))) {
            throw new Refused(file.id() + ' ' + file.version() + " is published already; raise the version");
        }
        String name = file.id() + '/' + file.version() + ".jar";
        releases.add(new Index.Release(
                file.version(),
                name,
                file.sha256(),
                file.size(),
                file.host(),
                file.permissions(),
                clock.instant(),
                Index.state(file, publisherKey),
                quality.level().map(Quality.Level::word),
                source));
        Index.Plugin plugin = new Index.Plugin(
                file.id(),
                file.title(),
                summary.or(() -> former.map(Index.Plugin::summary)).orElse(""),
                categories.or(() -> former.map(Index.Plugin::categories)).orElse(List.of()),
                publisher,
                releases);
        List<Index.Plugin> plugins = new ArrayList<>(index.plugins());
        plugins.removeIf(each -> each.id().equals(plugin.id()));
        plugins.add(plugin);
        Index changed = new Index(
                root.name(),
                index.version(),
                index.expires(),
                publishers(index, publisher, publisherKey),
                plugins,
                index.revoked());
        changed.verify(plugin, plugin.releases().get(plugin.releases().size() - 1), file);
        write(name, Files.readAllBytes(jar));
        return write(root, changed, indexKey);
    }

    private static Map<String, Index.Publisher> publishers(Index index, String name, KeyPair key) {
        Map<String, Index.Publisher> all = new HashMap<>(index.publishers());
        String text = Keys.text(key.getPublic());
        Index.Publisher known = all.get(name);
        if (known != null && !known.keys().contains(text)) {
            throw new Refused("The index knows " + name + " by other keys; publish with one of them");
        }
        all.putIfAbsent(name, new Index.Publisher(List.of(text), Optional.empty()));
        return all;
    }

    long revoke(String plugin, Optional<String> version, String reason, KeyPair indexKey) throws IOException {
        Root root = root();
        Index index = index(root);
        Index.Plugin known = index.plugin(plugin).orElseThrow(() -> new Refused("The index has no plugin " + plugin));
        if (version.isPresent()
                && known.releases().stream().noneMatch(each -> each.version().equals(version.get()))) {
            throw new Refused("The index has no " + plugin + ' ' + version.get());
        }
        List<Index.Revocation> revoked = new ArrayList<>(index.revoked());
        revoked.add(new Index.Revocation(plugin, version, reason, clock.instant()));
        return write(
                root,
                new Index(root.name(), index.version(), index.expires(), index.publishers(), index.plugins(), revoked),
                indexKey);
    }

    long renew(KeyPair indexKey) throws IOException {
        Root root = root();
        return write(root, index(root), indexKey);
    }

    String verify() throws IOException {
        Root root = root();
        Index index = Index.open(envelope(INDEX), root, 0, clock.instant());
        int files = 0;
        int revoked = 0;
        for (Index.Plugin plugin : index.plugins()) {
            for (Index.Release release : plugin.releases()) {
                if (index.revocation(plugin.id(), release.version()).isPresent()) {
                    revoked++;
                    continue;
                }
                index.verify(plugin, release, PluginFile.read(folder.resolve(release.file())));
                files++;
            }
        }
        return root.name() + ": root version " + root.version() + " (fingerprint " + root.fingerprint()
                + "), index version " + index.version() + " until " + index.expires() + ", " + files
                + " releases as signed, " + revoked + " revoked";
    }
}
