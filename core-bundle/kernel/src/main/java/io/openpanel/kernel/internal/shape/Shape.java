package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** A type as it stands in JSON: its schema, how it is read and checked, how it is written. */
public interface Shape {
    /** Adds the JSON Schema keywords of this type. */
    void describe(ObjectNode schema);

    /** Reads a value, noting what is wrong with it; the result is only good when nothing was noted. */
    Object read(JsonNode node, String path, Reading reading);

    /** Writes a value that is not null. */
    void write(Object value, JsonGenerator out) throws IOException;

    /** Whether the value is left out of a record where it stands; a secret is, everywhere outside the process. */
    default boolean omitted(JsonGenerator out) {
        return false;
    }
}
