package io.openpanel.sso.internal;

import io.openpanel.sso.Preset;
import io.openpanel.sso.SignOnActions;
import io.openpanel.sso.internal.SamlXml.Fault;
import java.io.StringWriter;
import java.net.URI;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.w3c.dom.Element;

/** SAML 2.0: asked by HTTP-Redirect, answered by HTTP-POST with what is signed; only what was asked for is taken. */
@Component(service = {Protocol.class, Saml.class})
public final class Saml implements Protocol {
    private final SamlMetadata metadata;
    private final SamlKeys keys;
    private final Flows flows;
    private final InstantSource clock;

    @Activate
    public Saml(
            @Reference SamlMetadata metadata,
            @Reference SamlKeys keys,
            @Reference Flows flows,
            @Reference InstantSource clock) {
        this.metadata = metadata;
        this.keys = keys;
        this.flows = flows;
        this.clock = clock;
    }

    @Override
    public boolean isOf(Provider provider) {
        return provider.preset() == Preset.SAML;
    }

    /** An XML id may not begin with a digit. */
    static String requestId(Flows.Started started) {
        return '_' + started.nonce();
    }

    @Override
    public URI begin(Provider provider, Flows.Started started) {
        URI logIn = metadata.of(provider).logIn();
        String request = written(xml -> {
            start(xml, "AuthnRequest", logIn, requestId(started));
            xml.writeAttribute("AssertionConsumerServiceURL", started.redirect());
            xml.writeAttribute("ProtocolBinding", SamlXml.BY_POST);
            issuer(xml, provider);
            xml.writeEmptyElement("samlp", "NameIDPolicy", SamlXml.PROTOCOL);
            xml.writeAttribute("Format", SamlXml.PERSISTENT);
            xml.writeAttribute("AllowCreate", "true");
            xml.writeEndElement();
        });
        return SamlRedirect.to(logIn, "SAMLRequest", request, Optional.of(started.state()), signingKey(provider));
    }

    private Optional<PrivateKey> signingKey(Provider provider) {
        return keys.signing(provider).map(SamlKeys.Key::privateKey);
    }

