package io.openpanel.web.internal.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.edge.RawPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes an operation's input out of path, query and body. */
final class Inputs {
    private Inputs() {}

    /**
     * Joins the three; a body that nothing is to be added to is handed on as it came.
     *
     * @param extra components from elsewhere that the query does not name
     * @throws Problem when one of them is malformed, or two name the same component
     */
    static byte[] of(Routes.Match match, String query, Map<String, String> extra, byte[] body) {
        Map<String, List<Query.Value>> named = named(match, query, extra);
        if (named.isEmpty()) {
            return body;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128 + body.length);
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            for (Map.Entry<String, List<Query.Value>> each : named.entrySet()) {
                json.writeFieldName(each.getKey());
                Texts.write(json, each.getKey(), match.route().input().property(each.getKey()), each.getValue());
            }
            if (body.length > 0) {
                copy(body, json, named);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw Json.malformed(e);
        }
        return bytes.toByteArray();
    }

    private static Map<String, List<Query.Value>> named(Routes.Match match, String query, Map<String, String> extra) {
        Map<String, List<Query.Value>> parameters = Query.parse(query);
        List<String> variables = match.route().variables();
        if (parameters.isEmpty() && variables.isEmpty() && extra.isEmpty()) {
            return Map.of();
        }
        Map<String, List<Query.Value>> named = new LinkedHashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            named.put(variables.get(i), List.of(new Query.Value(RawPath.decode(match.values()[i], false), false)));
        }
        parameters.forEach((name, values) -> {
            if (named.putIfAbsent(name, values) != null) {
                throw twice(name, "path");
            }
        });
        extra.forEach((name, text) -> named.putIfAbsent(name, List.of(new Query.Value(text, false))));
        return named;
    }

    private static void copy(byte[] body, JsonGenerator json, Map<String, ?> named) throws IOException {
        try (JsonParser parser = Json.parser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Problem.invalid("body", "The body must be a JSON object");
            }
            for (int depth = 1; depth > 0; ) {
                JsonToken token = parser.nextToken();
                if (depth == 1 && token == JsonToken.FIELD_NAME && named.containsKey(parser.currentName())) {
                    throw twice(parser.currentName(), "address");
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth > 0) {
                    json.copyCurrentEventExact(parser);
                }
            }
            if (parser.nextToken() != null) {
                throw Problem.invalid(
                        "body",
                        "The body has more after its JSON object, at line "
                                + parser.currentTokenLocation().getLineNr() + ", column "
                                + parser.currentTokenLocation().getColumnNr());
            }
        }
    }

    private static Problem twice(String name, String first) {
        return Problem.invalid(name, name + " is given twice; it is already in the " + first);
    }
}
