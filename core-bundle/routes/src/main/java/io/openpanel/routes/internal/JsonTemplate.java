package io.openpanel.routes.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.ExpressionAdapter;

/**
 * JSON whose texts are filled in. It is JSON before it is filled in: what an event says is a text in it and cannot become a
 * property of it, whatever quotes are in there.
 */
public final class JsonTemplate extends ExpressionAdapter {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Expression whole;

    private JsonTemplate(Expression whole) {
        this.whole = whole;
    }

    /**
     * @param texts reads a text with paths in it
     * @throws IllegalArgumentException when it is no JSON
     */
    public static JsonTemplate of(String json, Function<String, Expression> texts) {
        try {
            return new JsonTemplate(expression(JSON.readTree(json), texts));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Expression expression(JsonNode node, Function<String, Expression> texts) {
        if (node.isTextual()) {
            return texts.apply(node.textValue());
        }
        if (node.isObject()) {
            Map<String, Expression> properties = new LinkedHashMap<>();
            node.properties().forEach(each -> properties.put(each.getKey(), expression(each.getValue(), texts)));
            return filled(exchange -> {
                Map<String, Object> map = new LinkedHashMap<>();
                properties.forEach((name, value) -> map.put(name, value.evaluate(exchange, Object.class)));
                return map;
            });
        }
        if (node.isArray()) {
            List<Expression> items = new ArrayList<>();
            node.forEach(each -> items.add(expression(each, texts)));
            return filled(exchange -> {
                List<Object> list = new ArrayList<>();
                items.forEach(item -> list.add(item.evaluate(exchange, Object.class)));
                return list;
            });
        }
        Object value = JSON.convertValue(node, Object.class);
        return filled(any -> value);
    }

    private static Expression filled(Function<Exchange, Object> value) {
        return new ExpressionAdapter() {
            @Override
            public Object evaluate(Exchange exchange) {
                return value.apply(exchange);
            }
        };
    }

    @Override
    public Object evaluate(Exchange exchange) {
        return whole.evaluate(exchange, Object.class);
    }
}
