package io.openpanel.ssl;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/** Issues certificates. */
public interface Issuer {
    /** {@code internal}. */
    String name();

    /**
     * A new key and a certificate for it.
     *
     * @param names host names and IP addresses, the first of which names the certificate
     */
    Issued issue(List<String> names);

    /** @param chain the certificate first, then those it was signed by, the root included */
    record Issued(PrivateKey key, List<X509Certificate> chain) {
        @Override
        public String toString() {
            return "Issued[" + chain.get(0).getSubjectX500Principal() + ']';
        }
    }
}
