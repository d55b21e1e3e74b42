package io.openpanel.sso.internal;

import io.openpanel.sso.SignOnActions;
import io.openpanel.sso.internal.SamlXml.Fault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.w3c.dom.Element;

/** The HTTP-Redirect binding (SAML's bindings, 3.4): a message deflated into an address, signed as it stands there. */
final class SamlRedirect {
    private static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    private static final Map<String, String> ALGORITHMS = Map.of(
            RSA_SHA256,
            "SHA256withRSA",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            "SHA384withRSA",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            "SHA512withRSA",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "SHA256withECDSAinP1363Format",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            "SHA384withECDSAinP1363Format",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            "SHA512withECDSAinP1363Format");
    /** What was signed is an address, of which the panel sees the words; Microsoft's spells %2f what others spell %2F. */
    private static final List<UnaryOperator<String>> SPELLINGS =
            List.of(SamlRedirect::encoded, text -> Pattern.compile("%[0-9A-F]{2}")
                    .matcher(encoded(text))
                    .replaceAll(each -> each.group().toLowerCase(Locale.ROOT)));

    private static final int LARGEST = 64 * 1024;

    private SamlRedirect() {}

    /**
     * Where to send a browser with a message.
     *
     * @param parameter {@code SAMLRequest} or {@code SAMLResponse}
     * @param key to sign with, where there is one
     */
    static URI to(URI location, String parameter, String xml, Optional<String> relayState, Optional<PrivateKey> key) {
        String query = parameter
                + '='
                + encoded(deflated(xml))
                + relayState.map(state -> "&RelayState=" + encoded(state)).orElse("");
        String signed = key.map(each -> query + "&SigAlg=" + encoded(RSA_SHA256))
                .map(text -> text + "&Signature=" + encoded(signature(text, key.get())))
                .orElse(query);
        return URI.create(location + (location.getRawQuery() == null ? "?" : "&") + signed);
    }

    /**
     * The request in an address that a browser brought.
     *
     * @return empty where it is signed by a key that is not one of these
     */
    static Optional<Element> request(SignOnActions.End in, String name, List<PublicKey> keys) throws Fault {
        String message = in.request()
                .orElseThrow(() -> new Fault("it has no SAMLRequest"))
                .reveal();
        String algorithm = in.algorithm().orElse("");
        if (!ALGORITHMS.containsKey(algorithm) || in.signature().isEmpty()) {
            throw new Fault("it is not signed as it has to be, by RSA or ECDSA with SHA-256 or more");
        }
        byte[] signature = decoded(in.signature().get());
        for (UnaryOperator<String> spelling : SPELLINGS) {
            String signed = "SAMLRequest=" + spelling.apply(message)
                    + in.relayState()
                            .map(state -> "&RelayState=" + spelling.apply(state))
                            .orElse("") + "&SigAlg=" + spelling.apply(algorithm);
            for (PublicKey key : keys) {
                if (isOf(signed, signature, ALGORITHMS.get(algorithm), key)) {
                    Element root = SamlSignatures.parse(inflated(decoded(message)));
                    if (!SamlXml.is(root, SamlXml.PROTOCOL, name)) {
                        throw new Fault("it is no " + name);
                    }
                    return Optional.of(root);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isOf(String text, byte[] signature, String algorithm, PublicKey key) {
        if (algorithm.contains("ECDSA") != key.getAlgorithm().equals("EC")) {
            return false;
        }
        try {
            Signature check = Signature.getInstance(algorithm);
            check.initVerify(key);
            check.update(text.getBytes(StandardCharsets.UTF_8));
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] decoded(String text) throws Fault {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new Fault("it is no base64", e);
        }
    }

    /** Some bytes may be deflated from a thousand times as many. */
    private static byte[] inflated(byte[] deflated) throws Fault {
        Inflater inflater = new Inflater(true);
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated), inflater)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new Fault("it is too large");
            }
            return bytes;
        } catch (IOException e) {
            throw new Fault("it is not deflated", e);
        } finally {
            inflater.end();
        }
    }

    private static String signature(String text, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a message could not be signed", e);
        }
    }

    private static String deflated(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
