package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;

/** The Ed25519 key of the checkpoints: a file of its owner's only, private and public half in base64url on one line. */
final class SigningKey {
    private static final String ALGORITHM = "Ed25519";
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final Path file;
    private volatile Pair pair;

    /** @param file made at the first signature, with its folder */
    SigningKey(Path file) {
        this.file = file;
    }

    private record Pair(String id, PrivateKey secret, PublicKey open) {}

    Path file() {
        return file;
    }

    boolean isMissing() {
        return pair == null && Files.notExists(file);
    }

    /** The key's name, to tell it from others. */
    String id() {
        return pair().id();
    }

    /** The public half as others need it to check a signature: X.509 in base64url; empty where it is another key's. */
    String openIf(String id) {
        try {
            boolean own = !isMissing() && id().equals(id);
            return own ? ENCODER.encodeToString(pair().open().getEncoded()) : "";
        } catch (Problem unusable) {
            return "";
        }
    }

    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(pair().secret());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isSignature(byte[] message, byte[] signature) {
        try {
            Signature check = Signature.getInstance(ALGORITHM);
            check.initVerify(pair().open());
            check.update(message);
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Makes the key where there is none. */
    void make() {
        if (isMissing()) {
            try {
                create();
            } catch (IOException | GeneralSecurityException e) {
                throw unusable(e);
            }
        }
    }

    private synchronized Pair pair() {
        if (pair == null) {
            try {
                pair = parse(Files.readString(file).strip());
            } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
                throw unusable(e);
            }
        }
        return pair;
    }

    private Problem unusable(Exception e) {
        return new Problem(
                Problem.Kind.UNAVAILABLE,
                "The key " + file + " of the audit trail's checkpoints cannot be used (" + e + "); put it back, or move"
                        + " it away and the panel makes another one, which cannot vouch for what the former has signed",
                e);
    }

    /** Written beside, then linked: whoever comes second finds the first one's key, whole. */
    private void create() throws IOException, GeneralSecurityException {
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeyPair fresh = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        String line = ENCODER.encodeToString(fresh.getPrivate().getEncoded())
                + '.'
                + ENCODER.encodeToString(fresh.getPublic().getEncoded())
                + '\n';
        Path beside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        try (FileChannel channel = FileChannel.open(
                beside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        try {
            Files.createLink(file, beside);
        } catch (FileAlreadyExistsException e) {
            // The other one's counts.
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static Pair parse(String line) throws GeneralSecurityException {
        int dot = line.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("it does not hold two keys");
        }
        KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
        byte[] open = Base64.getUrlDecoder().decode(line.substring(dot + 1));
        byte[] secret = Base64.getUrlDecoder().decode(line.substring(0, dot));
        return new Pair(
                HexFormat.of().formatHex(Form.sha256().digest(open), 0, 8),
                factory.generatePrivate(new PKCS8EncodedKeySpec(secret)),
                factory.generatePublic(new X509EncodedKeySpec(open)));
    }
}
