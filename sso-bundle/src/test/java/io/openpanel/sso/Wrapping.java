package io.openpanel.sso;

import static io.openpanel.sso.HostileSaml.ASSERTION;
import static io.openpanel.sso.HostileSaml.PROTOCOL;
import static io.openpanel.sso.HostileSaml.SIGNATURE;
import static io.openpanel.sso.HostileSaml.one;

import java.util.function.BiConsumer;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * XML signature wrapping: a signed part stays whole somewhere, and another that says what the attacker wants is where a
 * careless reader looks. The first eight are those of Somorovsky and others (USENIX Security 2012) as tools number them.
 */
enum Wrapping {
    EVIL_RESPONSE_WITH_THE_SIGNED_ONE_IN_ITS_SIGNATURE("Response", (document, evil) -> {
        Element root = document.getDocumentElement();
        Node signed = root.cloneNode(true);
        signed.removeChild(child(signed, SIGNATURE, "Signature"));
        one(document, SIGNATURE, "Signature").appendChild(signed);
        rename(root, evil);
    }),
    EVIL_RESPONSE_WITH_THE_SIGNED_ONE_BEFORE_ITS_SIGNATURE("Response", (document, evil) -> {
        Element root = document.getDocumentElement();
        Node signed = root.cloneNode(true);
        signed.removeChild(child(signed, SIGNATURE, "Signature"));
        root.insertBefore(signed, child(root, SIGNATURE, "Signature"));
        rename(root, evil);
    }),
    EVIL_ASSERTION_BEFORE_THE_SIGNED_ONE("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        signed.getParentNode().insertBefore(unsigned(signed, evil), signed);
    }),
    EVIL_ASSERTION_AROUND_THE_SIGNED_ONE("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element around = unsigned(signed, evil);
        signed.getParentNode().replaceChild(around, signed);
        around.appendChild(signed);
    }),
    EVIL_ASSERTION_WITH_THE_SIGNATURE_AND_THE_SIGNED_ONE_BEHIND("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element copy = unsigned(signed, null);
        rename(signed, evil);
        document.getDocumentElement().appendChild(copy);
    }),
    EVIL_ASSERTION_WITH_THE_SIGNED_ONE_IN_ITS_SIGNATURE("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element copy = unsigned(signed, null);
        rename(signed, evil);
        child(signed, SIGNATURE, "Signature").appendChild(copy);
    }),
    EVIL_ASSERTION_IN_EXTENSIONS("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element extensions = document.createElementNS(PROTOCOL, "samlp:Extensions");
        extensions.appendChild(unsigned(signed, evil));
        signed.getParentNode().insertBefore(extensions, signed);
    }),
    EVIL_ASSERTION_WITH_THE_SIGNED_ONE_IN_AN_OBJECT("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element copy = unsigned(signed, null);
        rename(signed, evil);
        Element object = document.createElementNS(SIGNATURE, "ds:Object");
        object.appendChild(copy);
        child(signed, SIGNATURE, "Signature").appendChild(object);
    }),
    EVIL_ASSERTION_WITH_THE_SAME_ID_BEFORE_THE_SIGNED_ONE("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        Element copy = unsigned(signed, evil);
        copy.setAttribute("ID", signed.getAttribute("ID"));
        signed.getParentNode().insertBefore(copy, signed);
    }),
    EVIL_ASSERTION_BEHIND_THE_SIGNED_ONE("Assertion", (document, evil) -> {
        Element signed = one(document, ASSERTION, "Assertion");
        signed.getParentNode().appendChild(unsigned(signed, evil));
    }),
    EVIL_RESPONSE_WITH_THE_SIGNED_ONE_IN_AN_OBJECT("Response", (document, evil) -> {
        Element root = document.getDocumentElement();
        Node signed = root.cloneNode(true);
        signed.removeChild(child(signed, SIGNATURE, "Signature"));
        Element object = document.createElementNS(SIGNATURE, "ds:Object");
        object.appendChild(signed);
        one(document, SIGNATURE, "Signature").appendChild(object);
        rename(root, evil);
    }),
    EVIL_RESPONSE_WITH_THE_SIGNED_ONE_IN_ITS_STATUS("Response", (document, evil) -> {
        Element root = document.getDocumentElement();
        Node signed = root.cloneNode(true);
        root.removeChild(child(root, SIGNATURE, "Signature"));
        Element detail = document.createElementNS(PROTOCOL, "samlp:StatusDetail");
        detail.appendChild(signed);
        one(document, PROTOCOL, "Status").appendChild(detail);
        rename(root, evil);
    }),
    EVIL_ASSERTION_IN_WHICH_THE_SIGNATURE_IS_FOR_ANOTHER_PART(
            "Assertion", "its signature is for something else", (document, evil) -> {
                // Neither a second Response nor a second Assertion: what is signed goes by another name.
                Element signed = one(document, ASSERTION, "Assertion");
                Element copy = unsigned(signed, null);
                rename(signed, evil);
                Element advice = document.createElementNS(ASSERTION, "saml:Advice");
                document.renameNode(copy, ASSERTION, "saml:Evidence");
                advice.appendChild(copy);
                signed.appendChild(advice);
            });

    /** What is signed to begin with. */
    final String signed;

    final String because;

    private final BiConsumer<Document, String> wrap;

    Wrapping(String signed, BiConsumer<Document, String> wrap) {
        this(signed, "it has more than one ", wrap);
    }

    Wrapping(String signed, String because, BiConsumer<Document, String> wrap) {
        this.signed = signed;
        this.because = because;
        this.wrap = wrap;
    }

    /** @param evil whom the attacker wants to be */
    void wrap(Document document, String evil) {
        wrap.accept(document, evil);
    }

    private static Node child(Node parent, String namespace, String name) {
        for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (name.equals(each.getLocalName()) && namespace.equals(each.getNamespaceURI())) {
                return each;
            }
        }
        throw new IllegalStateException("no " + name);
    }

    /** A copy without signature; for somebody else, with an ID of its own. */
    private static Element unsigned(Element signed, String evil) {
        Element copy = (Element) signed.cloneNode(true);
        copy.removeChild(child(copy, SIGNATURE, "Signature"));
        if (evil != null) {
            rename(copy, evil);
        }
        return copy;
    }

    private static void rename(Element element, String evil) {
        element.setAttribute("ID", "_evil" + System.nanoTime());
        Element assertion =
                element.getLocalName().equals("Assertion") ? element : (Element) child(element, ASSERTION, "Assertion");
        if (assertion != element) {
            assertion.setAttribute("ID", "_evil" + System.nanoTime());
        }
        child(child(assertion, ASSERTION, "Subject"), ASSERTION, "NameID").setTextContent(evil);
    }
}
