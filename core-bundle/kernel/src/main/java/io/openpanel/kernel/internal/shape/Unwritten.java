package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;

/** A value that may hold a secret without being one: it is read like any other and leaves the process nowhere. */
record Unwritten(Shape of) implements Shape {
    @Override
    public void describe(ObjectNode schema) {
        of.describe(schema);
        schema.put("writeOnly", true);
    }

    @Override
    public Object read(JsonNode node, String path, Reading reading) {
        return of.read(node, path, reading);
    }

    @Override
    public boolean omitted(JsonGenerator out) {
        return !(out instanceof TokenBuffer);
    }

    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
        of.write(value, out);
    }
}