    private void start(XMLStreamWriter xml, String name, URI destination, String id) throws XMLStreamException {
        xml.writeStartElement("samlp", name, SamlXml.PROTOCOL);
        xml.writeNamespace("samlp", SamlXml.PROTOCOL);
        xml.writeNamespace("saml", SamlXml.ASSERTION);
        xml.writeAttribute("ID", id);
        xml.writeAttribute("Version", "2.0");
        xml.writeAttribute(
                "IssueInstant", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        xml.writeAttribute("Destination", destination.toString());
    }

    private static void issuer(XMLStreamWriter xml, Provider provider) throws XMLStreamException {
        xml.writeStartElement("saml", "Issuer", SamlXml.ASSERTION);
        xml.writeCharacters(provider.clientId());
        xml.writeEndElement();
    }

    /** What the panel says of itself, for the provider's forms. */
    String describe(Provider provider, String origin) {
        List<SamlKeys.Key> own = keys.all(provider);
        return written(xml -> {
            xml.writeStartElement("md", "EntityDescriptor", SamlXml.METADATA);
            xml.writeNamespace("md", SamlXml.METADATA);
            xml.writeAttribute("entityID", provider.clientId());
            xml.writeStartElement("md", "SPSSODescriptor", SamlXml.METADATA);
            xml.writeAttribute("AuthnRequestsSigned", String.valueOf(!own.isEmpty()));
            xml.writeAttribute("WantAssertionsSigned", "true");
            xml.writeAttribute("protocolSupportEnumeration", SamlXml.PROTOCOL);
            describe(xml, own);
            for (String binding : List.of(SamlXml.BY_REDIRECT, SamlXml.BY_POST)) {
                xml.writeEmptyElement("md", "SingleLogoutService", SamlXml.METADATA);
                xml.writeAttribute("Binding", binding);
                xml.writeAttribute("Location", origin + provider.logOutPath());
            }
            xml.writeStartElement("md", "NameIDFormat", SamlXml.METADATA);
            xml.writeCharacters(SamlXml.PERSISTENT);
            xml.writeEndElement();
            xml.writeEmptyElement("md", "AssertionConsumerService", SamlXml.METADATA);
            xml.writeAttribute("Binding", SamlXml.BY_POST);
            xml.writeAttribute("Location", origin + provider.callback());
            xml.writeAttribute("index", "0");
            xml.writeAttribute("isDefault", "true");
            xml.writeEndElement();
            xml.writeEndElement();
        });
    }

    /** Every key that the panel may sign with; to encrypt for it, the newest alone. */
    private static void describe(XMLStreamWriter xml, List<SamlKeys.Key> own) throws XMLStreamException {
        boolean newest = true;
        for (SamlKeys.Key key : own) {
            boolean signing = key.purpose() == SamlKeys.Purpose.SIGNING;
            if (!signing && !newest) {
                continue;
            }
            xml.writeStartElement("md", "KeyDescriptor", SamlXml.METADATA);
            xml.writeAttribute("use", signing ? "signing" : "encryption");
            xml.writeStartElement("ds", "KeyInfo", SamlXml.SIGNATURE);
            xml.writeNamespace("ds", SamlXml.SIGNATURE);
            xml.writeStartElement("ds", "X509Data", SamlXml.SIGNATURE);
            xml.writeStartElement("ds", "X509Certificate", SamlXml.SIGNATURE);
            xml.writeCharacters(key.certificate());
            xml.writeEndElement();
            xml.writeEndElement();
            xml.writeEndElement();
            if (!signing) {
                SamlEncryption.describe(xml);
                newest = false;
            }
            xml.writeEndElement();
        }
    }

    interface Writing {
        void to(XMLStreamWriter xml) throws XMLStreamException;
    }

    static String written(Writing writing) {
        StringWriter text = new StringWriter();
        try {
            writing.to(XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text));
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    @Override
    public Proved finish(Provider provider, Flows.Started started, Answer answer) {
        try {
            byte[] message = decoded(answer.code());
            SamlEncryption.Opening opening = (encrypted, signedAround) -> SamlEncryption.open(
                    encrypted,
                    signedAround,
                    provider.clientId(),
                    keys.all(provider, SamlKeys.Purpose.ENCRYPTION).stream()
                            .map(SamlKeys.Key::privateKey)
                            .toList());
            SamlSignatures.Read read = signed(provider, known -> SamlSignatures.read(message, known, opening));
            SamlAnswer.Said said = new SamlAnswer(provider, started, clock.instant()).read(read);
            if (!flows.isFirst(provider, said.id(), said.until())) {
                throw new Fault("its assertion was used already");
            }
            return said.proved();
        } catch (Fault e) {
            throw Protocol.refused(provider, e.getMessage());
        }
    }

    private interface Reading<T> {
        /** Empty where it is by a key that is not one of these. */
        Optional<T> by(List<PublicKey> keys) throws Fault;
    }

    /** What is signed by a key of the provider's, or by one that it has since a moment ago. */
    private <T> T signed(Provider provider, Reading<T> reading) throws Fault {
        Optional<T> read = reading.by(metadata.of(provider).publicKeys());
        Optional<SamlMetadata.Known> anew = read.isPresent() ? Optional.empty() : metadata.anew(provider);
        if (anew.isPresent()) {
            read = reading.by(anew.get().publicKeys());
        }
        return read.orElseThrow(() -> new Fault("it is signed by a key that is not in its metadata"));
    }

    @Override
    public Optional<URI> leave(Provider provider, ProviderSessions.Row session, String origin) {
        return metadata.of(provider).logOut().map(logOut -> {
            String request = written(xml -> {
                start(xml, "LogoutRequest", logOut, '_' + Token.create());
                issuer(xml, provider);
                SamlName.of(session).write(xml, provider);
                if (session.there().isPresent()) {
                    xml.writeStartElement("samlp", "SessionIndex", SamlXml.PROTOCOL);
                    xml.writeCharacters(session.there().get());
                    xml.writeEndElement();
                }
                xml.writeEndElement();
            });
            return SamlRedirect.to(logOut, "SAMLRequest", request, Optional.empty(), signingKey(provider));
        });
    }

    @Override
    public LogOuts.Ended ended(Provider provider, SignOnActions.End in) {
        try {
            Element request = in.posted()
                    ? posted(provider, in)
                    : signed(provider, known -> SamlRedirect.request(in, "LogoutRequest", known));
            SamlLogOut.Said said = SamlLogOut.read(
                    request, provider, SignOns.origin(in.origin()) + provider.logOutPath(), clock.instant());
            if (!flows.isFirst(provider, said.id(), said.until())) {
                throw new Fault("it was followed already");
            }
            return new LogOuts.Ended(Optional.of(said.subject()), said.there(), answer(provider, said.id(), in));
        } catch (Fault e) {
            throw Protocol.refusedLogOut(provider, e.getMessage());
        }
    }

    private Element posted(Provider provider, SignOnActions.End in) throws Fault {
        byte[] message = decoded(in.request()
                .orElseThrow(() -> new Fault("it has no SAMLRequest"))
                .reveal());
        return signed(provider, known -> SamlSignatures.request(message, "LogoutRequest", known));
    }

    /** That it was followed: said by the browser, which goes on to whatever else it is to log out of. */
    private Optional<URI> answer(Provider provider, String request, SignOnActions.End in) {
        return metadata.of(provider).logOutAnswer().map(location -> {
            String response = written(xml -> {
                start(xml, "LogoutResponse", location, '_' + Token.create());
                xml.writeAttribute("InResponseTo", request);
                issuer(xml, provider);
                xml.writeStartElement("samlp", "Status", SamlXml.PROTOCOL);
                xml.writeEmptyElement("samlp", "StatusCode", SamlXml.PROTOCOL);
                xml.writeAttribute("Value", SamlAnswer.SUCCESS);
                xml.writeEndElement();
                xml.writeEndElement();
            });
            return SamlRedirect.to(location, "SAMLResponse", response, in.relayState(), signingKey(provider));
        });
    }

    private static byte[] decoded(String text) throws Fault {
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new Fault("it is no base64", e);
        }
    }

    @Override
    public List<String> test(Provider provider) {
        SamlMetadata.Known known = metadata.fresh(provider);
        X509Certificate last = known.keys().stream()
                .max((one, other) -> one.getNotAfter().compareTo(other.getNotAfter()))
                .orElseThrow();
        return List.of(
                "entity id " + known.entity(),
                "log-in at " + known.logIn(),
                "keys " + known.keys().size() + ", good until "
                        + last.getNotAfter().toInstant(),
                keys.signing(provider).map(key -> "requests are signed").orElse("requests are not signed"));
    }
}
