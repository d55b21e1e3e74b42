package io.openpanel.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A marketplace with three root keys of which two must sign, and what a panel believes of it. */
class MarketplaceTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    private Path folder;

    private final List<KeyPair> roots = Stream.generate(Keys::generate).limit(3).toList();
    private final KeyPair indexer = Keys.generate();
    private final KeyPair publisher = Keys.generate();
    private final KeyPair stranger = Keys.generate();
    private Root root;
    private PluginFile file;

    @BeforeEach
    void make() throws IOException {
        root = root(1, roots, indexer);
        file = PluginFile.read(Jars.plugin(folder));
    }

    private static Root root(int version, List<KeyPair> roots, KeyPair indexer) {
        Map<String, String> keys = Stream.concat(roots.stream(), Stream.of(indexer))
                .collect(Collectors.toMap(key -> Keys.id(key.getPublic()), key -> Keys.text(key.getPublic())));
        return new Root(
                "acme",
                version,
                NOW.plus(Duration.ofDays(365)),
                keys,
                new Root.Role(2, ids(roots)),
                new Root.Role(1, ids(List.of(indexer))));
    }

    private static List<String> ids(List<KeyPair> keys) {
        return keys.stream().map(key -> Keys.id(key.getPublic())).toList();
    }

    private Index.Plugin plugin(Envelope statement) {
        Index.Release release = new Index.Release(
                file.version(),
                "janitor/1.2.0.jar",
                file.sha256(),
                file.size(),
                file.host(),
                file.permissions(),
                NOW,
                statement);
        return new Index.Plugin("janitor", "Container janitor", "", List.of(), "example", List.of(release));
    }

    private Index index(long version, Instant expires, Index.Plugin plugin, Index.Revocation... revoked) {
        return new Index(
                "acme",
                version,
                expires,
                Map.of("example", new Index.Publisher(List.of(Keys.text(publisher.getPublic())), Optional.empty())),
                List.of(plugin),
                List.of(revoked));
    }

    private Index index() {
        return index(7, NOW.plus(Duration.ofDays(7)), plugin(Index.state(file, publisher)));
    }

    private static void verify(Index index, PluginFile file) {
        Index.Plugin plugin = index.plugin("janitor").orElseThrow();
        index.verify(plugin, plugin.newestFirst().get(0), file);
    }

    @Test
    void aReleaseIsBelievedFromRootToFile() {
        Root known = Root.first(Envelope.parse(root.sign(roots.subList(0, 2)).toBytes()));
        Index read = Index.open(Envelope.parse(index().sign(List.of(indexer)).toBytes()), known, 6, NOW);

        verify(read, file);

        assertThat(known.fingerprint()).hasSize(64);
        assertThat(read).isEqualTo(index(7, read.expires(), read.plugins().get(0)));
    }

    @Test
    void aRootNeedsEnoughOfItsKeysAndEachCountsOnce() {
        Envelope one = root.sign(roots.subList(0, 1));
        Envelope twiceTheSame = root.sign(List.of(roots.get(0), roots.get(0)));

        assertThatThrownBy(() -> Root.first(one)).hasMessageContaining("signed by 1 of the 2");
        assertThatThrownBy(() -> Root.first(twiceTheSame)).hasMessageContaining("signed by 1 of the 2");
        assertThatThrownBy(() -> Root.first(root.sign(List.of(stranger, publisher))))
                .isInstanceOf(Refused.class);
        assertThat(Root.first(one.signedBy(roots.get(2)))).isEqualTo(root);
    }

    @Test
    void aNewRootIsFollowedOnlyWithTheFormerOnesKeys() {
        List<KeyPair> fresh = Stream.generate(Keys::generate).limit(3).toList();
        Root second = root(2, fresh, indexer);
        Envelope byBoth =
                second.sign(fresh.subList(0, 2)).signedBy(roots.get(0)).signedBy(roots.get(1));

        assertThat(root.next(byBoth)).isEqualTo(second);
        assertThatThrownBy(() -> root.next(second.sign(fresh))).hasMessageContaining("signed by 0 of the 2");
        assertThatThrownBy(() -> root.next(second.sign(roots))).hasMessageContaining("signed by 0 of the 2");
        assertThatThrownBy(() -> root.next(root(3, roots, indexer).sign(roots)))
                .hasMessageContaining("after 1 comes 2");
        assertThatThrownBy(() -> root.next(root.sign(roots))).hasMessageContaining("after 1 comes 2");
    }

    @Test
    void anIndexOfAnotherKeyAnotherKindOrAnotherMarketplaceIsRefused() {
        assertThatThrownBy(() -> Index.open(index().sign(List.of(stranger)), root, 0, NOW))
                .hasMessageContaining("signed by 0 of the 1");
        assertThatThrownBy(() -> Index.open(root.sign(roots), root, 0, NOW)).hasMessageContaining("not a");
        Index foreign = new Index("other", 7, NOW.plusSeconds(60), Map.of(), List.of(), List.of());
        assertThatThrownBy(() -> Index.open(foreign.sign(List.of(indexer)), root, 0, NOW))
                .hasMessageContaining("the index of other");
    }

    @Test
    void anOldOrExpiredIndexIsRefused() {
        Envelope signed = index().sign(List.of(indexer));
        Envelope expired = index(8, NOW, plugin(Index.state(file, publisher))).sign(List.of(indexer));

        assertThatThrownBy(() -> Index.open(signed, root, 8, NOW)).hasMessageContaining("somebody shows an old one");
        assertThatThrownBy(() -> Index.open(expired, root, 0, NOW)).hasMessageContaining("expired");
        assertThatThrownBy(() -> Index.open(signed, root, 0, NOW.plus(Duration.ofDays(400))))
                .hasMessageContaining("root of acme expired");
    }

    @Test
    void oneFlippedByteAnywhereInAFileIsNoticed() throws IOException {
        Path jar = Jars.plugin(folder);
        file = PluginFile.read(jar);
        Index index = index();
        byte[] whole = Files.readAllBytes(jar);
        for (int percent = 0; percent < 100; percent++) {
            byte[] altered = whole.clone();
            altered[whole.length * percent / 100] ^= 1;
            Path flipped = Files.write(folder.resolve("flipped.jar"), altered);
            assertThatThrownBy(() -> verify(index, PluginFile.read(flipped)))
                    .as("a byte at " + percent + " %")
                    .isInstanceOf(Refused.class);
        }
    }

    @Test
    void anIndexCannotPassOffAFileAsItsPublishers() throws IOException {
        PluginFile other = PluginFile.read(Jars.plugin(folder, Map.of("Bundle-Version", "1.3.0"), zip -> {}));

        Index byStranger = index(7, NOW.plusSeconds(60), plugin(Index.state(file, stranger)));
        Index ofAnother = index(7, NOW.plusSeconds(60), plugin(Index.state(other, publisher)));

        assertThatThrownBy(() -> verify(byStranger, file)).hasMessageContaining("signed by 0 of the 1");
        assertThatThrownBy(() -> verify(ofAnother, file)).hasMessageContaining("not what example signed");
        assertThatThrownBy(() -> verify(index(), other)).hasMessageContaining("not what example signed");
    }

    @Test
    void anIndexCannotHidePermissions() throws IOException {
        PluginFile more = PluginFile.read(Jars.plugin(
                folder,
                Map.of("Provide-Capability", "openpanel.plugin;id=janitor;uses:List<String>=\"*.*\""),
                zip -> {}));
        Index.Release hiding = new Index.Release(
                more.version(),
                "janitor/1.2.0.jar",
                more.sha256(),
                more.size(),
                more.host(),
                List.of("container.list"),
                NOW,
                Index.state(more, publisher));
        Index index = index(
                7,
                NOW.plusSeconds(60),
                new Index.Plugin("janitor", "Container janitor", "", List.of(), "example", List.of(hiding)));

        assertThatThrownBy(() -> verify(index, more)).hasMessageContaining("other permissions");
    }

    @Test
    void aRevokedReleaseIsRefusedWithItsReason() {
        Index one = index(
                8,
                NOW.plusSeconds(60),
                plugin(Index.state(file, publisher)),
                new Index.Revocation("janitor", Optional.of("1.2.0"), "It deletes volumes", NOW));
        Index all = index(
                9,
                NOW.plusSeconds(60),
                plugin(Index.state(file, publisher)),
                new Index.Revocation("janitor", Optional.empty(), "Its key was stolen", NOW));

        assertThatThrownBy(() -> verify(one, file)).hasMessageContaining("revoked: It deletes volumes");
        assertThat(one.revocation("janitor", "1.3.0")).isEmpty();
        assertThat(all.revocation("janitor", "1.3.0")).isPresent();
    }

    @Test
    void whatIsNoIndexIsRefusedWithAReason() {
        for (String text : List.of(
                "",
                "[]",
                "null",
                "{}",
                "{\"payload\":1}",
                "{\"payload\":\"%\",\"payloadType\":\"x\",\"signatures\":[]}")) {
            assertThatThrownBy(() -> Index.open(Envelope.parse(text.getBytes()), root, 0, NOW))
                    .as(text)
                    .isInstanceOf(Refused.class);
        }
    }

    @Test
    void aFileOfAReleaseLiesBelowItsIndex() {
        for (String path : List.of("/etc/passwd", "../x.jar", "https://evil.example/x.jar", "a\\b.jar")) {
            assertThatThrownBy(() -> new Index.Release(
                            "1.0.0", path, "0".repeat(64), 1, "[1,2)", List.of(), NOW, Index.state(file, publisher)))
                    .hasMessageContaining("below its index");
        }
    }

    @Test
    void keysAreKeptAsTextAndBelongTogether() {
        KeyPair read = Keys.pair(Keys.pem(publisher));
        assertThat(Keys.id(read.getPublic())).isEqualTo(Keys.id(publisher.getPublic()));

        String mixed = Keys.pem(publisher).split("-----BEGIN PUBLIC")[0] + "-----BEGIN PUBLIC"
                + Keys.pem(stranger).split("-----BEGIN PUBLIC")[1];
        assertThatThrownBy(() -> Keys.pair(mixed)).hasMessageContaining("do not belong together");
        assertThatThrownBy(() -> Keys.pair("no key")).hasMessageContaining("keygen");
        assertThatThrownBy(() -> Keys.publicKey("AAAA")).hasMessageContaining("no Ed25519 public key");
    }
}
