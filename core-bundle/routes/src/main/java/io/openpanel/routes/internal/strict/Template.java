package io.openpanel.routes.internal.strict;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExpressionAdapter;

/**
 * A text with paths in it, such as <code>${body[app]} is online</code>. It is read and filled in here and not by Camel,
 * whose language of this form calls methods; so there is nothing behind a path but maps and lists.
 */
final class Template extends ExpressionAdapter {
    private static final Pattern KEY = Pattern.compile("\\[([^]]+)]");

    private final List<Part> parts;

    /** What fills in a part. */
    private interface Part {
        Object of(Exchange exchange);
    }

    private Template(List<Part> parts) {
        this.parts = parts;
    }

    static Template read(Place place) {
        String text = place.text();
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", from)) {
            int end = text.indexOf('}', start);
            String inside = end < 0 ? text.substring(start + 2) : text.substring(start + 2, end);
            String before = text.substring(from, start);
            parts.add(any -> before);
            parts.add(path(place, inside));
            from = end + 1;
        }
        String rest = text.substring(from);
        requirePlain(place, text);
        parts.add(any -> rest);
        boolean onePath = parts.size() == 3 && text.startsWith("${") && rest.isEmpty();
        return new Template(onePath ? List.of(parts.get(1)) : parts);
    }

    /** What Camel would take for more than text, were the plugin trusted one day. */
    private static void requirePlain(Place place, String text) {
        Matcher function = Pattern.compile("\\$[A-Za-z]+\\{").matcher(text);
        if (function.find()) {
            throw place.refused("'" + function.group() + "' is not allowed; write ${body[name]}");
        }
    }

    private static Part path(Place place, String inside) {
        Matcher path = AllowList.PATH.matcher(inside);
        if (!path.matches()) {
            throw place.refused("'${" + Place.shown(inside) + "}' is not allowed; allowed are ${body}, ${body[name]},"
                    + " ${header.name}, ${exchangeProperty.setting[name]}, ${exchangeProperty.topic} and"
                    + " ${exchangeProperty.answer[name]}");
        }
        String root = path.group(1);
        List<String> keys =
                KEY.matcher(path.group(2)).results().map(key -> key.group(1)).toList();
        return exchange -> {
            Object found = root(exchange, root);
            for (String key : keys) {
                found = inside(found, key);
            }
            return found;
        };
    }

    private static Object root(Exchange exchange, String root) {
        if (root.equals("body")) {
            return exchange.getMessage().getBody();
        }
        String name = root.substring(root.indexOf('.') + 1);
        return root.startsWith("header.") ? exchange.getMessage().getHeader(name) : exchange.getProperty(name);
    }

    private static Object inside(Object found, String key) {
        if (found instanceof Map<?, ?> map) {
            return map.get(key);
        }
        boolean index = found instanceof List<?> && key.matches("\\d{1,6}");
        return index && Integer.parseInt(key) < ((List<?>) found).size()
                ? ((List<?>) found).get(Integer.parseInt(key))
                : null;
    }

    /** The value itself where the text is one path and nothing else; a text otherwise. */
    @Override
    public Object evaluate(Exchange exchange) {
        if (parts.size() == 1) {
            return parts.get(0).of(exchange);
        }
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            Object value = part.of(exchange);
            text.append(value == null ? "" : value);
            Budget.bounded(text);
        }
        return text.toString();
    }
}
