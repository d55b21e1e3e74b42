package io.openpanel.marketplace;

import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose signatures count in a marketplace. The root keys lie offline; a new root is signed by enough of the former one's keys,
 * so that a panel that knows one root can follow to any later one and nobody else can lead it elsewhere.
 *
 * @param version goes up by one
 * @param keys id → key as {@link Keys#text} writes it
 */
public record Root(String name, int version, Instant expires, Map<String, String> keys, Role root, Role index) {
    /** @param threshold how many of the keys must sign */
    public record Role(int threshold, List<String> keys) {
        public Role {
            if (keys == null || threshold < 1 || keys.stream().distinct().count() < threshold) {
                throw new Refused("A role needs at least as many keys as must sign, and one at least");
            }
            keys = List.copyOf(keys);
        }
    }

    /** One key that is lost or stolen must not give a marketplace away. */
    private static final int FEWEST_ROOT_SIGNATURES = 2;

    public Root {
        if (name == null || name.isBlank() || version < 1 || expires == null || root == null || index == null) {
            throw new Refused("A root needs a name, a version from 1, a time it expires and its two roles");
        }
        if (root.threshold() < FEWEST_ROOT_SIGNATURES) {
            throw new Refused("The root of " + name + " needs the signatures of " + FEWEST_ROOT_SIGNATURES
                    + " of its keys at least, not of " + root.threshold());
        }
        keys = Map.copyOf(keys);
        for (Role role : List.of(root, index)) {
            for (String id : role.keys()) {
                if (!keys.containsKey(id)) {
                    throw new Refused("The root names the key " + id + " and does not hold it");
                }
            }
        }
        keys.forEach((id, text) -> {
            if (!Keys.id(Keys.publicKey(text)).equals(id)) {
                throw new Refused("The key " + id + " is another one than it says");
            }
        });
    }

    public Envelope sign(Collection<KeyPair> by) {
        return Envelope.of(Envelope.ROOT, this, by);
    }

    /**
     * The root a panel begins with: somebody compared its {@link #fingerprint} with one they trust.
     *
     * @throws Refused when enough of its own keys did not sign it
     */
    public static Root first(Envelope envelope) {
        Root root = envelope.content(Envelope.ROOT, Root.class);
        envelope.require(root.root.threshold(), root.keys(root.root), "The root of " + root.name);
        return root;
    }

    /**
     * The root after this one.
     *
     * @throws Refused when it is not the next, or enough of this one's and of its own keys did not sign it
     */
    public Root next(Envelope envelope) {
        Root next = envelope.content(Envelope.ROOT, Root.class);
        if (next.version != version + 1) {
            throw new Refused("The root of " + name + " has version " + next.version + "; after " + version + " comes "
                    + (version + 1));
        }
        envelope.require(root.threshold(), keys(root), "Version " + next.version + " of the root of " + name);
        envelope.require(
                next.root.threshold(), next.keys(next.root), "Version " + next.version + " of the root of " + name);
        return next;
    }

    /** @throws Refused when it may no longer be believed */
    public void requireFresh(Instant now) {
        if (!now.isBefore(expires)) {
            throw new Refused("The root of " + name + " expired at " + expires + "; whoever runs it must renew it");
        }
    }

    /** What people compare: SHA-256 over the ids of the root keys in their order, 64 hexadecimal digits. */
    public String fingerprint() {
        return Keys.sha256(String.join("\n", root.keys().stream().sorted().toList())
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    Map<String, PublicKey> keys(Role role) {
        Map<String, PublicKey> wanted = new HashMap<>();
        role.keys().forEach(id -> wanted.put(id, Keys.publicKey(keys.get(id))));
        return wanted;
    }
}
