package io.openpanel.webhook.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Picks a push out of a delivery while it streams by: 25 MiB of commits take no more memory than one. */
final class PushReader {
    // Without a recycler, whose thread-locals would hold on to this bundle after an update.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100)
                    .maxNumberLength(100)
                    .maxStringLength(1 << 20)
                    .maxNameLength(1_000)
                    .build())
            .build();
    private static final Set<String> WANTED = Set.of(
            "ref",
            "branch",
            "after",
            "commit",
            "deleted",
            "repository",
            "repository.full_name",
            "repository.name",
            "repository.default_branch",
            "head_commit.message",
            "head_commit.author.name",
            "pusher.name");
    private static final Set<String> ENTERED = Set.of("repository", "head_commit", "head_commit.author", "pusher");
    private static final int LONGEST = 1_000;

    private PushReader() {}

    /** @throws Problem INVALID when it is no JSON object, or no push */
    static Push read(InputStream body) {
        Map<String, String> values = new HashMap<>();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Problem(Problem.Kind.INVALID, "The delivery must be a JSON object; choose application/json");
            }
            object(parser, "", values);
            if (parser.nextToken() != null) {
                throw new Problem(Problem.Kind.INVALID, "There is something behind the delivery's JSON object");
            }
        } catch (IOException e) {
            throw new Problem(Problem.Kind.INVALID, "The delivery is not JSON; choose application/json", e);
        }
        return push(values);
    }

    private static void object(JsonParser parser, String prefix, Map<String, String> values) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT && ENTERED.contains(name)) {
                object(parser, name + '.', values);
            } else if (value.isStructStart()) {
                parser.skipChildren();
            } else if (value != JsonToken.VALUE_NULL && WANTED.contains(name)) {
                String text = parser.getText();
                // Cutting halves a character, too; neither that nor NUL can be stored.
                values.put(
                        name,
                        text.substring(0, Math.min(text.length(), LONGEST)).replaceAll("[\\p{Cs}\\x00]", "?"));
            }
        }
    }

    private static Push push(Map<String, String> values) {
        return new Push(
                first(values, "repository.full_name", "repository.name", "repository")
                        .orElse(""),
                first(values, "repository.default_branch"),
                first(values, "ref", "branch").orElse(""),
                first(values, "after", "commit"),
                "true".equals(values.get("deleted")),
                first(values, "head_commit.message").map(PushReader::firstLine),
                first(values, "head_commit.author.name", "pusher.name").map(PushReader::firstLine));
    }

    private static Optional<String> first(Map<String, String> values, String... names) {
        for (String name : names) {
            if (!values.getOrDefault(name, "").isEmpty()) {
                return Optional.of(values.get(name));
            }
        }
        return Optional.empty();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", " ");
    }
}
