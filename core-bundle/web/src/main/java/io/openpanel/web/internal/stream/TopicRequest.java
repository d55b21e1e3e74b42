package io.openpanel.web.internal.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A stream the client wants.
 *
 * @param key the client's name for it
 * @param after the last item it has
 */
record TopicRequest(String key, String action, ObjectNode input, Optional<Long> after) {
    private static final int MOST = 100;
    private static final int LONGEST = 100;
    private static final Set<String> KNOWN = Set.of("key", "action", "input", "after");

    /** @throws Problem naming the property that is wrong */
    static List<TopicRequest> read(JsonNode body) {
        JsonNode topics = body.path("topics");
        if (!body.isObject() || body.size() != 1 || !topics.isArray() || topics.isEmpty() || topics.size() > MOST) {
            throw Problem.invalid("topics", "topics must be a list of 1 to " + MOST + " and the only property");
        }
        List<TopicRequest> wanted = new ArrayList<>(topics.size());
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < topics.size(); i++) {
            TopicRequest topic = read("topics[" + i + "]", topics.get(i));
            if (!keys.add(topic.key)) {
                throw Problem.invalid("topics[" + i + "].key", "The key '" + topic.key + "' is there twice");
            }
            wanted.add(topic);
        }
        return wanted;
    }

    private static TopicRequest read(String at, JsonNode topic) {
        topic.fieldNames().forEachRemaining(name -> {
            if (!KNOWN.contains(name)) {
                throw Problem.invalid(at + '.' + name, at + '.' + name + " is not known");
            }
        });
        JsonNode input = topic.path("input");
        if (!input.isMissingNode() && !input.isObject()) {
            throw Problem.invalid(at + ".input", at + ".input must be an object");
        }
        JsonNode after = topic.path("after");
        if (!after.isMissingNode() && !(after.isIntegralNumber() && after.canConvertToLong())) {
            throw Problem.invalid(at + ".after", at + ".after must be a whole number");
        }
        return new TopicRequest(
                text(at, topic, "key"),
                text(at, topic, "action"),
                input.isObject() ? (ObjectNode) input : Json.object(),
                after.isMissingNode() ? Optional.empty() : Optional.of(after.longValue()));
    }

    private static String text(String at, JsonNode topic, String name) {
        JsonNode value = topic.path(name);
        if (!value.isTextual()
                || value.textValue().isEmpty()
                || value.textValue().length() > LONGEST) {
            throw Problem.invalid(
                    at + '.' + name, at + '.' + name + " must be a text of 1 to " + LONGEST + " characters");
        }
        return value.textValue();
    }

    /** @param resumes whether the action takes {@code after} */
    byte[] input(boolean resumes) {
        if (resumes && after.isPresent() && !input.has("after")) {
            input.put("after", after.get());
        }
        return Json.bytes(input);
    }
}
