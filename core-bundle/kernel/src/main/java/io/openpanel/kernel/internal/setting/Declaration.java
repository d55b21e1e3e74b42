package io.openpanel.kernel.internal.setting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Bounded;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Shape;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;

/**
 * The settings that a plugin declares.
 *
 * @param byName in the order in which they are declared
 * @param byComponent component → those it is given
 */
record Declaration(Map<String, Setting> byName, Map<String, List<Setting>> byComponent) {
    /**
     * Reads the declaration in a bundle.
     *
     * @param language such as {@code pt-BR}; what is not said in it is said as declared
     * @throws IllegalArgumentException naming the setting and what is wrong with it
     */
    static Declaration of(Bundle bundle, String language) {
        Map<String, Setting> byName = new LinkedHashMap<>();
        Map<String, List<Setting>> byComponent = new LinkedHashMap<>();
        Map<Metatype.ObjectClass, List<Setting>> read = new IdentityHashMap<>();
        Metatype.of(bundle, language).components().forEach((pid, objectClass) -> {
            List<Setting> known = read.get(objectClass);
            if (known == null) {
                known = settings(objectClass);
                read.put(objectClass, known);
                known.forEach(each -> add(byName, each));
            }
            byComponent.put(pid, known);
        });
        return new Declaration(byName, byComponent);
    }

    private static void add(Map<String, Setting> byName, Setting setting) {
        if (byName.putIfAbsent(setting.name(), setting) != null) {
            throw new IllegalArgumentException("there are two settings named " + setting.name());
        }
    }

    private static List<Setting> settings(Metatype.ObjectClass of) {
        return of.attributes().stream()
                .map(attribute -> {
                    try {
                        return setting(of.title(), attribute);
                    } catch (IllegalArgumentException | DateTimeException e) {
                        throw new IllegalArgumentException(attribute.id() + ": " + e.getMessage(), e);
                    }
                })
                .toList();
    }

    private static Setting setting(String section, Metatype.Attribute attribute) {
        String id = attribute.id();
        List<String> standard = attribute.get("default").map(Declaration::parts).orElse(List.of());
        Setting.Type type = type(attribute, standard);
        if (type == Setting.Type.SECRET && !id.startsWith(".")) {
            throw new IllegalArgumentException("a password's name begins with _ in the annotation, so that it is no"
                    + " property of the component's service that all others can read");
        }
        int cardinality = attribute.get("cardinality").map(Integer::parseInt).orElse(0);
        int most = cardinality == Integer.MIN_VALUE ? Integer.MAX_VALUE : Math.abs(cardinality);
        boolean required = attribute.get("required").map(Boolean::parseBoolean).orElse(true);
        Shape one = shape(attribute, type);
        Shape shape = most == 0 ? one : Bounded.list(one, required ? 1 : 0, most);
        Setting without = new Setting(
                id.startsWith(".") ? id.substring(1) : id,
                id,
                section,
                attribute.get("name").orElse(id),
                attribute.get("description").orElse(""),
                type,
                most,
                required,
                Optional.empty(),
                attribute.options(),
                shape);
        return standard.isEmpty() ? without : with(without, standard);
    }

    private static Setting with(Setting setting, List<String> standard) {
        ArrayNode all = Json.object().putArray("all");
        standard.forEach(all::add);
        Reading reading = Reading.strict();
        Optional<JsonNode> value = setting.read(setting.isList() ? all : all.get(0), "its default", reading);
        try {
            reading.check();
        } catch (Problem problem) {
            throw new IllegalArgumentException(problem.getMessage(), problem);
        }
        return new Setting(
                setting.name(),
                setting.property(),
                setting.section(),
                setting.title(),
                setting.description(),
                setting.type(),
                setting.most(),
                setting.required(),
                value,
                setting.options(),
                setting.shape());
    }

    /** A text with a duration as its default is a duration: metatype has no type for it. */
    private static Setting.Type type(Metatype.Attribute attribute, List<String> standard) {
        String type = attribute.get("type").orElse("String");
        return switch (type) {
            case "String" -> isSpan(standard) ? Setting.Type.DURATION : Setting.Type.TEXT;
            case "Character", "Char" -> Setting.Type.TEXT;
            case "Long", "Integer", "Short", "Byte" -> Setting.Type.WHOLE;
            case "Double", "Float" -> Setting.Type.DECIMAL;
            case "Boolean" -> Setting.Type.FLAG;
            case "Password" -> Setting.Type.SECRET;
            default -> throw new IllegalArgumentException(type + " is no type of metatype");
        };
    }

    private static boolean isSpan(Collection<String> standard) {
        return !standard.isEmpty() && standard.stream().allMatch(each -> each.matches("P(?=.)(\\d+D)?(T[\\dHMS.]+)?"));
    }

    private static Shape shape(Metatype.Attribute attribute, Setting.Type type) {
        Optional<String> min = attribute.get("min");
        Optional<String> max = attribute.get("max");
        Shape shape =
                switch (type) {
                    case TEXT -> Bounded.text(
                            min.map(Long::parseLong), max.map(Long::parseLong).or(() -> one(attribute)));
                    case SECRET -> Bounded.secret(min.map(Long::parseLong), max.map(Long::parseLong));
                    case WHOLE -> whole(attribute, min, max);
                    case DECIMAL -> Bounded.decimal(min.map(BigDecimal::new), max.map(BigDecimal::new));
                    case FLAG -> Bounded.flag();
                    case DURATION -> Bounded.span(min.map(Duration::parse), max.map(Duration::parse));
                };
        return attribute.options().isEmpty()
                ? shape
                : Bounded.choice(shape, List.copyOf(attribute.options().keySet()));
    }

    private static Optional<Long> one(Metatype.Attribute attribute) {
        return attribute.get("type").filter(type -> type.startsWith("Char")).map(any -> 1L);
    }

    private static Shape whole(Metatype.Attribute attribute, Optional<String> min, Optional<String> max) {
        long most =
                switch (attribute.get("type").orElse("")) {
                    case "Integer" -> Integer.MAX_VALUE;
                    case "Short" -> Short.MAX_VALUE;
                    case "Byte" -> Byte.MAX_VALUE;
                    default -> Long.MAX_VALUE;
                };
        return Bounded.whole(
                min.map(Long::parseLong).orElse(-most - 1),
                max.map(Long::parseLong).orElse(most));
    }

    /** What commas part; a backslash takes the next character as it is. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\\' && i + 1 < text.length()) {
                part.append(text.charAt(++i));
            } else if (next == ',') {
                parts.add(part.toString().strip());
                part.setLength(0);
            } else {
                part.append(next);
            }
        }
        parts.add(part.toString().strip());
        return parts;
    }
}
