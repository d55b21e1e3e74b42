package io.openpanel.kernel.internal.setting;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.osgi.framework.Bundle;

/** A bundle's {@code OSGI-INF/metatype/*.xml} (OSGi Compendium, chapter 105) with its texts in one language. */
final class Metatype {
    private static final String FOLDER = "OSGI-INF/metatype/";
    private static final String TEXTS = "OSGI-INF/l10n/bundle";

    private final Map<String, ObjectClass> classes = new TreeMap<>();
    private final Map<String, String> designates = new TreeMap<>();

    /**
     * An attribute definition.
     *
     * @param says the XML attributes as they are written, {@code name} and {@code description} translated
     * @param options value → label
     */
    record Attribute(Map<String, String> says, Map<String, String> options) {
        Optional<String> get(String name) {
            return Optional.ofNullable(says.get(name)).filter(text -> !text.isEmpty());
        }

        String id() {
            return get("id").orElseThrow(() -> new IllegalArgumentException("an AD has no id"));
        }
    }

    /** Attributes that belong together. */
    record ObjectClass(String title, List<Attribute> attributes) {}

    private Metatype() {}

    /**
     * Reads what a bundle has; nothing where it has none.
     *
     * @throws IllegalArgumentException when a file is not what the standard says
     */
    static Metatype of(Bundle bundle, String language) {
        Metatype read = new Metatype();
        Enumeration<String> paths = bundle.getEntryPaths(FOLDER);
        if (paths != null) {
            Collections.list(paths).stream()
                    .filter(path -> path.endsWith(".xml"))
                    .sorted()
                    .forEach(path -> read.take(bundle, path, language));
        }
        return read;
    }

    /** Component → what it is given; factories of many are left out. */
    Map<String, ObjectClass> components() {
        Map<String, ObjectClass> components = new LinkedHashMap<>();
        designates.forEach((pid, id) -> {
            ObjectClass of = classes.get(id);
            if (of == null) {
                throw new IllegalArgumentException(pid + " is to have the settings " + id + ", which are not there");
            }
            components.put(pid, of);
        });
        return components;
    }

    private void take(Bundle bundle, String path, String language) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream in = bundle.getEntry(path).openStream()) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            UnaryOperator<String> translated = UnaryOperator.identity();
            while (xml.hasNext()) {
                if (xml.next() != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                switch (xml.getLocalName()) {
                    case "MetaData" -> translated =
                            texts(bundle, xml.getAttributeValue(null, "localization"), language);
                    case "OCD" -> classes.put(xml.getAttributeValue(null, "id"), objectClass(xml, translated));
                    case "Designate" -> designate(xml);
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(path + " is no metatype: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectClass objectClass(XMLStreamReader xml, UnaryOperator<String> translated)
            throws XMLStreamException {
        String title = translated.apply(
                Optional.ofNullable(xml.getAttributeValue(null, "name")).orElse(""));
        List<Attribute> attributes = new ArrayList<>();
        while (!isEnd(xml, "OCD")) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("AD")) {
                attributes.add(attribute(xml, translated));
            }
        }
        return new ObjectClass(title, attributes);
    }

    private static Attribute attribute(XMLStreamReader xml, UnaryOperator<String> translated)
            throws XMLStreamException {
        Map<String, String> says = new LinkedHashMap<>();
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            says.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
        }
        says.computeIfPresent("name", (any, text) -> translated.apply(text));
        says.computeIfPresent("description", (any, text) -> translated.apply(text));
        Map<String, String> options = new LinkedHashMap<>();
        while (!isEnd(xml, "AD")) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("Option")) {
                String label = Optional.ofNullable(xml.getAttributeValue(null, "label"))
                        .orElse("");
                options.put(xml.getAttributeValue(null, "value"), translated.apply(label));
            }
        }
        return new Attribute(says, options);
    }

    private static boolean isEnd(XMLStreamReader xml, String element) {
        return xml.isEndElement() && xml.getLocalName().equals(element);
    }

    private void designate(XMLStreamReader xml) throws XMLStreamException {
        String pid = xml.getAttributeValue(null, "pid");
        boolean one = xml.getAttributeValue(null, "factoryPid") == null;
        while (!isEnd(xml, "Designate")) {
            if (xml.next() == XMLStreamConstants.START_ELEMENT
                    && xml.getLocalName().equals("Object")
                    && one) {
                designates.put(pid, xml.getAttributeValue(null, "ocdref"));
            }
        }
    }

    /** What turns {@code %key} into a text. */
    private static UnaryOperator<String> texts(Bundle bundle, String base, String language) throws IOException {
        String name = base == null || base.isEmpty() ? TEXTS : base;
        String locale = language.replace('-', '_');
        Map<String, String> words = new LinkedHashMap<>();
        for (String suffix : List.of("", '_' + locale.replaceAll("_.*", ""), '_' + locale)) {
            URL file = bundle.getEntry(name + suffix + ".properties");
            if (file != null) {
                try (InputStream in = file.openStream()) {
                    java.util.PropertyResourceBundle said = new java.util.PropertyResourceBundle(in);
                    said.keySet().forEach(key -> words.put(key, said.getString(key)));
                }
            }
        }
        return text -> text.startsWith("%") ? words.getOrDefault(text.substring(1), text) : text;
    }
}
