package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Schemas;
import io.openpanel.kernel.internal.shape.Shape;

/** Values as they cross to a plugin's process: what a person typed into its own form goes there as it is. */
final class Plain {
    private Plain() {}

    static JsonNode of(Shape shape, Object value) {
        return open(Json.tree(shape, value));
    }

    static JsonNode any(Object value) {
        return Json.tree(Schemas.any(), value);
    }

    private static JsonNode open(JsonNode node) {
        if (node instanceof POJONode pojo && pojo.getPojo() instanceof Secret secret) {
            return TextNode.valueOf(secret.reveal());
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(each -> each.setValue(open(each.getValue())));
        }
        if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                list.set(i, open(list.get(i)));
            }
        }
        return node;
    }
}
