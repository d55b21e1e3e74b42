package io.openpanel.sso.internal;

import io.openpanel.sso.internal.SamlXml.Fault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.traversal.DocumentTraversal;
import org.w3c.dom.traversal.NodeFilter;
import org.w3c.dom.traversal.NodeIterator;
import org.xml.sax.InputSource;

/**
 * From a response to what of it is signed. What is handed on is parsed from the very bytes whose digest was compared: what
 * somebody wrapped around a signed part, or put beside it, is not there any more.
 */
final class SamlSignatures {
    /** SHA-1, MD5 and shared secrets are not among them. */
    private static final Set<String> ALGORITHMS = Set.of(
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512");

    private static final Set<String> DIGESTS =
            Set.of(DigestMethod.SHA256, "http://www.w3.org/2001/04/xmldsig-more#sha384", DigestMethod.SHA512);
    private static final Set<String> CANONICAL =
            Set.of(CanonicalizationMethod.EXCLUSIVE, CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS);
    private static final String UNSAFE =
            "its signature is of a kind that is not safe; it has to be RSA, RSA-PSS or ECDSA with SHA-256 or more";

    private SamlSignatures() {}

    /**
     * @param response as it came, or, where it is signed itself, as it was signed
     * @param assertion as it was signed, by itself or with the response; empty where there is none
     */
    record Read(Element response, Optional<Element> assertion) {}

    /**
     * Reads a response; one that is not signed is read only if it holds no assertion. What is encrypted is opened first,
     * and the signature then looked for around it, or inside.
     *
     * @return empty where it is signed by a key that is not one of these
     */
    static Optional<Read> read(byte[] message, List<PublicKey> keys, SamlEncryption.Opening opening) throws Fault {
        Element root = parse(message);
        if (!SamlXml.is(root, SamlXml.PROTOCOL, "Response")) {
            throw new Fault("it is no SAML response");
        }
        Optional<Element> mark = SamlXml.child(root, SamlXml.SIGNATURE, "Signature");
        Optional<Element> response = mark.isPresent() ? verified(root, mark.get(), keys) : Optional.of(root);
        if (response.isEmpty()) {
            return Optional.empty();
        }
        Optional<Element> assertion = assertion(response.get(), mark.isPresent(), opening);
        if (assertion.isEmpty()) {
            return Optional.of(new Read(response.get(), Optional.empty()));
        }
        Optional<Element> own = SamlXml.child(assertion.get(), SamlXml.SIGNATURE, "Signature");
        if (own.isEmpty() && mark.isEmpty()) {
            throw new Fault("it is not signed");
        }
        Optional<Element> signed = own.isPresent() ? verified(assertion.get(), own.get(), keys) : assertion;
        return signed.map(each -> new Read(response.get(), Optional.of(each)));
    }

    /**
     * Reads a request of the provider's, which has to be signed itself.
     *
     * @return as it was signed; empty where it is by a key that is not one of these
     */
    static Optional<Element> request(byte[] message, String name, List<PublicKey> keys) throws Fault {
        Element root = parse(message);
        if (!SamlXml.is(root, SamlXml.PROTOCOL, name)) {
            throw new Fault("it is no " + name);
        }
        Element mark =
                SamlXml.child(root, SamlXml.SIGNATURE, "Signature").orElseThrow(() -> new Fault("it is not signed"));
        return verified(root, mark, keys);
    }

    /** The one assertion: as it is there, or as it was within what is encrypted, which is then read just as strictly. */
    private static Optional<Element> assertion(Element response, boolean signed, SamlEncryption.Opening opening)
            throws Fault {
        Optional<Element> plain = SamlXml.child(response, SamlXml.ASSERTION, "Assertion");
        Optional<Element> encrypted = SamlXml.child(response, SamlXml.ASSERTION, "EncryptedAssertion");
        if (encrypted.isEmpty()) {
            return plain;
        }
        if (plain.isPresent()) {
            throw new Fault("it has more than one Assertion");
        }
        Element within = parse(opening.open(encrypted.get(), signed));
        if (!SamlXml.is(within, SamlXml.ASSERTION, "Assertion")) {
            throw new Fault("what is encrypted in it is no assertion");
        }
        return Optional.of(within);
    }

    /** One response, one assertion, signatures only where they belong, each ID once, nothing that no signature covers. */
    static Element parse(byte[] bytes) throws Fault {
        Document document = SamlXml.parse(new InputSource(new ByteArrayInputStream(bytes)));
        NodeIterator all =
                ((DocumentTraversal) document).createNodeIterator(document, NodeFilter.SHOW_ALL, null, false);
        Set<String> ids = new HashSet<>();
        Set<String> single = new HashSet<>();
        for (Node node = all.nextNode(); node != null; node = all.nextNode()) {
            if (node.getNodeType() == Node.COMMENT_NODE || node.getNodeType() == Node.PROCESSING_INSTRUCTION_NODE) {
                throw new Fault("there are comments in it");
            }
            if (node instanceof Element element) {
                requireOnce(element, single);
                requireOwnId(element, ids);
            }
        }
        return document.getDocumentElement();
    }

    private static void requireOnce(Element element, Set<String> single) throws Fault {
        boolean one = SamlXml.is(element, SamlXml.PROTOCOL, "Response")
                || SamlXml.is(element, SamlXml.PROTOCOL, "LogoutRequest")
                || SamlXml.is(element, SamlXml.ASSERTION, "Assertion")
                || SamlXml.is(element, SamlXml.ASSERTION, "EncryptedAssertion");
        if (one && !single.add(element.getLocalName())) {
            throw new Fault("it has more than one " + element.getLocalName());
        }
        Node parent = element.getParentNode();
        if (SamlXml.is(element, SamlXml.SIGNATURE, "Signature")
                && !SamlXml.is(parent, SamlXml.PROTOCOL, "Response")
                && !SamlXml.is(parent, SamlXml.PROTOCOL, "LogoutRequest")
                && !SamlXml.is(parent, SamlXml.ASSERTION, "Assertion")) {
            throw new Fault("there is a signature where none belongs");
        }
    }

    private static void requireOwnId(Element element, Set<String> ids) throws Fault {
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            Attr attribute = (Attr) element.getAttributes().item(i);
            String name = attribute.getLocalName() == null ? attribute.getName() : attribute.getLocalName();
            if (name.equalsIgnoreCase("ID") && !ids.add(attribute.getValue())) {
                throw new Fault("two of its parts have one ID");
            }
        }
    }

