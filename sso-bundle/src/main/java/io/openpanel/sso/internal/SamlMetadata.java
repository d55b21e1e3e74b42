package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.METADATA;
import static io.openpanel.sso.internal.SamlXml.SIGNATURE;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.openpanel.api.Problem;
import io.openpanel.sso.internal.SamlXml.Fault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** What SAML providers say of themselves: pasted, or asked once an hour, and anew for a key that is not known, at most twice a minute. */
@Component(service = SamlMetadata.class)
public final class SamlMetadata {
    private static final Duration GOOD_FOR = Duration.ofHours(1);
    private static final Duration APART = Duration.ofSeconds(30);
    private static final int MOST = 200;
    private static final int LEAST_RSA_BITS = 2048;
    private static final int LEAST_CURVE_BITS = 256;

    private final Wire wire;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** A provider's own word. */
    record Known(
            long version,
            Instant since,
            Instant until,
            String entity,
            URI logIn,
            Optional<URI> logOut,
            Optional<URI> logOutAnswer,
            List<X509Certificate> keys) {
        List<PublicKey> publicKeys() {
            return keys.stream().map(X509Certificate::getPublicKey).toList();
        }
    }

    @Activate
    public SamlMetadata(@Reference Wire wire, @Reference InstantSource clock) {
        this.wire = wire;
        this.clock = clock;
    }

    Known of(Provider provider) {
        return there(provider)
                .filter(each -> each.until.isAfter(clock.instant()))
                .orElseGet(() -> fresh(provider));
    }

    /** What is said now, where it may be another word than {@link #of} gave; empty where it was asked a moment ago. */
    Optional<Known> anew(Provider provider) {
        boolean asked = there(provider)
                .filter(each -> each.since.plus(APART).isAfter(clock.instant()))
                .isPresent();
        return asked || !isAddress(provider.metadata()) ? Optional.empty() : Optional.of(fresh(provider));
    }

    private Optional<Known> there(Provider provider) {
        return Optional.ofNullable(known.get(provider.id())).filter(each -> each.version == provider.version());
    }

    Known fresh(Provider provider) {
        try {
            Known found = read(provider.version(), document(provider.metadata()), Optional.of(provider.address()));
            if (known.size() >= MOST) {
                known.clear();
            }
            known.put(provider.id(), found);
            return found;
        } catch (Fault e) {
            throw Protocol.upstream(provider, "has no good metadata: " + e.getMessage(), e);
        } catch (IOException e) {
            throw Protocol.upstream(provider, e.getMessage() + "; check " + provider.metadata(), e);
        }
    }

    /**
     * What is declared, as it is for the first time.
     *
     * @param entity the provider's entity id, where the metadata names several
     * @throws Problem INVALID where the metadata is not good, UPSTREAM where its address does not answer
     */
    Known declared(String metadata, Optional<String> entity) {
        if (isAddress(metadata)) {
            Wire.checked("metadata", metadata);
        }
        try {
            return read(0, document(metadata), entity);
        } catch (Fault e) {
            throw Problem.invalid("metadata", "This is not the metadata of a SAML provider: " + e.getMessage());
        } catch (IOException e) {
            throw new Problem(Problem.Kind.UPSTREAM, metadata + ' ' + e.getMessage(), e);
        }
    }

    private static boolean isAddress(String metadata) {
        return !metadata.startsWith("<");
    }

