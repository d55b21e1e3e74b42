package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.util.function.Consumer;

/** A panel that answers: over HTTP, or over the socket of this machine. */
interface Panel {
    /** Every action, as {@code catalogue.list} gives it. */
    JsonNode catalogue();

    /**
     * Runs an action; a job's answer is {@code {"job": …}}.
     *
     * @throws Failure with the panel's own words
     */
    JsonNode call(JsonNode operation, ObjectNode input);

    /** Runs an action that streams, until it ends. */
    void stream(JsonNode operation, ObjectNode input, Consumer<JsonNode> item);

    /** Runs an action that gives a file, and writes it out as it comes. */
    void file(JsonNode operation, ObjectNode input, OutputStream out);

    /** Runs an action that is a two-way stream, with this process's own ends. Returns the far end's exit code. */
    int terminal(JsonNode operation, ObjectNode input, Terminal near);
}
