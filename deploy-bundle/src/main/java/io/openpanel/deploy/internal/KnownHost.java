package io.openpanel.deploy.internal;

import io.openpanel.api.PrivateAddress;
import io.openpanel.api.Problem;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;

/**
 * Trusts the key a Git server shows the first time, and no other afterwards; and no server inside where the repository was
 * not allowed to be there, whatever its name led to before.
 */
final class KnownHost implements ServerKeyDatabase {
    private Optional<String> known;
    private final boolean privateAllowed;
    private final Consumer<String> first;

    KnownHost(Optional<String> known, boolean privateAllowed, Consumer<String> first) {
        this.privateAllowed = privateAllowed;
        this.known = known;
        this.first = first;
    }

    @Override
    public List<PublicKey> lookup(String address, InetSocketAddress remote, Configuration configuration) {
        return List.of();
    }

    @Override
    public synchronized boolean accept(
            String address,
            InetSocketAddress remote,
            PublicKey key,
            Configuration configuration,
            CredentialsProvider provider) {
        if (!privateAllowed && PrivateAddress.is(remote.getAddress())) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The repository leads to " + remote.getAddress().getHostAddress()
                            + ", a private address; an owner or admin must save that address to allow it");
        }
        String fingerprint = fingerprint(key);
        if (known.isEmpty()) {
            known = Optional.of(fingerprint);
            first.accept(fingerprint);
            return true;
        }
        return known.get().equals(fingerprint);
    }

    private static String fingerprint(PublicKey key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
