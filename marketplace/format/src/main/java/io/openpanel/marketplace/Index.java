package io.openpanel.marketplace;

import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Version;

/**
 * What a marketplace offers, and what it takes back.
 *
 * @param marketplace the root's name
 * @param version never goes down
 * @param publishers name → whose signatures count for their plugins
 */
public record Index(
        String marketplace,
        long version,
        Instant expires,
        Map<String, Publisher> publishers,
        List<Plugin> plugins,
        List<Revocation> revoked) {
    /** @param keys as {@link Keys#text} writes them */
    public record Publisher(List<String> keys, Optional<String> homepage) {
        public Publisher {
            if (keys == null || keys.isEmpty()) {
                throw new Refused("A publisher needs a key");
            }
            keys = List.copyOf(keys);
        }
    }

    /** @param releases in any order */
    public record Plugin(
            String id,
            String title,
            String summary,
            List<String> categories,
            String publisher,
            List<Release> releases) {
        public Plugin {
            if (id == null || title == null || publisher == null || releases == null) {
                throw new Refused("A plugin of the index needs its id, title, publisher and releases");
            }
            summary = summary == null ? "" : summary;
            categories = categories == null ? List.of() : List.copyOf(categories);
            releases = List.copyOf(releases);
        }

        /** Newest first. */
        public List<Release> newestFirst() {
            return releases.stream()
                    .sorted(Comparator.comparing((Release each) -> new Version(each.version()))
                            .reversed())
                    .toList();
        }
    }

    /**
     * @param file where it lies, relative to the index
     * @param size in bytes
     * @param host versions of {@code io.openpanel.api} it works with, as an OSGi version range
     * @param permissions actions of others it may call
     * @param statement the publisher's signature over {@link Statement}
     * @param quality what the marketplace found; a panel that has the file finds it again by itself
     * @param source what the marketplace built it from once more, with the same bytes
     */
    public record Release(
            String version,
            String file,
            String sha256,
            long size,
            String host,
            List<String> permissions,
            Instant published,
            Envelope statement,
            Optional<String> quality,
            Optional<Source> source) {
        public Release {
            boolean whole = version != null
                    && file != null
                    && sha256 != null
                    && sha256.matches("[0-9a-f]{64}")
                    && size > 0
                    && host != null
                    && published != null
                    && statement != null;
            if (!whole) {
                throw new Refused("A release needs its version, file, sha256, size, host, time and statement");
            }
            if (file.startsWith("/") || file.contains("..") || file.contains(":") || file.contains("\\")) {
                throw new Refused("The file '" + file + "' of a release must lie below its index");
            }
            try {
                Version.parseVersion(version);
            } catch (IllegalArgumentException e) {
                throw new Refused("'" + version + "' is no version such as 1.2.0", e);
            }
            permissions = permissions == null ? List.of() : List.copyOf(permissions);
            quality = quality == null ? Optional.empty() : quality;
            source = source == null ? Optional.empty() : source;
        }

        /** One of which nobody said how well it is made. */
        public Release(
                String version,
                String file,
                String sha256,
                long size,
                String host,
                List<String> permissions,
                Instant published,
                Envelope statement) {
            this(
                    version,
                    file,
                    sha256,
                    size,
                    host,
                    permissions,
                    published,
                    statement,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * A state of the sources.
     *
     * @param repository where they are
     * @param revision the commit, whose signature was checked
     * @param signer as the signature names whoever signed it
     */
    public record Source(String repository, String revision, String signer, Instant rebuilt) {}

    /** What a publisher signs: these bytes are this version of this plugin. */
    public record Statement(String plugin, String version, String sha256, long size) {}

    /** @param version absent: all of them */
    public record Revocation(String plugin, Optional<String> version, String reason, Instant at) {
        boolean covers(String id, String of) {
            return plugin.equals(id)
                    && (version == null || version.isEmpty() || version.get().equals(of));
        }
    }

    public Index {
        if (marketplace == null || version < 1 || expires == null) {
            throw new Refused("An index needs its marketplace, a version from 1 and a time it expires");
        }
        publishers = publishers == null ? Map.of() : Map.copyOf(publishers);
        plugins = plugins == null ? List.of() : List.copyOf(plugins);
        revoked = revoked == null ? List.of() : List.copyOf(revoked);
    }

    public Envelope sign(Collection<KeyPair> by) {
        return Envelope.of(Envelope.INDEX, this, by);
    }

    /** The publisher's statement over a file. */
    public static Envelope state(PluginFile file, KeyPair publisher) {
        Statement statement = new Statement(file.id(), file.version(), file.sha256(), file.size());
        return Envelope.of(Envelope.RELEASE, statement, List.of(publisher));
    }

    /**
     * Reads an index a panel may believe.
     *
     * @param former the version known before; 0 for none
     * @throws Refused when it is another marketplace's, older than what is known, expired, or not signed as the root says
     */
    public static Index open(Envelope envelope, Root root, long former, Instant now) {
        root.requireFresh(now);
        Index index = envelope.content(Envelope.INDEX, Index.class);
        envelope.require(root.index().threshold(), root.keys(root.index()), "The index of " + root.name());
        if (!index.marketplace.equals(root.name())) {
            throw new Refused("It is the index of " + index.marketplace + ", not of " + root.name());
        }
        if (index.version < former) {
            throw new Refused("The index of " + root.name() + " is version " + index.version + " and " + former
                    + " was seen before; somebody shows an old one");
        }
        if (!now.isBefore(index.expires)) {
            throw new Refused("The index of " + root.name() + " expired at " + index.expires
                    + "; somebody holds back the new one, or it was not renewed");
        }
        return index;
    }

    public Optional<Plugin> plugin(String id) {
        return plugins.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    /** Why a release must not run, if it was taken back. */
    public Optional<Revocation> revocation(String plugin, String version) {
        return revoked.stream().filter(each -> each.covers(plugin, version)).findFirst();
    }

    /**
     * Whether bytes are what the index and the publisher say.
     *
     * @throws Refused when they are not
     */
    public void verify(Plugin plugin, Release release, PluginFile file) {
        revocation(plugin.id(), release.version()).ifPresent(revocation -> {
            throw new Refused(plugin.title() + ' ' + release.version() + " was revoked: " + revocation.reason());
        });
        Publisher publisher = Optional.ofNullable(publishers.get(plugin.publisher()))
                .orElseThrow(() -> new Refused("The index does not know the publisher " + plugin.publisher()));
        Map<String, PublicKey> keys = new HashMap<>();
        publisher.keys().forEach(text -> {
            PublicKey key = Keys.publicKey(text);
            keys.put(Keys.id(key), key);
        });
        release.statement().require(1, keys, plugin.title() + ' ' + release.version() + " by " + plugin.publisher());
        Statement said = release.statement().content(Envelope.RELEASE, Statement.class);
        Statement found = new Statement(file.id(), file.version(), file.sha256(), file.size());
        Statement listed = new Statement(plugin.id(), release.version(), release.sha256(), release.size());
        if (!found.equals(said) || !found.equals(listed)) {
            throw new Refused("The file is not what " + plugin.publisher() + " signed: it is " + found.plugin() + ' '
                    + found.version() + " with SHA-256 " + found.sha256() + ", signed was " + said.plugin() + ' '
                    + said.version() + " with " + said.sha256());
        }
        if (!file.host().equals(release.host()) || !file.permissions().equals(release.permissions())) {
            throw new Refused("The index does not say of " + plugin.title() + ' ' + release.version()
                    + " what its file says: other host versions or other permissions");
        }
    }
}
