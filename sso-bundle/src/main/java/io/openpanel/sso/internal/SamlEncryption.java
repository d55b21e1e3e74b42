package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.SIGNATURE;
import static io.openpanel.sso.internal.SamlXml.attribute;
import static io.openpanel.sso.internal.SamlXml.child;
import static io.openpanel.sso.internal.SamlXml.children;
import static io.openpanel.sso.internal.SamlXml.only;

import io.openpanel.sso.internal.SamlXml.Fault;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Element;

/**
 * From an encrypted assertion to the bytes within (XML Encryption 1.1): RSA-OAEP and AES-GCM, by Java's own ciphers. Whatever
 * fails to decrypt fails with the same words, so that nobody learns by trying.
 */
final class SamlEncryption {
    private static final String FIRST = "http://www.w3.org/2001/04/xmlenc#";
    private static final String LATER = "http://www.w3.org/2009/xmlenc11#";
    /** By their length in bytes. */
    private static final Map<String, Integer> GCM =
            Map.of(LATER + "aes128-gcm", 16, LATER + "aes192-gcm", 24, LATER + "aes256-gcm", 32);

    private static final Map<String, Integer> CBC =
            Map.of(FIRST + "aes128-cbc", 16, FIRST + "aes192-cbc", 24, FIRST + "aes256-cbc", 32);
    /** SHA-1 too: OAEP asks of its digest nothing that SHA-1 has lost, and most providers send it. */
    private static final Map<String, String> DIGESTS = Map.of(
            SIGNATURE + "sha1",
            "SHA-1",
            FIRST + "sha256",
            "SHA-256",
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "SHA-384",
            FIRST + "sha512",
            "SHA-512");

    private static final Map<String, MGF1ParameterSpec> MASKS = Map.of(
            LATER + "mgf1sha1", MGF1ParameterSpec.SHA1,
            LATER + "mgf1sha256", MGF1ParameterSpec.SHA256,
            LATER + "mgf1sha384", MGF1ParameterSpec.SHA384,
            LATER + "mgf1sha512", MGF1ParameterSpec.SHA512);
    private static final int MOST_RECIPIENTS = 4;
    private static final int GCM_NONCE = 12;
    private static final int GCM_TAG_BITS = 128;
    private static final int BLOCK = 16;

    private SamlEncryption() {}

    /** What the panel takes, best first, for a provider's eyes. */
    static void describe(XMLStreamWriter xml) throws XMLStreamException {
        for (String each :
                List.of(LATER + "aes256-gcm", LATER + "aes128-gcm", LATER + "rsa-oaep", FIRST + "rsa-oaep-mgf1p")) {
            xml.writeEmptyElement("md", "EncryptionMethod", SamlXml.METADATA);
            xml.writeAttribute("Algorithm", each);
        }
    }

    /** Opens what a response holds encrypted. */
    interface Opening {
        /** @param signedAround whether what is encrypted was signed as it came */
        byte[] open(Element encrypted, boolean signedAround) throws Fault;
    }

    /** @param recipient whom it has to be for, if it says so */
    static byte[] open(Element encrypted, boolean signedAround, String recipient, List<PrivateKey> keys) throws Fault {
        if (keys.isEmpty()) {
            throw new Fault("it is encrypted, and the panel has no keys with it; make them on the provider's page, and"
                    + " give it the panel's metadata anew");
        }
        Element data = only(encrypted, FIRST, "EncryptedData");
        if (!attribute(data, "Type").orElse(FIRST + "Element").equals(FIRST + "Element")) {
            throw new Fault("what is encrypted in it is no assertion");
        }
        String algorithm = algorithm(data);
        requireSafe(algorithm, signedAround);
        byte[] content = value(data);
        for (Element wrapped : wrapped(encrypted, data, recipient)) {
            for (PrivateKey key : keys) {
                Optional<byte[]> plain =
                        unwrapped(wrapped, key).flatMap(secret -> decrypted(algorithm, secret, content));
                if (plain.isPresent()) {
                    return plain.get();
                }
            }
        }
        throw new Fault("it cannot be decrypted by a key of the panel's; give it the panel's metadata anew");
    }

    private static String algorithm(Element element) throws Fault {
        return only(element, FIRST, "EncryptionMethod").getAttributeNS(null, "Algorithm");
    }

