package io.openpanel.sso.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** The HTTP-Redirect binding (SAML's bindings, 3.4): a message deflated into an address, signed as it stands there. */
final class SamlRedirect {
    private static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

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
