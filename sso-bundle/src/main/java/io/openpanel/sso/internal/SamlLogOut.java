package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.ASSERTION;
import static io.openpanel.sso.internal.SamlXml.PROTOCOL;
import static io.openpanel.sso.internal.SamlXml.attribute;
import static io.openpanel.sso.internal.SamlXml.only;
import static io.openpanel.sso.internal.SamlXml.text;
import static io.openpanel.sso.internal.SamlXml.time;

import io.openpanel.sso.internal.SamlXml.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/** What a request to log somebody out must say before it is followed (SAML's core, 3.7; its profiles, 4.4). */
final class SamlLogOut {
    /** How old one may be: as long as its id is kept, so that it counts once. */
    static final Duration LIFE = Duration.ofMinutes(5);

    private static final int MOST_SESSIONS = 100;

    private SamlLogOut() {}

    /** @param there the sessions that it names; empty for all of the subject's */
    record Said(String id, Instant until, String subject, Set<String> there) {}

    /** @param request as it was signed */
    static Said read(Element request, Provider provider, String address, Instant now) throws Fault {
        if (!"2.0".equals(request.getAttributeNS(null, "Version"))) {
            throw new Fault("it is not of SAML 2.0");
        }
        if (!provider.address().equals(text(only(request, ASSERTION, "Issuer")))) {
            throw new Fault("it came from another issuer");
        }
        // What is signed has to say where it is to go: it could be meant for somebody else who trusts the provider.
        if (!attribute(request, "Destination").equals(Optional.of(address))) {
            throw new Fault("it is for another address");
        }
        Instant made = time(request, "IssueInstant").orElseThrow(() -> new Fault("it does not say when it was made"));
        if (made.isAfter(now.plus(SamlAnswer.SKEW)) || made.plus(LIFE).isBefore(now)) {
            throw new Fault("it is too old, or of another day; look at the clocks of both machines");
        }
        if (time(request, "NotOnOrAfter")
                .filter(end -> !now.isBefore(end.plus(SamlAnswer.SKEW)))
                .isPresent()) {
            throw new Fault("it is valid no more");
        }
        if (SamlXml.child(request, ASSERTION, "EncryptedID").isPresent()) {
            throw new Fault("it says encrypted whom it is about; have it not encrypt names");
        }
        Element name = only(request, ASSERTION, "NameID");
        if (!attribute(name, "SPNameQualifier").orElse(provider.clientId()).equals(provider.clientId())) {
            throw new Fault("it is about a name that is meant for somebody else");
        }
        Set<String> there = new HashSet<>();
        for (Element each : SamlXml.children(request, PROTOCOL, "SessionIndex")) {
            there.add(text(each));
        }
        if (there.size() > MOST_SESSIONS) {
            throw new Fault("it names too many sessions");
        }
        return new Said(
                attribute(request, "ID").orElseThrow(() -> new Fault("it has no ID")),
                made.plus(LIFE).plus(SamlAnswer.SKEW),
                text(name),
                there);
    }
}
