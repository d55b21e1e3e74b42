package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.attribute;

import io.openpanel.api.Secret;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Element;

/**
 * A persistent name as a provider gave it, to be given back so when its person logs out.
 *
 * @param qualified whether it said whose name that is: its own, {@code n}, and for whom, {@code s}
 */
record SamlName(String subject, String qualified) {
    static Secret hint(Element name) {
        return Secret.of((attribute(name, "NameQualifier").isPresent() ? "n" : "-")
                + (attribute(name, "SPNameQualifier").isPresent() ? "s" : "-"));
    }

    static SamlName of(ProviderSessions.Row session) {
        return new SamlName(session.subject(), session.hintText());
    }

    void write(XMLStreamWriter xml, Provider provider) throws XMLStreamException {
        xml.writeStartElement("saml", "NameID", SamlXml.ASSERTION);
        xml.writeAttribute("Format", SamlXml.PERSISTENT);
        if (qualified.contains("n")) {
            xml.writeAttribute("NameQualifier", provider.address());
        }
        if (qualified.contains("s")) {
            xml.writeAttribute("SPNameQualifier", provider.clientId());
        }
        xml.writeCharacters(subject);
        xml.writeEndElement();
    }

    /** The session that an assertion speaks of. */
    static Proved.There session(Element name, Element statement) {
        return new Proved.There(attribute(statement, "SessionIndex"), hint(name));
    }
}
