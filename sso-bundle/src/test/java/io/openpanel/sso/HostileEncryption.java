package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Encrypts an assertion as it is told, also as nobody should. */
final class HostileEncryption {
    static final String FIRST = "http://www.w3.org/2001/04/xmlenc#";
    static final String LATER = "http://www.w3.org/2009/xmlenc11#";
    static final String OAEP_OF_OLD = FIRST + "rsa-oaep-mgf1p";
    private static final SecureRandom RANDOM = new SecureRandom();

    final PublicKey recipient;
    String content = LATER + "aes256-gcm";
    String transport = LATER + "rsa-oaep";
    String digest = "SHA-256";
    String said = FIRST + "sha256";
    /** Of the wrapped key; empty for none. */
    String named = "";
    /** Whether the key is beside the data, and not within. */
    boolean beside;
    /** What is done to the words before they are encrypted, and to the bytes after. */
    UnaryOperator<String> before = UnaryOperator.identity();

    UnaryOperator<byte[]> after = UnaryOperator.identity();
    UnaryOperator<byte[]> afterKey = UnaryOperator.identity();

    HostileEncryption(PublicKey recipient) {
        this.recipient = recipient;
    }

    void encrypt(Document document) {
        Element assertion = HostileSaml.one(document, ASSERTION, "Assertion");
        byte[] secret = new byte[content.contains("128") ? 16 : 32];
        RANDOM.nextBytes(secret);
        String plain = before.apply(HostileSaml.text(alone(assertion)));
        String key = "<xenc:EncryptedKey xmlns:xenc=\"" + FIRST + "\""
                + (named.isEmpty() ? "" : " Recipient=\"" + named + '"') + "><xenc:EncryptionMethod Algorithm=\""
                + transport
                + "\"><ds:DigestMethod xmlns:ds=\"" + HostileSaml.SIGNATURE + "\" Algorithm=\"" + said + "\"/>"
                + (transport.startsWith(LATER)
                        ? "<xenc11:MGF xmlns:xenc11=\"" + LATER + "\" Algorithm=\"" + LATER + "mgf1sha256\"/>"
                        : "")
                + "</xenc:EncryptionMethod>" + value(afterKey.apply(wrapped(secret))) + "</xenc:EncryptedKey>";
        String text = "<saml:EncryptedAssertion xmlns:saml=\"" + ASSERTION + "\"><xenc:EncryptedData xmlns:xenc=\""
                + FIRST
                + "\" Type=\"" + FIRST + "Element\"><xenc:EncryptionMethod Algorithm=\"" + content + "\"/>"
                + (beside ? "" : "<ds:KeyInfo xmlns:ds=\"" + HostileSaml.SIGNATURE + "\">" + key + "</ds:KeyInfo>")
                + value(after.apply(encrypted(secret, plain.getBytes(StandardCharsets.UTF_8))))
                + "</xenc:EncryptedData>" + (beside ? key : "") + "</saml:EncryptedAssertion>";
        assertion
                .getParentNode()
                .replaceChild(document.importNode(HostileSaml.parse(text).getDocumentElement(), true), assertion);
    }

    /** With the namespaces that it had from around. */
    private static Document alone(Element assertion) {
        try {
            Document document = DocumentBuilderFactory.newDefaultNSInstance()
                    .newDocumentBuilder()
                    .newDocument();
            document.appendChild(document.importNode(assertion, true));
            return document;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String value(byte[] bytes) {
        return "<xenc:CipherData><xenc:CipherValue>" + Base64.getMimeEncoder().encodeToString(bytes)
                + "</xenc:CipherValue></xenc:CipherData>";
    }

    private byte[] wrapped(byte[] secret) {
        boolean old = transport.endsWith("rsa-1_5");
        MGF1ParameterSpec mask = transport.equals(OAEP_OF_OLD) ? MGF1ParameterSpec.SHA1 : MGF1ParameterSpec.SHA256;
        AlgorithmParameterSpec padding =
                old ? null : new OAEPParameterSpec(digest, "MGF1", mask, PSource.PSpecified.DEFAULT);
        try {
            Cipher cipher = Cipher.getInstance(old ? "RSA/ECB/PKCS1Padding" : "RSA/ECB/OAEPPadding");
            cipher.init(Cipher.ENCRYPT_MODE, recipient, padding);
            return cipher.doFinal(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] encrypted(byte[] secret, byte[] plain) {
        boolean gcm = content.endsWith("gcm");
        byte[] start = new byte[gcm ? 12 : 16];
        RANDOM.nextBytes(start);
        byte[] whole = gcm ? plain : Arrays.copyOf(plain, (plain.length / 16 + 1) * 16);
        if (!gcm) {
            whole[whole.length - 1] = (byte) (whole.length - plain.length);
        }
        try {
            Cipher cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : "AES/CBC/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(secret, "AES"),
                    gcm ? new GCMParameterSpec(128, start) : new IvParameterSpec(start));
            byte[] done = cipher.doFinal(whole);
            byte[] all = Arrays.copyOf(start, start.length + done.length);
            System.arraycopy(done, 0, all, start.length, done.length);
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
