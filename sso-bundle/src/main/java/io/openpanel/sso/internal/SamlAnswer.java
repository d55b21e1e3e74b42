package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.ASSERTION;
import static io.openpanel.sso.internal.SamlXml.PROTOCOL;
import static io.openpanel.sso.internal.SamlXml.attribute;
import static io.openpanel.sso.internal.SamlXml.children;
import static io.openpanel.sso.internal.SamlXml.only;
import static io.openpanel.sso.internal.SamlXml.text;
import static io.openpanel.sso.internal.SamlXml.time;

import io.openpanel.sso.internal.SamlXml.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/** What a response must say before anybody is let in (SAML's profiles, 4.1.4.2 and 4.1.4.3; its core, 2.5.1). */
final class SamlAnswer {
    static final Duration SKEW = Duration.ofSeconds(60);
    private static final String BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    static final String SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
    private static final Set<String> CONDITIONS = Set.of("AudienceRestriction", "OneTimeUse", "ProxyRestriction");
    private static final int LONGEST_NAME = 256;

    private final Provider provider;
    private final Flows.Started started;
    private final Instant now;

    /**
     * @param id to be taken once
     * @param until when it is refused for its age anyway
     */
    record Said(String id, Instant until, Proved proved) {}

    SamlAnswer(Provider provider, Flows.Started started, Instant now) {
        this.provider = provider;
        this.started = started;
        this.now = now;
    }

    Said read(SamlSignatures.Read read) throws Fault {
        Element response = read.response();
        requireVersion(response);
        requireEqual(
                "it answers another log-in",
                Saml.requestId(started),
                attribute(response, "InResponseTo")
                        .orElseThrow(() -> new Fault("nobody asked for it; log-ins begin on the panel's log-in page")));
        if (attribute(response, "Destination").isPresent()) {
            requireEqual("it is for another address", started.redirect(), response.getAttributeNS(null, "Destination"));
        }
        if (SamlXml.child(response, ASSERTION, "Issuer").isPresent()) {
            requireIssuer(response);
        }
        requireSuccess(response);
        return assertion(read.assertion().orElseThrow(() -> new Fault("it holds no assertion")));
    }

    private Said assertion(Element assertion) throws Fault {
        requireVersion(assertion);
        requireIssuer(assertion);
        requireConditions(only(assertion, ASSERTION, "Conditions"));
        Element subject = only(assertion, ASSERTION, "Subject");
        Element element = only(subject, ASSERTION, "NameID");
        String name = name(element);
        Instant until = confirmed(subject);
        Element logIn = requireLogIn(assertion);
        String id = attribute(assertion, "ID").orElseThrow(() -> new Fault("its assertion has no ID"));
        return new Said(
                id,
                until.plus(SKEW),
                SamlClaims.read(
                        provider, name, assertion, SamlClaims.classes(logIn), SamlName.session(element, logIn)));
    }

    private static void requireVersion(Element element) throws Fault {
        requireEqual("it is not of SAML 2.0", "2.0", element.getAttributeNS(null, "Version"));
    }

    private static void requireEqual(String why, String expected, String said) throws Fault {
        if (!expected.equals(said)) {
            throw new Fault(why);
        }
    }

    private void requireIssuer(Element element) throws Fault {
        requireEqual("it came from another issuer", provider.address(), text(only(element, ASSERTION, "Issuer")));
    }

    private static void requireSuccess(Element response) throws Fault {
        Element code = only(only(response, PROTOCOL, "Status"), PROTOCOL, "StatusCode");
        if (!SUCCESS.equals(code.getAttributeNS(null, "Value"))) {
            Element inner = SamlXml.child(code, PROTOCOL, "StatusCode").orElse(code);
            String value = inner.getAttributeNS(null, "Value");
            String word = value.substring(value.lastIndexOf(':') + 1).replaceAll("[^A-Za-z]", "?");
            throw new Fault("it let nobody in (" + word.substring(0, Math.min(word.length(), 60)) + ')');
        }
    }

    /** A name that stays with the person: an address may be given to somebody else, a transient name is new each time. */
    private String name(Element element) throws Fault {
        requireEqual(
                "it names you by something that may change; have it send the name ID format persistent",
                SamlXml.PERSISTENT,
                element.getAttributeNS(null, "Format"));
        String name = text(element);
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new Fault("its name for you is empty or too long");
        }
        requireEqual(
                "its name for you is another provider's",
                provider.address(),
                attribute(element, "NameQualifier").orElse(provider.address()));
        requireEqual(
                "its name for you is meant for somebody else",
                provider.clientId(),
                attribute(element, "SPNameQualifier").orElse(provider.clientId()));
        return name;
    }

    private void requireConditions(Element conditions) throws Fault {
        requireNow(conditions);
        for (Element each : SamlXml.elements(conditions)) {
            if (!ASSERTION.equals(each.getNamespaceURI()) || !CONDITIONS.contains(each.getLocalName())) {
                throw new Fault("it sets a condition that the panel does not know");
            }
        }
        List<Element> restrictions = children(conditions, ASSERTION, "AudienceRestriction");
        if (restrictions.isEmpty()) {
            throw new Fault("it does not say whom it is for");
        }
        for (Element restriction : restrictions) {
            requireAudience(restriction);
        }
    }

    private void requireAudience(Element restriction) throws Fault {
        for (Element audience : children(restriction, ASSERTION, "Audience")) {
            if (provider.clientId().equals(text(audience))) {
                return;
            }
        }
        throw new Fault("it is meant for somebody else");
    }

    private void requireNow(Element element) throws Fault {
        if (time(element, "NotBefore")
                .filter(start -> start.isAfter(now.plus(SKEW)))
                .isPresent()) {
            throw new Fault("it is not valid yet; look at the clocks of both machines");
        }
        if (time(element, "NotOnOrAfter").filter(this::isOver).isPresent()) {
            throw new Fault("it is valid no more");
        }
    }

    private boolean isOver(Instant end) {
        return !now.isBefore(end.plus(SKEW));
    }

    /** Until when whoever brings it is the one it speaks of. */
    private Instant confirmed(Element subject) throws Fault {
        Fault last = new Fault("it does not say who may bring it");
        for (Element confirmation : children(subject, ASSERTION, "SubjectConfirmation")) {
            if (!BEARER.equals(confirmation.getAttributeNS(null, "Method"))) {
                continue;
            }
            try {
                return until(only(confirmation, ASSERTION, "SubjectConfirmationData"));
            } catch (Fault e) {
                last = e;
            }
        }
        throw last;
    }

    private Instant until(Element data) throws Fault {
        requireEqual("it is for another address", started.redirect(), data.getAttributeNS(null, "Recipient"));
        requireEqual("it answers another log-in", Saml.requestId(started), data.getAttributeNS(null, "InResponseTo"));
        requireNow(data);
        return time(data, "NotOnOrAfter").orElseThrow(() -> new Fault("it does not say how long it is valid"));
    }

    private Element requireLogIn(Element assertion) throws Fault {
        Optional<Element> found =
                children(assertion, ASSERTION, "AuthnStatement").stream().findFirst();
        Element statement = found.orElseThrow(() -> new Fault("it does not say that anybody logged in"));
        if (time(statement, "SessionNotOnOrAfter").filter(this::isOver).isPresent()) {
            throw new Fault("the log-in there is over");
        }
        return statement;
    }
}
