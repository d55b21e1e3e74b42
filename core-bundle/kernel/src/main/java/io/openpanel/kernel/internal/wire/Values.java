package io.openpanel.kernel.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Types;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Arguments of statements: each with the one letter that says what it is, because a statement's type hangs on it. */
public final class Values {
    private Values() {}

    /** @throws IllegalArgumentException when a statement cannot take it */
    public static JsonNode write(Object argument) {
        Object value = argument instanceof Optional<?> optional ? optional.orElse(null) : argument;
        ObjectNode json = Json.object();
        if (value == null) {
            return json;
        }
        if (value instanceof String || value instanceof Ref) {
            return json.put("t", value.toString());
        }
        if (value instanceof Enum<?> constant) {
            return json.put("t", constant.name().toLowerCase(Locale.ROOT));
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return json.put("i", ((Number) value).intValue());
        }
        if (value instanceof Long || value instanceof Duration) {
            return json.put("l", value instanceof Duration span ? span.toMillis() : ((Long) value).longValue());
        }
        if (value instanceof Double || value instanceof Float) {
            return json.put("d", ((Number) value).doubleValue());
        }
        if (value instanceof BigDecimal || value instanceof BigInteger) {
            return json.put("n", value.toString());
        }
        if (value instanceof Boolean flag) {
            return json.put("b", flag);
        }
        if (value instanceof Instant moment) {
            return json.put("m", moment.toString());
        }
        if (value instanceof byte[] bytes) {
            return json.put("x", Base64.getEncoder().encodeToString(bytes));
        }
        return compound(json, value);
    }

    private static JsonNode compound(ObjectNode json, Object value) {
        if (value instanceof Secret secret) {
            return json.put("s", secret.reveal()).put("at", secret.place());
        }
        if (value instanceof Collection<?> many) {
            ArrayNode items = json.putArray("c");
            many.forEach(each -> items.add(write(each)));
            return json;
        }
        if (value instanceof Map<?, ?>) {
            return json.set("j", Json.tree(Types.shape(Object.class, null), value));
        }
        if (value instanceof Record record) {
            return json.set("j", Json.parse(Json.bytes(Types.record(record.getClass()), record)));
        }
        throw new IllegalArgumentException("A statement cannot take a "
                + value.getClass().getName() + "; the Javadoc of Database lists the types");
    }

    /** What {@link #write} wrote. */
    public static Object read(JsonNode json) {
        if (json.isEmpty()) {
            return null;
        }
        Map.Entry<String, JsonNode> only = json.properties().iterator().next();
        JsonNode value = only.getValue();
        return switch (only.getKey()) {
            case "t" -> value.asText();
            case "i" -> value.asInt();
            case "l" -> value.asLong();
            case "d" -> value.asDouble();
            case "n" -> new BigDecimal(value.asText());
            case "b" -> value.asBoolean();
            case "m" -> Instant.parse(value.asText());
            case "x" -> Base64.getDecoder().decode(value.asText());
            case "s" -> secret(value.asText(), json.path("at").asText("").split("\\|", 3));
            case "c" -> list(value);
            case "j" -> Json.plain(value);
            default -> throw new IllegalArgumentException("There is no kind of argument '" + only.getKey() + "'");
        };
    }

    private static List<Object> list(JsonNode items) {
        List<Object> list = new ArrayList<>(items.size());
        items.forEach(each -> list.add(read(each)));
        return list;
    }

    private static Secret secret(String plain, String[] place) {
        Secret secret = Secret.of(plain);
        return place.length == 3 ? secret.at(place[0], place[1], place[2]) : secret;
    }
}
