package io.openpanel.sso.internal;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads SAML's XML: no document type, so no entities; nothing from elsewhere; elements at exactly the place asked for. */
final class SamlXml {
    static final String PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
    static final String ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
    static final String METADATA = "urn:oasis:names:tc:SAML:2.0:metadata";
    static final String SIGNATURE = "http://www.w3.org/2000/09/xmldsig#";
    static final String PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    static final String BY_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
    static final String BY_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
    /** Without it, a document of some kilobytes is deep enough to exhaust the stack. */
    private static final String DEEPEST = "http://www.oracle.com/xml/jaxp/properties/maxElementDepth";

    private SamlXml() {}

    /** What is wrong with a document, for people. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1;

        Fault(String why) {
            super(why);
        }

        Fault(String why, Throwable cause) {
            super(why, cause);
        }
    }

    static Document parse(InputSource source) throws Fault {
        try {
            return builder().parse(source);
        } catch (SAXException | IOException e) {
            throw new Fault("it is no XML that the panel takes (" + firstLine(e) + ')', e);
        }
    }

    private static String firstLine(Exception e) {
        String text =
                String.valueOf(e.getMessage()).lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
        return text.substring(0, Math.min(text.length(), 200));
    }

    /** Java's own parser, whichever other one is on the class path. */
    private static DocumentBuilder builder() {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute(DEEPEST, "60");
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            // Else it writes each fault to the standard error.
            builder.setErrorHandler(null);
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean is(Node node, String namespace, String name) {
        return node.getNodeType() == Node.ELEMENT_NODE
                && namespace.equals(node.getNamespaceURI())
                && name.equals(node.getLocalName());
    }

    static List<Element> elements(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (each.getNodeType() == Node.ELEMENT_NODE) {
                found.add((Element) each);
            }
        }
        return found;
    }

    static List<Element> children(Element parent, String namespace, String name) {
        return elements(parent).stream()
                .filter(each -> is(each, namespace, name))
                .toList();
    }

    static Optional<Element> child(Element parent, String namespace, String name) throws Fault {
        List<Element> found = children(parent, namespace, name);
        if (found.size() > 1) {
            throw new Fault("it has more than one " + name);
        }
        return found.stream().findFirst();
    }

    static Element only(Element parent, String namespace, String name) throws Fault {
        return child(parent, namespace, name).orElseThrow(() -> new Fault("it has no " + name));
    }

    /** The words of an element that holds nothing else. */
    static String text(Element element) throws Fault {
        if (!elements(element).isEmpty()) {
            throw new Fault(element.getLocalName() + " holds more than words");
        }
        return element.getTextContent().strip();
    }

    /** An attribute; one that is empty counts as none. */
    static Optional<String> attribute(Element element, String name) {
        return Optional.of(element.getAttributeNS(null, name)).filter(value -> !value.isEmpty());
    }

    static Optional<Instant> time(Element element, String name) throws Fault {
        Optional<String> text = attribute(element, name);
        try {
            return text.map(OffsetDateTime::parse).map(OffsetDateTime::toInstant);
        } catch (DateTimeException e) {
            throw new Fault(name + " is no time", e);
        }
    }
}
