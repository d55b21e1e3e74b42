package io.openpanel.sso;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** A SAML provider that does what it is told, also what none should; what it signs it signs really. */
final class HostileSaml implements AutoCloseable {
    static final String PANEL = "https://panel.example:8443";
    static final String ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
    static final String PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
    static final String SIGNATURE = "http://www.w3.org/2000/09/xmldsig#";
    static final String PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    private static final Map<String, KeyPair> KEYS = new ConcurrentHashMap<>();

    final String entity;
    final AtomicInteger asked = new AtomicInteger();
    KeyPair key = key("RSA", "first");
    Key signer = key.secret;
    String algorithm = RSA_SHA256;
    String digest = DigestMethod.SHA256;
    List<String> transforms = List.of(Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE);
    /** What is signed, in this order: the inner first. */
    List<String> signed = List.of("Assertion");
    /** Of the words of the answer, by their names in {@link #answer}, those that are other than they should be. */
    final Map<String, String> lies = new HashMap<>();

    /** How the assertion is encrypted; null for not at all. */
    HostileEncryption encryption;

    String subject = "G-" + UUID.randomUUID();
    String session = "_session-" + UUID.randomUUID();
    String email = "nina@example.com";
    List<String> groups = List.of();
    String besides = "";
    /** What is done to the answer before it is signed, to what is signed, and to the text that is sent. */
    Consumer<Document> before = any -> {};

    Consumer<Document> after = any -> {};
    UnaryOperator<String> sent = UnaryOperator.identity();
    private final HttpServer server;

    record KeyPair(PrivateKey secret, Certificate certificate) {}

    HostileSaml() throws IOException {
        this("https://idp.example/" + UUID.randomUUID());
    }

