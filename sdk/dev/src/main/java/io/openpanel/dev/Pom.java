package io.openpanel.dev;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What a plain pom says of how the jar is made. What it leaves to a parent or a profile is not seen here. */
record Pom(
        String artifactId,
        String name,
        Optional<String> description,
        String version,
        String release,
        boolean parameters,
        Properties bnd) {
    private static final String FLOOR = "17";

    /** Empty where the pom does not say it all by itself. */
    static Optional<Pom> read(PluginFolder folder) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            Element root =
                    factory.newDocumentBuilder().parse(folder.pom().toFile()).getDocumentElement();
            Optional<String> bnd = plugin(root, "bnd-maven-plugin").flatMap(each -> text(each, "configuration", "bnd"));
            Optional<String> artifact = text(root, "artifactId");
            Optional<String> version = text(root, "version");
            if (bnd.isEmpty() || artifact.isEmpty() || version.isEmpty()) {
                return Optional.empty();
            }
            Properties instructions = new Properties();
            instructions.load(new StringReader(bnd.get()));
            return Optional.of(new Pom(
                    artifact.get(),
                    text(root, "name").orElse(artifact.get()),
                    text(root, "description").map(text -> text.replaceAll("\\s+", " ")),
                    version.get(),
                    text(root, "properties", "maven.compiler.release").orElse(FLOOR),
                    plugin(root, "maven-compiler-plugin")
                            .flatMap(each -> text(each, "configuration", "parameters"))
                            .equals(Optional.of("true")),
                    instructions));
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new Failed(
                    "The pom.xml of " + Path.of(folder.path().toString()).getFileName() + " cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Optional<Element> plugin(Element root, String artifact) {
        NodeList all = root.getElementsByTagName("plugin");
        return IntStream.range(0, all.getLength())
                .mapToObj(all::item)
                .map(Element.class::cast)
                .filter(each -> text(each, "artifactId").equals(Optional.of(artifact)))
                .findFirst();
    }

    private static Optional<String> text(Element from, String... path) {
        Optional<Element> at = Optional.of(from);
        for (String name : path) {
            at = at.flatMap(element -> child(element, name));
        }
        return at.map(Node::getTextContent).map(String::strip);
    }

    private static Optional<Element> child(Element parent, String name) {
        return Stream.iterate(parent.getFirstChild(), node -> node != null, Node::getNextSibling)
                .filter(Element.class::isInstance)
                .map(Element.class::cast)
                .filter(each -> each.getTagName().equals(name))
                .findFirst();
    }
}
