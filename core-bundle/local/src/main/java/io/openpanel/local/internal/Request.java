package io.openpanel.local.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a visitor: {@code {"action":"container.list","input":{…},"team":"team:…"}}.
 *
 * @param input JSON in UTF-8, for the gateway to bind
 */
record Request(String action, byte[] input, Optional<Ref> team) {
    private static final Pattern TEAM = Pattern.compile("(?:team:)?([0-9a-hjkmnp-tv-z]{16})");
    private static final Set<String> KNOWN = Set.of("action", "input", "team");
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    static Request read(byte[] line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (node == null || !node.isObject()) {
                throw new Problem(
                        Problem.Kind.INVALID, "Expected one JSON object on one line: {\"action\":\"…\",\"input\":{…}}");
            }
            for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
                String name = names.next();
                if (!KNOWN.contains(name)) {
                    throw Problem.invalid(
                            name, "There is no property '" + name + "': action, input and team are known");
                }
            }
            if (!node.path("action").isTextual()) {
                throw Problem.invalid("action", "'action' must name an action, for example container.list");
            }
            JsonNode input = node.path("input");
            if (!input.isMissingNode() && !input.isObject()) {
                throw Problem.invalid("input", "'input' must be a JSON object");
            }
            byte[] bytes = input.isMissingNode() ? new byte[0] : JSON.writeValueAsBytes(input);
            return new Request(node.get("action").textValue(), bytes, team(node.path("team")));
        } catch (JsonProcessingException e) {
            throw new Problem(Problem.Kind.INVALID, "This line is not JSON: " + e.getOriginalMessage(), e);
        } catch (java.io.IOException e) {
            throw new Problem(Problem.Kind.INVALID, "This line is not JSON: " + e.getMessage(), e);
        }
    }

    private static Optional<Ref> team(JsonNode team) {
        if (team.isMissingNode()) {
            return Optional.empty();
        }
        Matcher id = TEAM.matcher(team.asText());
        if (!team.isTextual() || !id.matches()) {
            throw Problem.invalid(
                    "team",
                    "'team' must be a team's id, for example team:4k2m9x0c3v5b7n1q; team list shows those there are");
        }
        return Optional.of(new Ref("team", id.group(1)));
    }
}
