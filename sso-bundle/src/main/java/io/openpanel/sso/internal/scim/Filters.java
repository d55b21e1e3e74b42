package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.node.ValueNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.Filter;
import io.openpanel.api.Problem;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Filters of SCIM as conditions of SQL. What somebody wrote is only ever an argument, never part of a statement. */
final class Filters {
    private static final int LONGEST = 4_096;
    private static final int DEEPEST = 20;
    private static final int MOST_TERMS = 100;

    /** {@code emails[type eq "work"].value eq "x"}: not of the standard, and sent by Entra ID. */
    private static final Pattern ONE_OF_MANY = Pattern.compile(
            "^(\\w{1,20})\\[(\\w{1,20} eq \"[^\"\\\\]{0,100}\")]\\.(\\w{1,20}) (\\w{2} \"[^\"\\\\]{0,300}\")$");

    private static final Pattern QUOTED = Pattern.compile("\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"");

    private static final Map<String, Column> USER = Map.ofEntries(
            Map.entry("id", new Column("u.id", Type.EXACT)),
            Map.entry("externalid", new Column("u.external_id", Type.EXACT)),
            Map.entry("username", new Column("u.user_name", Type.TEXT)),
            Map.entry("displayname", new Column("u.display_name", Type.TEXT)),
            Map.entry("name.formatted", new Column("u.profile->>'formatted'", Type.TEXT)),
            Map.entry("name.givenname", new Column("u.profile->>'givenName'", Type.TEXT)),
            Map.entry("name.familyname", new Column("u.profile->>'familyName'", Type.TEXT)),
            Map.entry("active", new Column("u.active", Type.BOOLEAN)),
            Map.entry("meta.created", new Column("u.created_at", Type.TIME)),
            Map.entry("meta.lastmodified", new Column("u.modified_at", Type.TIME)));
    private static final Map<String, Column> MAIL = Map.of(
            "value", new Column("e->>'value'", Type.TEXT),
            "type", new Column("e->>'type'", Type.TEXT),
            "primary", new Column("(e->>'primary')::boolean", Type.BOOLEAN));
    private static final Map<String, Column> GROUP = Map.of(
            "id", new Column("g.id", Type.EXACT),
            "externalid", new Column("g.external_id", Type.EXACT),
            "displayname", new Column("g.name", Type.TEXT),
            "meta.created", new Column("g.created_at", Type.TIME),
            "meta.lastmodified", new Column("g.modified_at", Type.TIME));
    private static final Map<String, Column> MEMBER = Map.of("value", new Column("m.user_id", Type.EXACT));

    private static final Kind USERS = new Kind(
            USER,
            Map.of(
                    "emails",
                    new Many(MAIL, "exists (select 1 from jsonb_array_elements(u.profile->'emails') e where ")));
    private static final Kind GROUPS = new Kind(
            GROUP,
            Map.of(
                    "members",
                    new Many(MEMBER, "exists (select 1 from directory_member m where m.group_id = g.id and ")));

    private final Kind kind;
    private final List<Object> arguments = new ArrayList<>();
    private int terms;

    /** A condition with its arguments. */
    record Where(String sql, List<Object> arguments) {}

    private enum Type {
        TEXT,
        EXACT,
        BOOLEAN,
        TIME
    }

    private record Column(String sql, Type type) {}

    /** An attribute of many values. */
    private record Many(Map<String, Column> columns, String head) {}

    private record Kind(Map<String, Column> columns, Map<String, Many> many) {}

    private Filters(Kind kind) {
        this.kind = kind;
    }

    static Where users(Optional<String> filter) {
        return where(USERS, filter);
    }

    static Where groups(Optional<String> filter) {
        return where(GROUPS, filter);
    }

    private static Where where(Kind kind, Optional<String> filter) {
        if (filter.isEmpty()) {
            return new Where("true", List.of());
        }
        Filters filters = new Filters(kind);
        String sql = filters.sql(parsed(filter.get()), kind.columns);
        return new Where(sql, filters.arguments);
    }

    /** Its depth is looked at before it is read: whoever reads it goes down with it. */
    private static Filter parsed(String filter) {
        String text = ONE_OF_MANY.matcher(filter.strip()).replaceFirst("$1[$2 and $3 $4]");
        if (text.length() > LONGEST || depth(text) > DEEPEST) {
            throw wrong("It is longer than " + LONGEST + " characters or deeper than " + DEEPEST + " brackets");
        }
        try {
            return Filter.fromString(text);
        } catch (ScimException | IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage())
                    .replaceFirst("(?s)\\(?[a-z ]*at \\[Source.*", "")
                    .strip());
        }
    }

    private static int depth(String text) {
        int depth = 0;
        int deepest = 0;
        for (char c : QUOTED.matcher(text).replaceAll("").toCharArray()) {
            depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
            deepest = Math.max(deepest, depth);
        }
        return deepest;
    }

    private static Problem wrong(String why) {
        return Problem.invalid("filter", "The filter cannot be used: " + why);
    }

    private String sql(Filter filter, Map<String, Column> columns) {
        return switch (filter.getFilterType()) {
            case AND -> joined(filter, columns, " and ");
            case OR -> joined(filter, columns, " or ");
            case NOT -> "not coalesce(" + sql(filter.getInvertedFilter(), columns) + ", false)";
            case COMPLEX_VALUE -> any(name(filter.getAttributePath().getElement(0)), filter.getValueFilter(), "true");
            default -> term(filter, columns);
        };
    }

    private String joined(Filter filter, Map<String, Column> columns, String word) {
        List<String> parts = new ArrayList<>();
        filter.getCombinedFilters().forEach(each -> parts.add(sql(each, columns)));
        return '(' + String.join(word, parts) + ')';
    }

    private String any(String name, Filter filter, String and) {
        Many many = Optional.ofNullable(kind.many.get(name)).orElseThrow(() -> unknown(name));
        return many.head + sql(filter, many.columns) + " and " + and + ')';
    }

    private static Problem unknown(String name) {
        return wrong("There is no attribute " + name + " to filter by");
    }

    private static String name(Path.Element element) {
        return element.getAttribute().toLowerCase(Locale.ROOT);
    }

    private String term(Filter filter, Map<String, Column> columns) {
        if (++terms > MOST_TERMS) {
            throw wrong("It has more than " + MOST_TERMS + " conditions");
        }
        Path path = filter.getAttributePath();
        if (path.size() == 0 || path.size() > 2) {
            throw unknown(path.toString());
        }
        Path.Element first = path.getElement(0);
        String name = name(first);
        Many many = columns == kind.columns ? kind.many.get(name) : null;
        if (many != null) {
            String part = path.size() == 2 ? name(path.getElement(1)) : "value";
            String own = condition(filter, column(many.columns, part));
            return first.getValueFilter() == null
                    ? many.head + own + ')'
                    : many.head + own + " and " + sql(first.getValueFilter(), many.columns) + ')';
        }
        return condition(filter, column(columns, path.size() == 2 ? name + '.' + name(path.getElement(1)) : name));
    }

    private static Column column(Map<String, Column> columns, String name) {
        return Optional.ofNullable(columns.get(name)).orElseThrow(() -> unknown(name));
    }

    private String condition(Filter filter, Column column) {
        if (filter.isPresentFilter()) {
            return column.sql + " is not null";
        }
        ValueNode value = filter.getComparisonValue();
        if (value.isNull()) {
            return switch (filter.getFilterType()) {
                case EQUAL -> column.sql + " is null";
                case NOT_EQUAL -> column.sql + " is not null";
                default -> throw wrong("Nothing is only equal to null or not");
            };
        }
        return switch (column.type) {
            case BOOLEAN -> truth(filter, column.sql, value);
            case TIME -> time(filter, column.sql, value);
            case TEXT -> text(filter, "lower(" + column.sql + ')', "lower(?)", value);
            case EXACT -> text(filter, column.sql, "?", value);
        };
    }

    private String truth(Filter filter, String column, ValueNode value) {
        String text = value.asText().toLowerCase(Locale.ROOT);
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong("true or false is expected, not " + value);
        }
        return switch (filter.getFilterType()) {
            case EQUAL -> column + " = " + text;
            case NOT_EQUAL -> column + " is distinct from " + text;
            default -> throw wrong("What is true or false is only equal or not");
        };
    }

    private String time(Filter filter, String column, ValueNode value) {
        try {
            arguments.add(Instant.parse(value.asText()));
        } catch (DateTimeParseException e) {
            throw wrong("A time such as 2026-01-31T12:00:00Z is expected, not " + value);
        }
        return column
                + switch (filter.getFilterType()) {
                    case EQUAL -> " = ?";
                    case NOT_EQUAL -> " is distinct from ?";
                    case GREATER_THAN -> " > ?";
                    case GREATER_OR_EQUAL -> " >= ?";
                    case LESS_THAN -> " < ?";
                    case LESS_OR_EQUAL -> " <= ?";
                    default -> throw wrong("Times are compared, not searched");
                };
    }

    private String text(Filter filter, String column, String argument, ValueNode value) {
        if (!value.isTextual() || value.asText().indexOf('\0') >= 0) {
            throw wrong("A text in double quotes is expected, not " + value);
        }
        arguments.add(value.asText());
        return switch (filter.getFilterType()) {
            case EQUAL -> column + " = " + argument;
            case NOT_EQUAL -> column + " is distinct from " + argument;
            case CONTAINS -> "strpos(" + column + ", " + argument + ") > 0";
            case STARTS_WITH -> "starts_with(" + column + ", " + argument + ')';
            case ENDS_WITH -> {
                arguments.add(value.asText());
                yield "right(" + column + ", length(" + argument + ")) = " + argument;
            }
            case GREATER_THAN -> column + " > " + argument;
            case GREATER_OR_EQUAL -> column + " >= " + argument;
            case LESS_THAN -> column + " < " + argument;
            case LESS_OR_EQUAL -> column + " <= " + argument;
            default -> throw wrong("There is no such comparison");
        };
    }
}
