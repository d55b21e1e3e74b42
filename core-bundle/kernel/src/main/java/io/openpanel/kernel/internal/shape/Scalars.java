package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shapes of single values. */
final class Scalars {
    private static final long LONGEST_TEXT = 4096;
    static final long LONGEST_DOCUMENT = 1 << 20;
    static final long LONGEST_SECRET = 1 << 16;
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)");

    private Scalars() {}

    record Text(Limits limits, boolean multiline) implements Shape {
        static Text of(Param param) {
            boolean multiline = param != null && param.kind().equals("multiline");
            return new Text(Limits.of(param, multiline ? LONGEST_DOCUMENT : LONGEST_TEXT), multiline);
        }

        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string");
            if (multiline) {
                schema.put("format", "multiline");
            }
            limits.describeLength(schema);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            if (!node.isTextual()) {
                return reading.wrong(path, "must be a text");
            }
            String text = node.textValue();
            return limits.checkText(text, path, reading) ? text : null;
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString((String) value);
        }
    }

    record Whole(boolean isLong, boolean bytes, Limits limits) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "integer");
            schema.put("format", bytes ? "bytes" : isLong ? "int64" : "int32");
            limits.describeRange(schema);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            boolean fits = isLong ? node.canConvertToLong() : node.canConvertToInt();
            if (!node.isIntegralNumber() || !fits) {
                return reading.wrong(
                        path, "must be a whole number" + (node.isIntegralNumber() ? " of a smaller size" : ""));
            }
            if (!limits.checkRange(node.longValue(), path, reading)) {
                return null;
            }
            return isLong ? (Object) node.longValue() : (Object) node.intValue();
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeNumber(((Number) value).longValue());
        }
    }

    record Decimal(Limits limits) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "number");
            limits.describeRange(schema);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
                return reading.wrong(path, "must be a number");
            }
            return limits.checkRange(node.doubleValue(), path, reading) ? node.doubleValue() : null;
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            double number = ((Number) value).doubleValue();
            if (Double.isFinite(number)) {
                out.writeNumber(number);
            } else {
                out.writeNull();
            }
        }
    }

    record Flag() implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "boolean");
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            return node.isBoolean() ? (Object) node.booleanValue() : reading.wrong(path, "must be true or false");
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeBoolean((Boolean) value);
        }
    }

    record Choice(Class<?> type) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string");
            var names = schema.putArray("enum");
            Arrays.stream(type.getEnumConstants()).forEach(constant -> names.add(name(constant)));
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            for (Object constant : type.getEnumConstants()) {
                if (node.isTextual() && name(constant).equals(node.textValue())) {
                    return constant;
                }
            }
            return reading.wrong(
                    path,
                    "must be one of "
                            + String.join(
                                    ", ",
                                    Arrays.stream(type.getEnumConstants())
                                            .map(Choice::name)
                                            .toList()));
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString(name(value));
        }

        private static String name(Object constant) {
            return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    record Pointer(String kind) implements Shape {
        private static final int LONGEST = 300;

        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string").put("format", "ref");
            if (!kind.isEmpty()) {
                schema.put("x-kind", kind);
            }
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            String text = node.isTextual() ? node.textValue() : "";
            if (text.isBlank() || text.length() > LONGEST || Limits.hasNul(text) || !Limits.isUnicode(text)) {
                return reading.wrong(
                        path,
                        "must name "
                                + (kind.isEmpty() ? "a resource as kind:id" : "the " + kind + " by its id or name"));
            }
            int colon = text.indexOf(':');
            if (kind.isEmpty()) {
                return colon > 0 && colon < text.length() - 1
                        ? Ref.parse(text)
                        : reading.wrong(path, "must name a resource as kind:id");
            }
            if (text.startsWith(kind + ':')) {
                return text.length() > kind.length() + 1
                        ? new Ref(kind, text.substring(kind.length() + 1))
                        : reading.wrong(path, "must name the " + kind + " after the colon");
            }
            return new Ref(kind, text);
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString(value.toString());
        }
    }

    record Hidden(Limits limits) implements Shape {
        static Hidden of(Param param) {
            return new Hidden(Limits.of(param, LONGEST_SECRET));
        }

        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string").put("format", "password").put("writeOnly", true);
            limits.describeLength(schema);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            if (node instanceof POJONode pojo && pojo.getPojo() instanceof Secret secret) {
                return secret;
            }
            if (node.isObject()) {
                return reading.setting(node).orElseGet(() ->
                        (Secret) reading.wrong(path, "must be a text, or name a secret that is set for who calls"));
            }
            if (!node.isTextual()) {
                return reading.wrong(path, "must be a text");
            }
            return limits.checkText(node.textValue(), path, reading) ? Secret.of(node.textValue()) : null;
        }

        @Override
        public boolean omitted(JsonGenerator out) {
            return !(out instanceof TokenBuffer);
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            if (omitted(out)) {
                out.writeString(value.toString());
                return;
            }
            out.writeEmbeddedObject(value);
        }
    }

    record Moment() implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string").put("format", "date-time");
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            try {
                return java.time.OffsetDateTime.parse(node.asText("")).toInstant();
            } catch (DateTimeException e) {
                return reading.wrong(path, "must be a time such as 2026-03-01T08:30:00Z");
            }
        }

        /** As {@link Instant#toString}, whose formatter takes most of the time that a list of times takes. */
        static String text(Instant value) {
            LocalDateTime utc = LocalDateTime.ofEpochSecond(value.getEpochSecond(), value.getNano(), ZoneOffset.UTC);
            return utc.getSecond() == 0 && utc.getNano() == 0 ? utc + ":00Z" : utc + "Z";
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString(text((Instant) value));
        }
    }

    record Span() implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string").put("format", "duration");
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            try {
                Duration span = parse(node.isTextual() ? node.textValue() : "");
                return span.isNegative() ? reading.wrong(path, "must not be negative") : span;
            } catch (DateTimeException | ArithmeticException | Problem e) {
                return reading.wrong(path, "must be a duration such as 90s, 5m or PT1H30M");
            }
        }

        private static Duration parse(String text) {
            Matcher matcher = SHORT_DURATION.matcher(text);
            if (!matcher.matches()) {
                return Duration.parse(text);
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString(value.toString());
        }
    }

    /** Any JSON at all: a job's result, an event's data. */
    record Free() implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("description", "Any JSON");
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            return Json.plain(node);
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            Json.write(value, out);
        }
    }
}
