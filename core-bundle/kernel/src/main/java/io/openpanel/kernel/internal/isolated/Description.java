package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Event;
import io.openpanel.api.Operation;
import io.openpanel.kernel.internal.catalogue.Described;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.OperationReader;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Fields;
import io.openpanel.kernel.internal.shape.Schemas;
import io.openpanel.kernel.internal.shape.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a plugin in another process says it has. Nothing of it is taken in that a plugin of its name may not have. */
final class Description implements Described {
    private static final int MOST = 200;
    private static final int LONGEST = 300;
    private static final Duration OFTEN = Duration.ofSeconds(10);

    private final PluginOf plugin;
    private final JsonNode json;
    private final Doing doing;

    /** How what is described is done. */
    interface Doing {
        Object action(String id, Shape input, Object in, Call call);

        void event(String name, Event event);

        void tick(String name);
    }

    Description(PluginOf plugin, JsonNode json, Doing doing) {
        this.plugin = plugin;
        this.json = json;
        this.doing = doing;
    }

    @Override
    public List<Entry> entries(Map<String, Set<String>> roles, Turnstile turnstile) {
        json.path("refused").forEach(each -> {
            throw new IllegalArgumentException(text(each, "") + "; a plugin in a process of its own cannot have that");
        });
        List<Entry> entries = new ArrayList<>();
        for (JsonNode each : limited("actions")) {
            entries.add(entry(each, roles, turnstile));
        }
        return entries;
    }

    private Entry entry(JsonNode action, Map<String, Set<String>> roles, Turnstile turnstile) {
        String id = text(action, "id");
        require(id.matches(OperationReader.ID), "an action's id is noun.verb in lower case", id);
        require(isOwn(id), "the names of its own begin with " + plugin.id(), id);
        require(roles.containsKey(id), "OPENPANEL-INF/roles.yaml does not say which roles have it", id);
        Action.Access access = Action.Access.valueOf(text(action, "access"));
        require(access != Action.Access.OPEN, "nobody calls a plugin of its own process without signing in", id);
        Operation.Form form = Operation.Form.valueOf(text(action, "form"));
        require(form == Operation.Form.RECORD, "a plugin of its own process answers with a record", id);
        Action.Effect effect = Action.Effect.valueOf(text(action, "effect"));
        Shape input = input(action);
        Shape output = action.hasNonNull("output") ? Schemas.read(action.get("output")) : null;
        Operation operation = new Operation(
                id,
                plugin.id(),
                id.substring(0, id.indexOf('.')),
                text(action, "summary"),
                effect,
                access,
                action.path("idempotent").asBoolean(),
                action.path("job").asBoolean(),
                action.path("recent").asBoolean(),
                action.path("perMinute").asInt(),
                form,
                "",
                path(action, id),
                "",
                OperationReader.schema(input, effect),
                OperationReader.schema(output),
                input instanceof Fields fields ? fields.refs(needs(action)) : List.of(),
                roles.get(id));
        Entry.Work work = (call, in) -> doing.action(id, input, in, call);
        // What it answers is passed on as it is; its schema is what people are shown.
        Shape answer = output == null ? null : Schemas.any();
        return new Entry(operation, this, work, input, answer, turnstile);
    }

    private static Shape input(JsonNode action) {
        if (action.path("query").asBoolean()) {
            return Schemas.query();
        }
        return action.hasNonNull("input") ? Schemas.read(action.get("input")) : null;
    }

    private static Map<String, String> needs(JsonNode action) {
        Map<String, String> needs = new HashMap<>();
        action.path("needs").properties().forEach(each -> needs.put(each.getKey(), text(each.getValue(), "")));
        return needs;
    }

    /** A path of another's would take what people send there. */
    private String path(JsonNode action, String id) {
        String path = text(action, "http");
        if (path.isEmpty()) {
            return path;
        }
        require(path.matches("(GET|POST|PUT|PATCH|DELETE) /[A-Za-z0-9{}/_-]{1,200}"), "it has no proper path", id);
        String first = path.substring(path.indexOf('/') + 1).split("/", 2)[0];
        require(isOwn(first + '.') || first.startsWith(plugin.id() + '-'), "its paths begin with /" + plugin.id(), id);
        return path;
    }

    private boolean isOwn(String name) {
        return name.startsWith(plugin.id() + '.') || name.startsWith(plugin.id() + '-');
    }

    @Override
    public List<Hearing> hearings() {
        List<Hearing> hearings = new ArrayList<>();
        for (JsonNode each : limited("hearers")) {
            String name = name(each);
            String pattern = text(each, "pattern");
            require(isHeard(pattern), "it hears " + pattern + " without listing it in the uses of its @Plugin", name);
            hearings.add(new Hearing(name, pattern, event -> {
                if (isHeard(event.topic())) {
                    doing.event(name, event);
                }
            }));
        }
        return hearings;
    }

    private boolean isHeard(String topic) {
        return isOwn(topic) || plugin.uses().contains(topic) || plugin.lists(topic);
    }

    @Override
    public List<Ticking> tickings() {
        List<Ticking> tickings = new ArrayList<>();
        for (JsonNode each : limited("tickers")) {
            String name = name(each);
            String every = text(each, "every");
            boolean often = every.startsWith("P") && Duration.parse(every).compareTo(OFTEN) < 0;
            require(!often, "a schedule runs each " + OFTEN.toSeconds() + " s at most", name);
            tickings.add(new Ticking(name, every, () -> doing.tick(name)));
        }
        return tickings;
    }

    private static String name(JsonNode method) {
        String name = text(method, "name");
        require(name.matches("[A-Za-z0-9_$.]+"), "a method has a Java name", name);
        return name;
    }

    private List<JsonNode> limited(String what) {
        List<JsonNode> all = new ArrayList<>();
        json.path(what).forEach(all::add);
        require(all.size() <= MOST, "a plugin has at most " + MOST + ' ' + what, plugin.id());
        return all;
    }

    private static void require(boolean so, String otherwise, String where) {
        if (!so) {
            throw new IllegalArgumentException(where + ": " + otherwise);
        }
    }

    private static String text(JsonNode json, String name) {
        String text = name.isEmpty() ? json.asText("") : json.path(name).asText("");
        require(text.length() <= LONGEST, "its texts have at most " + LONGEST + " characters", name);
        return text;
    }

    /** Whether another process says the same of itself. */
    boolean isSame(JsonNode other) {
        return json.equals(other);
    }
}
