package io.openpanel.routes.internal.strict;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;

/** Comparisons, joined by {@code &&} or by {@code ||}: <code>${body[deploy]} == true &amp;&amp; ${body[branch]} == 'main'</code>. */
final class Condition implements Predicate {
    private static final Pattern TOKEN = Pattern.compile(
            "\\s*(\\$\\{[^}]*}|'[^']*'|\"[^\"]*\"|&&|\\|\\||[!=<>]=|[<>]|!?[A-Za-z]+|-?\\d+(?:\\.\\d+)?)\\s*");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");

    private final List<Comparison> comparisons;
    private final boolean all;

    private record Comparison(Expression left, String operator, Expression right) {
        boolean holds(Exchange exchange) {
            Object a = left.evaluate(exchange, Object.class);
            Object b = right.evaluate(exchange, Object.class);
            return switch (operator) {
                case "==" -> same(a, b);
                case "!=" -> !same(a, b);
                case "contains" -> contains(a, b);
                case "!contains" -> !contains(a, b);
                case "startsWith" -> a != null && b != null && text(a).startsWith(text(b));
                case "endsWith" -> a != null && b != null && text(a).endsWith(text(b));
                case ">" -> ordered(a, b) && compare(a, b) > 0;
                case ">=" -> ordered(a, b) && compare(a, b) >= 0;
                case "<" -> ordered(a, b) && compare(a, b) < 0;
                default -> ordered(a, b) && compare(a, b) <= 0;
            };
        }
    }

    private Condition(List<Comparison> comparisons, boolean all) {
        this.comparisons = comparisons;
        this.all = all;
    }

    static Condition read(Place place) {
        List<String> tokens = tokens(place);
        String joint = tokens.size() > 3 ? tokens.get(3) : "&&";
        if (!joint.equals("&&") && !joint.equals("||")) {
            throw place.refused("'" + Place.shown(joint) + "' is not allowed; comparisons are joined by && or ||");
        }
        List<Comparison> comparisons = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i += 4) {
            if (i + 2 >= tokens.size()) {
                throw place.refused("is no comparison; write ${body[name]} == 'value'");
            }
            comparisons.add(comparison(place, tokens.subList(i, i + 3)));
            if (i + 3 < tokens.size() && (!tokens.get(i + 3).equals(joint) || i + 4 == tokens.size())) {
                throw place.refused("has to be joined by && alone or by || alone");
            }
        }
        return new Condition(comparisons, joint.equals("&&"));
    }

    private static List<String> tokens(Place place) {
        String text = place.text();
        List<String> tokens = new ArrayList<>();
        Matcher token = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!token.find(at) || token.start() != at) {
                throw place.refused("'" + Place.shown(text.substring(at)) + "' is not allowed in a comparison");
            }
            tokens.add(token.group(1));
            at = token.end();
        }
        if (tokens.isEmpty()) {
            throw place.refused("is empty; write ${body[name]} == 'value'");
        }
        return tokens;
    }

    private static Comparison comparison(Place place, List<String> tokens) {
        if (!AllowList.OPERATORS.contains(tokens.get(1))) {
            throw place.refused("the operator '" + Place.shown(tokens.get(1)) + "' is not allowed; allowed are "
                    + String.join(" ", AllowList.OPERATORS));
        }
        return new Comparison(operand(place, tokens.get(0)), tokens.get(1), operand(place, tokens.get(2)));
    }

    private static Expression operand(Place place, String token) {
        if (token.startsWith("${")) {
            return Template.read(new Place(place.at(), token));
        }
        boolean quoted = token.startsWith("'") || token.startsWith("\"");
        if (quoted) {
            return Template.read(new Place(place.at(), token.substring(1, token.length() - 1)));
        }
        if (token.equals("null")) {
            return new Constant(null);
        }
        if (token.equals("true")
                || token.equals("false")
                || NUMBER.matcher(token).matches()) {
            return new Constant(token);
        }
        throw place.refused("'" + Place.shown(token) + "' is not allowed; put texts in quotes");
    }

    private static String text(Object value) {
        return String.valueOf(value);
    }

    private static boolean isNumber(Object value) {
        return value != null && NUMBER.matcher(text(value)).matches();
    }

    private static boolean same(Object a, Object b) {
        if (a == null || b == null) {
            return a == b;
        }
        return isNumber(a) && isNumber(b) ? compare(a, b) == 0 : Objects.equals(text(a), text(b));
    }

    private static boolean contains(Object a, Object b) {
        if (a instanceof Collection<?> items) {
            return items.stream().anyMatch(item -> same(item, b));
        }
        return a != null && b != null && text(a).contains(text(b));
    }

    private static boolean ordered(Object a, Object b) {
        return a != null && b != null;
    }

    private static int compare(Object a, Object b) {
        return isNumber(a) && isNumber(b)
                ? new BigDecimal(text(a)).compareTo(new BigDecimal(text(b)))
                : text(a).compareTo(text(b));
    }

    @Override
    public boolean matches(Exchange exchange) {
        return all
                ? comparisons.stream().allMatch(each -> each.holds(exchange))
                : comparisons.stream().anyMatch(each -> each.holds(exchange));
    }

    @Override
    public void init(CamelContext context) {
        // There is nothing in it that asks Camel.
    }

    @Override
    public void initPredicate(CamelContext context) {
        // There is nothing in it that asks Camel.
    }
}