    HostileSaml(String entity) throws IOException {
        this.entity = entity;
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/metadata", exchange -> {
            try (exchange) {
                asked.incrementAndGet();
                byte[] bytes = metadata().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Made by Java's own tool, once a name. */
    static KeyPair key(String algorithm, String name) {
        return KEYS.computeIfAbsent(algorithm + name, any -> {
            try {
                Path store = Files.createTempDirectory("saml").resolve("key.p12");
                Process made = new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                algorithm,
                                "-dname",
                                "CN=" + name,
                                "-alias",
                                "key",
                                "-validity",
                                "30",
                                "-storetype",
                                "PKCS12",
                                "-storepass",
                                "changeit",
                                "-keystore",
                                store.toString())
                        .inheritIO()
                        .start();
                if (made.waitFor() != 0) {
                    throw new IllegalStateException("keytool ended with " + made.exitValue());
                }
                KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
                return new KeyPair(
                        (PrivateKey) keys.getKey("key", "changeit".toCharArray()), keys.getCertificate("key"));
            } catch (IOException | GeneralSecurityException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    String metadata() {
        try {
            return """
                    <?xml version="1.0" encoding="UTF-8"?>
                    <!-- as some are -->
                    <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
                      <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
                        <md:KeyDescriptor use="signing">
                          <ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
                            <ds:X509Certificate>%s</ds:X509Certificate>
                          </ds:X509Data></ds:KeyInfo>
                        </md:KeyDescriptor>
                        <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%3$s/leave" ResponseLocation="%3$s/left"/>
                        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%3$s/post"/>
                        <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%3$s/saml?tenant=1"/>
                      </md:IDPSSODescriptor>
                    </md:EntityDescriptor>
                    """
                    .formatted(entity, Base64.getMimeEncoder().encodeToString(key.certificate.getEncoded()), address());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a person's browser does there: logs in, and is given this form to post. */
    Map<String, String> logIn(String url) {
        Map<String, String> query = HostileProvider.parameters(URI.create(url).getRawQuery());
        Element request = request(query.get("SAMLRequest")).getDocumentElement();
        Map<String, String> form = new HashMap<>();
        form.put("RelayState", query.get("RelayState"));
        form.put("SAMLResponse", base64(answer(request)));
        return form;
    }

    static Document request(String parameter) {
        byte[] deflated = Base64.getDecoder().decode(parameter);
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated), new Inflater(true))) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String answer(Element request) {
        String acs = request.getAttribute("AssertionConsumerServiceURL");
        Instant now = Instant.now();
        Map<String, String> words = new HashMap<>(Map.of(
                "id",
                "_" + UUID.randomUUID(),
                "assertion",
                "_" + UUID.randomUUID(),
                "now",
                now.toString(),
                "request",
                request.getAttribute("ID"),
                "destination",
                acs,
                "recipient",
                acs,
                "issuer",
                entity,
                "audience",
                request.getElementsByTagNameNS(ASSERTION, "Issuer").item(0).getTextContent(),
                "start",
                now.minus(Duration.ofSeconds(5)).toString(),
                "end",
                now.plus(Duration.ofMinutes(5)).toString()));
        words.putAll(Map.of(
                "format", PERSISTENT,
                "status", "urn:oasis:names:tc:SAML:2.0:status:Success",
                "subject", subject,
                "email", email,
                "besides", besides,
                "session", session,
                "method", "urn:oasis:names:tc:SAML:2.0:cm:bearer",
                "class", "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"));
        words.put(
                "groups",
                String.join(
                        "",
                        groups.stream()
                                .map(each -> "<saml:AttributeValue>" + each + "</saml:AttributeValue>")
                                .toList()));
        words.putAll(lies);
        String text = TEMPLATE;
        for (Map.Entry<String, String> word : words.entrySet()) {
            text = text.replace("{" + word.getKey() + "}", word.getValue());
        }
        Document document = parse(text);
        before.accept(document);
        signed.stream().filter(each -> each.equals("Assertion")).forEach(each -> sign(document, each));
        if (encryption != null) {
            encryption.encrypt(document);
        }
        signed.stream().filter(each -> !each.equals("Assertion")).forEach(each -> sign(document, each));
        after.accept(document);
        return sent.apply(text(document));
    }

    private static final String TEMPLATE =
            """
            <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" \
            xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{id}" Version="2.0" IssueInstant="{now}" \
            Destination="{destination}" InResponseTo="{request}"><saml:Issuer>{issuer}</saml:Issuer>\
            <samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>\
            <saml:Assertion ID="{assertion}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>\
            <saml:Subject><saml:NameID Format="{format}">{subject}</saml:NameID>\
            <saml:SubjectConfirmation Method="{method}"><saml:SubjectConfirmationData InResponseTo="{request}" \
            Recipient="{recipient}" NotOnOrAfter="{end}"/></saml:SubjectConfirmation></saml:Subject>\
            <saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}">\
            <saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
            <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="{session}"><saml:AuthnContext>\
            <saml:AuthnContextClassRef>{class}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
            <saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>{email}</saml:AttributeValue>\
            </saml:Attribute><saml:Attribute Name="urn:oid:2.5.4.42" FriendlyName="givenName"><saml:AttributeValue>Nina\
            </saml:AttributeValue></saml:Attribute><saml:Attribute Name="surname"><saml:AttributeValue>Prado\
            </saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups">{groups}</saml:Attribute>{besides}\
            </saml:AttributeStatement></saml:Assertion></samlp:Response>""";

    static Element one(Document document, String namespace, String name) {
        return (Element) document.getElementsByTagNameNS(namespace, name).item(0);
    }

    /** As SAML has it: the signature right behind the issuer. */
    void sign(Document document, String name) {
        Element element = one(document, name.equals("Assertion") ? ASSERTION : PROTOCOL, name);
        element.setIdAttribute("ID", true);
        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        try {
            List<Transform> steps = new ArrayList<>();
            for (String each : transforms) {
                steps.add(factory.newTransform(each, (TransformParameterSpec) null));
            }
            Reference reference = factory.newReference(
                    "#" + element.getAttribute("ID"), factory.newDigestMethod(digest, null), steps, null, null);
            DOMSignContext context = new DOMSignContext(
                    signer,
                    element,
                    element.getElementsByTagNameNS(ASSERTION, "Issuer").item(0).getNextSibling());
            context.setDefaultNamespacePrefix("ds");
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
            factory.newXMLSignature(
                            factory.newSignedInfo(
                                    factory.newCanonicalizationMethod(
                                            CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
                                    factory.newSignatureMethod(algorithm, null),
                                    List.of(reference)),
                            null)
                    .sign(context);
        } catch (GeneralSecurityException | MarshalException | XMLSignatureException e) {
            throw new IllegalStateException(e);
        }
    }

    static Document parse(String text) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            return factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(Document document) {
        try {
            StringWriter text = new StringWriter();
            Transformer writer = TransformerFactory.newDefaultInstance().newTransformer();
            writer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            writer.transform(new DOMSource(document), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