    /**
     * AES-CBC can be changed on its way, and by what is then said of it be read (Jager and Somorovsky, CCS 2011). Where the
     * provider signed it as it came, whoever changed it has got no further than the signature.
     */
    private static void requireSafe(String algorithm, boolean signedAround) throws Fault {
        if (CBC.containsKey(algorithm) && !signedAround) {
            throw new Fault(
                    "it is encrypted by AES-CBC, which others could read by trying; have it encrypt by AES-GCM, or"
                            + " sign the whole response as well");
        }
        if (!CBC.containsKey(algorithm) && !GCM.containsKey(algorithm)) {
            throw new Fault("it is encrypted in a way that is not safe; it has to be AES-GCM, with a key by RSA-OAEP");
        }
    }

    /** The keys for the content, beside it or within, as SAML's core, 6, has it; those for somebody else are left out. */
    private static List<Element> wrapped(Element encrypted, Element data, String recipient) throws Fault {
        Optional<Element> info = child(data, SIGNATURE, "KeyInfo");
        List<Element> all = Stream.concat(
                        info.stream().flatMap(each -> children(each, FIRST, "EncryptedKey").stream()),
                        children(encrypted, FIRST, "EncryptedKey").stream())
                .toList();
        List<Element> ours = all.stream()
                .filter(each -> attribute(each, "Recipient").orElse(recipient).equals(recipient))
                .toList();
        if (ours.isEmpty()) {
            throw new Fault(
                    all.isEmpty()
                            ? "it is encrypted by a key that it does not send"
                            : "it is encrypted for somebody else");
        }
        if (ours.size() > MOST_RECIPIENTS) {
            throw new Fault("it is encrypted for too many");
        }
        return ours;
    }

    /** The key of the content; empty where it is for another key of RSA. */
    private static Optional<byte[]> unwrapped(Element wrapped, PrivateKey key) throws Fault {
        OAEPParameterSpec parameters = padding(only(wrapped, FIRST, "EncryptionMethod"));
        byte[] value = value(wrapped);
        try {
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
            cipher.init(Cipher.DECRYPT_MODE, key, parameters);
            return Optional.of(cipher.doFinal(value));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static OAEPParameterSpec padding(Element method) throws Fault {
        String algorithm = method.getAttributeNS(null, "Algorithm");
        boolean later = algorithm.equals(LATER + "rsa-oaep");
        if (!later && !algorithm.equals(FIRST + "rsa-oaep-mgf1p")) {
            throw new Fault("its key is encrypted in a way that is not safe"
                    + (algorithm.equals(FIRST + "rsa-1_5") ? " (RSA PKCS#1 v1.5)" : "") + "; it has to be RSA-OAEP");
        }
        Optional<Element> mask = later ? child(method, LATER, "MGF") : Optional.empty();
        String digest = DIGESTS.get(named(child(method, SIGNATURE, "DigestMethod"), SIGNATURE + "sha1"));
        MGF1ParameterSpec spread = MASKS.get(named(mask, LATER + "mgf1sha1"));
        if (digest == null
                || spread == null
                || child(method, FIRST, "OAEPparams").isPresent()) {
            throw new Fault("its key is encrypted by a kind of RSA-OAEP that the panel does not know");
        }
        return new OAEPParameterSpec(digest, "MGF1", spread, PSource.PSpecified.DEFAULT);
    }

    private static String named(Optional<Element> method, String otherwise) {
        return method.map(each -> each.getAttributeNS(null, "Algorithm")).orElse(otherwise);
    }

    private static Optional<byte[]> decrypted(String algorithm, byte[] secret, byte[] content) {
        boolean gcm = GCM.containsKey(algorithm);
        int start = gcm ? GCM_NONCE : BLOCK;
        if (secret.length != (gcm ? GCM : CBC).get(algorithm) || content.length <= start) {
            return Optional.empty();
        }
        try {
            Cipher cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : "AES/CBC/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(secret, "AES"),
                    gcm
                            ? new GCMParameterSpec(GCM_TAG_BITS, content, 0, start)
                            : new IvParameterSpec(content, 0, start));
            byte[] plain = cipher.doFinal(content, start, content.length - start);
            return gcm ? Optional.of(plain) : unpadded(plain);
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    /** XML Encryption says only how long the padding is, and not what it is of. */
    private static Optional<byte[]> unpadded(byte[] plain) {
        int padding = plain.length == 0 ? 0 : plain[plain.length - 1];
        return padding < 1 || padding > BLOCK
                ? Optional.empty()
                : Optional.of(Arrays.copyOf(plain, plain.length - padding));
    }

    /** What is encrypted, in the document itself: nothing is fetched from elsewhere. */
    private static byte[] value(Element element) throws Fault {
        Element value = only(only(element, FIRST, "CipherData"), FIRST, "CipherValue");
        try {
            return Base64.getDecoder().decode(SamlXml.text(value).replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new Fault("what is encrypted in it is no base64", e);
        }
    }
}
