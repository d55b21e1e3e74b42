package io.openpanel.activity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** People of the real teams plugin, and what they ask of the panel. */
final class Office {
    private static final ObjectMapper JSON = new ObjectMapper();

    final TestPanel panel;
    final Person owner;
    final Ref team;

    /** Somebody signed in. */
    record Person(String id, Caller caller) {}

    Office(TestPanel panel) throws IOException {
        this.panel = panel;
        panel.awaitActions("setup.create", "invitation.accept", "grant.create", "team.create", "comment.add");
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        JsonNode made = call(
                new Caller.Anonymous(),
                "setup.create",
                body("token", Files.readString(token), "email", "olga@example.com", "password", "seven quiet otters"));
        this.owner = person(made.path("session").isObject() ? made.get("session") : made);
        this.team = Ref.parse(call(owner, "profile.get", "{}").get("team").asText());
    }

    private Person person(JsonNode signedIn) {
        Caller caller = new Caller.Bearer(
                signedIn.get(signedIn.has("token") ? "token" : "accessToken").asText(), Optional.empty());
        return new Person(
                Ref.parse(call(caller, "profile.get", "{}").get("user").asText())
                        .id(),
                caller);
    }

    /** Somebody new in the owner's team, or a guest on one resource of it. */
    Person join(String email, String name, String role, Optional<Ref> on) {
        JsonNode invitation = call(
                owner.caller(),
                "invitation.create",
                on.map(ref -> body("email", email, "role", role, "resource", ref.toString()))
                        .orElseGet(() -> body("email", email, "role", role)));
        JsonNode joined = call(
                new Caller.Anonymous(),
                "invitation.accept",
                body("token", invitation.get("token").asText(), "password", "nine lazy harbours", "name", name));
        return person(joined.get("session"));
    }

    JsonNode call(Person person, String action, String json) {
        return call(person.caller(), action, json);
    }

    JsonNode call(Caller caller, String action, String json) {
        Gateway.Reply reply = panel.get(Gateway.class).call(invocation(caller, action, json));
        try {
            byte[] answer = ((Gateway.Reply.Done) reply).json();
            return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Gateway.Reply.Streaming stream(Person person, String action, String json) {
        return (Gateway.Reply.Streaming) panel.get(Gateway.class).call(invocation(person.caller(), action, json));
    }

    private static Gateway.Invocation invocation(Caller caller, String action, String json) {
        return new Gateway.Invocation(
                action,
                json.getBytes(StandardCharsets.UTF_8),
                caller,
                "rest",
                "192.0.2.7",
                "r",
                Optional.empty(),
                Optional.empty());
    }

    /** What the owner of the machine is told, in the owner's team. */
    JsonNode byMachine(Ref team, String action, String json) {
        Principal local = TestPanel.local(team);
        return call(new Caller.Known(local), action, json);
    }

    Problem.Kind refused(Person person, String action, String json) {
        try {
            call(person, action, json);
        } catch (Problem refused) {
            return refused.kind();
        }
        throw new AssertionError(action + " was allowed");
    }

    static String body(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return JSON.valueToTree(values).toString();
    }
}
