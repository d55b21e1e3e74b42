package io.openpanel.sso.internal;

import static io.openpanel.sso.internal.SamlXml.ASSERTION;

import io.openpanel.sso.internal.SamlXml.Fault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** From what an assertion says to what the panel wants to know; the names are those of Keycloak, Entra ID and eduPerson. */
final class SamlClaims {
    /** An entity id is said by whoever wrote the metadata: it is not taken for an OpenID Connect issuer of that name. */
    private static final String ISSUER = "saml:";

    private static final int MOST_GROUPS = 1_000;
    private static final int LONGEST = 250;
    private static final String SOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/";
    private static final List<String> EMAIL = List.of(
            "email",
            "mail",
            "urn:oid:0.9.2342.19200300.100.1.3",
            "urn:oid:1.2.840.113549.1.9.1",
            SOAP + "emailaddress");
    private static final List<String> VERIFIED = List.of("email_verified", "emailVerified");
    private static final List<String> NAME = List.of(
            "displayName",
            "name",
            "urn:oid:2.16.840.1.113730.3.1.241",
            "http://schemas.microsoft.com/identity/claims/displayname",
            "cn",
            "urn:oid:2.5.4.3");
    private static final List<String> GIVEN = List.of("givenName", "firstName", "urn:oid:2.5.4.42", SOAP + "givenname");
    private static final List<String> FAMILY =
            List.of("sn", "surname", "lastName", "urn:oid:2.5.4.4", SOAP + "surname");

    private SamlClaims() {}

    /** How somebody logged in there. */
    static Set<String> classes(Element statement) throws Fault {
        Set<String> said = new HashSet<>();
        for (Element context : SamlXml.children(statement, ASSERTION, "AuthnContext")) {
            for (Element each : SamlXml.children(context, ASSERTION, "AuthnContextClassRef")) {
                said.add(SamlXml.text(each));
            }
        }
        return said;
    }

    static Proved read(Provider provider, String subject, Element assertion, Set<String> classes, Proved.There session)
            throws Fault {
        Map<String, List<String>> said = attributes(assertion);
        Optional<String> email = first(said, EMAIL);
        String parts = Stream.of(first(said, GIVEN), first(said, FAMILY))
                .flatMap(Optional::stream)
                .reduce((given, family) -> given + ' ' + family)
                .orElse("");
        String name = first(said, NAME)
                .or(() -> Optional.of(parts).filter(each -> !each.isEmpty()))
                .or(() -> email)
                .orElse(subject);
        return new Proved(
                ISSUER + provider.address(),
                subject,
                name.substring(0, Math.min(name.length(), LONGEST)),
                email.filter(each -> !first(said, VERIFIED).equals(Optional.of("false"))),
                said.getOrDefault(provider.groupsClaim(), List.of()).stream()
                        .limit(MOST_GROUPS)
                        .toList(),
                provider.secondFactor().contains("*")
                        || provider.secondFactor().stream().anyMatch(classes::contains),
                Optional.of(session));
    }

    private static Optional<String> first(Map<String, List<String>> said, List<String> names) {
        return names.stream()
                .flatMap(each -> said.getOrDefault(each, List.of()).stream())
                .filter(each -> !each.isEmpty())
                .findFirst();
    }

    /** By name and by friendly name; one that comes in several pieces is one. */
    private static Map<String, List<String>> attributes(Element assertion) throws Fault {
        Map<String, List<String>> said = new LinkedHashMap<>();
        for (Element statement : SamlXml.children(assertion, ASSERTION, "AttributeStatement")) {
            for (Element attribute : SamlXml.children(statement, ASSERTION, "Attribute")) {
                Set<String> names = new HashSet<>();
                SamlXml.attribute(attribute, "Name").ifPresent(names::add);
                SamlXml.attribute(attribute, "FriendlyName").ifPresent(names::add);
                for (Element value : SamlXml.children(attribute, ASSERTION, "AttributeValue")) {
                    // A value may be an element of its own, such as a NameID: it is none of those that are asked for.
                    if (SamlXml.elements(value).isEmpty()) {
                        String text = SamlXml.text(value);
                        names.forEach(each -> said.computeIfAbsent(each, any -> new ArrayList<>())
                                .add(text));
                    }
                }
            }
        }
        return said;
    }
}