    /** The element as it was signed; empty where the signature is of no key of these. */
    private static Optional<Element> verified(Element element, Element mark, List<PublicKey> keys) throws Fault {
        for (PublicKey key : keys) {
            DOMValidateContext context = new DOMValidateContext(KeySelector.singletonKeySelector(key), mark);
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
            context.setProperty("javax.xml.crypto.dsig.cacheReference", Boolean.TRUE);
            context.setIdAttributeNS(element, null, "ID");
            XMLSignature signature = unmarshalled(context);
            Reference reference = requireSafe(signature, element);
            if (!isOf(signature, key, context)) {
                continue;
            }
            try {
                if (!reference.validate(context)) {
                    throw new Fault("it was changed after it was signed");
                }
                Element signed = parse(reference.getDigestInputStream().readAllBytes());
                if (!SamlXml.is(signed, element.getNamespaceURI(), element.getLocalName())) {
                    throw new Fault("its signature is for something else");
                }
                return Optional.of(signed);
            } catch (XMLSignatureException | IOException e) {
                throw new Fault("its signature cannot be checked", e);
            }
        }
        return Optional.empty();
    }

    private static XMLSignature unmarshalled(DOMValidateContext context) throws Fault {
        try {
            return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
        } catch (MarshalException | ClassCastException e) {
            throw new Fault(UNSAFE, e);
        }
    }

    private static boolean isOf(XMLSignature signature, PublicKey key, DOMValidateContext context) {
        boolean curve =
                signature.getSignedInfo().getSignatureMethod().getAlgorithm().contains("#ecdsa-");
        if (curve != key.getAlgorithm().equals("EC")) {
            return false;
        }
        try {
            return signature.getSignatureValue().validate(context);
        } catch (XMLSignatureException e) {
            return false;
        }
    }

    /** As SAML's core, 5.4, has it: one reference, to the element that the signature is in, without further transforms. */
    private static Reference requireSafe(XMLSignature signature, Element element) throws Fault {
        List<Reference> references = signature.getSignedInfo().getReferences();
        if (references.size() != 1
                || !signature.getObjects().isEmpty()
                || !("#" + element.getAttributeNS(null, "ID"))
                        .equals(references.get(0).getURI())
                || element.getAttributeNS(null, "ID").isEmpty()) {
            throw new Fault("its signature is for something else");
        }
        Reference reference = references.get(0);
        List<String> transforms =
                reference.getTransforms().stream().map(Transform::getAlgorithm).toList();
        boolean safe = ALGORITHMS.contains(
                        signature.getSignedInfo().getSignatureMethod().getAlgorithm())
                && CANONICAL.contains(
                        signature.getSignedInfo().getCanonicalizationMethod().getAlgorithm())
                && DIGESTS.contains(reference.getDigestMethod().getAlgorithm())
                && transforms.size() == 2
                && transforms.get(0).equals(Transform.ENVELOPED)
                && CANONICAL.contains(transforms.get(1));
        if (!safe) {
            throw new Fault(UNSAFE);
        }
        return reference;
    }
}