    private String document(String metadata) throws IOException {
        if (!isAddress(metadata)) {
            return metadata;
        }
        HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, URI.create(metadata));
        request.setHeader("Accept", "application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.5");
        HTTPResponse answer = request.send(wire);
        if (answer.getStatusCode() != 200) {
            throw new IOException("answered " + answer.getStatusCode());
        }
        return answer.getBody();
    }

    private Known read(long version, String xml, Optional<String> entity) throws Fault {
        Element root =
                SamlXml.parse(new InputSource(new StringReader(xml.strip()))).getDocumentElement();
        Element descriptor = descriptor(root, entity);
        Element role = SamlXml.only(descriptor, METADATA, "IDPSSODescriptor");
        Instant now = clock.instant();
        Instant until = now.plus(GOOD_FOR);
        for (Element each : List.of(root, descriptor, role)) {
            Optional<Instant> end = SamlXml.time(each, "validUntil");
            if (end.filter(now::isAfter).isPresent()) {
                throw new Fault("it was valid until " + end.get() + "; get it anew from the provider");
            }
            until = end.filter(until::isAfter).orElse(until);
        }
        List<X509Certificate> keys = keys(role);
        if (keys.isEmpty()) {
            throw new Fault("it names no key to sign with that is RSA of 2048 bits or more, or of an elliptic curve");
        }
        Optional<URI> logOut = address(role, "SingleLogoutService", "Location");
        Optional<URI> answer = address(role, "SingleLogoutService", "ResponseLocation");
        return new Known(
                version,
                now,
                until,
                SamlXml.attribute(descriptor, "entityID").orElse(""),
                address(role, "SingleSignOnService", "Location")
                        .orElseThrow(() -> new Fault("it names no address to log in at by HTTP-Redirect")),
                logOut,
                answer.isPresent() ? answer : logOut,
                keys);
    }

    private static Element descriptor(Element root, Optional<String> entity) throws Fault {
        List<Element> found = (SamlXml.is(root, METADATA, "EntityDescriptor")
                        ? Stream.of(root)
                        : SamlXml.children(root, METADATA, "EntityDescriptor").stream())
                .filter(each ->
                        !SamlXml.children(each, METADATA, "IDPSSODescriptor").isEmpty())
                .toList();
        if (entity.isPresent()) {
            return found.stream()
                    .filter(each -> entity.equals(SamlXml.attribute(each, "entityID")))
                    .findFirst()
                    .orElseThrow(() -> new Fault("it does not describe " + entity.get()));
        }
        if (found.size() != 1 || SamlXml.attribute(found.get(0), "entityID").isEmpty()) {
            throw new Fault(
                    found.isEmpty()
                            ? "it describes nobody to log in at"
                            : "it describes several; give the entity id of one as address");
        }
        return found.get(0);
    }

    /** Of those by HTTP-Redirect, the first. */
    private static Optional<URI> address(Element role, String service, String attribute) throws Fault {
        Optional<String> location = SamlXml.children(role, METADATA, service).stream()
                .filter(each -> SamlXml.BY_REDIRECT.equals(each.getAttributeNS(null, "Binding")))
                .findFirst()
                .flatMap(each -> SamlXml.attribute(each, attribute));
        try {
            return location.map(each -> Wire.checked("metadata", each));
        } catch (Problem e) {
            throw new Fault("its address to log in or out at has to be HTTPS (HTTP only on this machine)", e);
        }
    }

    /** A certificate only carries the key: that it is in the metadata makes it the provider's, whatever its dates say. */
    private static List<X509Certificate> keys(Element role) throws Fault {
        List<X509Certificate> keys = new ArrayList<>();
        for (Element descriptor : SamlXml.children(role, METADATA, "KeyDescriptor")) {
            if (SamlXml.attribute(descriptor, "use").orElse("signing").equals("signing")) {
                for (Element data :
                        SamlXml.children(SamlXml.only(descriptor, SIGNATURE, "KeyInfo"), SIGNATURE, "X509Data")) {
                    for (Element each : SamlXml.children(data, SIGNATURE, "X509Certificate")) {
                        X509Certificate certificate = certificate(SamlXml.text(each));
                        if (isStrong(certificate.getPublicKey())) {
                            keys.add(certificate);
                        }
                    }
                }
            }
        }
        return keys;
    }

    private static boolean isStrong(PublicKey key) {
        return key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= LEAST_RSA_BITS
                || key instanceof ECPublicKey curve
                        && curve.getParams().getCurve().getField().getFieldSize() >= LEAST_CURVE_BITS;
    }

    private static X509Certificate certificate(String base64) throws Fault {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(bytes));
        } catch (CertificateException | IllegalArgumentException e) {
            throw new Fault("a certificate in it cannot be read", e);
        }
    }
}
