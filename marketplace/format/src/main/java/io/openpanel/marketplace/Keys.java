package io.openpanel.marketplace;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ed25519 keys: as text, as files, by id. */
public final class Keys {
    private static final String ALGORITHM = "Ed25519";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private Keys() {}

    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SHA-256 of the key's X.509 form, 64 hexadecimal digits. */
    public static String id(PublicKey key) {
        return sha256(key.getEncoded());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Base64 of the key's X.509 form. */
    public static String text(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** @throws Refused when it is no Ed25519 key */
    public static PublicKey publicKey(String text) {
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(text);
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Refused("'" + shown(text) + "' is no Ed25519 public key", e);
        }
    }

    /** Both halves in PEM, to be kept where nobody else reads. */
    public static String pem(KeyPair pair) {
        return block("PRIVATE KEY", pair.getPrivate().getEncoded())
                + block("PUBLIC KEY", pair.getPublic().getEncoded());
    }

    private static String block(String kind, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    /** @throws Refused when a half is missing or the two do not belong together */
    public static KeyPair pair(String pem) {
        PrivateKey secret = null;
        PublicKey open = null;
        Matcher blocks = BLOCK.matcher(pem);
        while (blocks.find()) {
            byte[] bytes = Base64.getMimeDecoder().decode(blocks.group(2));
            try {
                KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
                switch (blocks.group(1)) {
                    case "PRIVATE KEY" -> secret = keys.generatePrivate(new PKCS8EncodedKeySpec(bytes));
                    case "PUBLIC KEY" -> open = keys.generatePublic(new X509EncodedKeySpec(bytes));
                    default -> throw new Refused("The key file holds a " + blocks.group(1) + ", not an Ed25519 key");
                }
            } catch (GeneralSecurityException e) {
                throw new Refused("The key file holds no Ed25519 key; make one with keygen", e);
            }
        }
        if (secret == null || open == null) {
            throw new Refused("The key file must hold a PRIVATE KEY and its PUBLIC KEY; make one with keygen");
        }
        byte[] probe = "openpanel".getBytes(StandardCharsets.US_ASCII);
        if (!verify(open, probe, sign(secret, probe))) {
            throw new Refused("The two keys of the key file do not belong together");
        }
        return new KeyPair(open, secret);
    }

    static byte[] sign(PrivateKey key, byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean verify(PublicKey key, byte[] bytes, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length is an exception, not a no.
            return false;
        }
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 40 ? printable.substring(0, 40) + "…" : printable;
    }
}
