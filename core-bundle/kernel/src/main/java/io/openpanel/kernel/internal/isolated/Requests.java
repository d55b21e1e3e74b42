package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.wire.Wire;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What a plugin asks for from its process. It is the plugin that asks: each is done as a call it has, or as itself. */
final class Requests implements Wire.Answering {
    private static final Duration STEP = Duration.ofHours(24);

    private final PluginOf plugin;
    private final Panel panel;
    private final InnerCalls inner;
    private final Calls calls;
    private final LiveCalls live;
    private final Transactions transactions;

    Requests(PluginOf plugin, Panel panel, InnerCalls inner, Calls calls, LiveCalls live) {
        this.plugin = plugin;
        this.panel = panel;
        this.inner = inner;
        this.calls = calls;
        this.live = live;
        this.transactions = new Transactions(plugin, panel);
    }

    @Override
    public JsonNode answer(Wire asker, String what, ObjectNode body) {
        LiveCall call = body.has("call")
                ? live.require(body.path("call").asLong())
                : InnerCalls.asPlugin(plugin.id(), Optional.empty(), "bundle");
        Supplier<JsonNode> work = () -> answer(asker, what, body, call);
        return calls.as(
                call,
                body.has("team") ? () -> panel.in(Ref.parse(body.get("team").asText()), work) : work);
    }

    private JsonNode answer(Wire asker, String what, ObjectNode body, LiveCall call) {
        return switch (what) {
            case "call" -> inner.call(plugin.id(), body.path("action").asText(""), body.withObject("/input"));
            case "reach" -> reach(call.reach(body.path("kind").asText("")));
            case "log" -> {
                call.log(body.path("line").asText(""));
                yield null;
            }
            case "progress" -> {
                call.progress(body.path("percent").asInt());
                yield null;
            }
            case "step" -> step(asker, body, call);
            case "begin" -> transactions.begin(
                    body.path("all").asBoolean(), calls.current().orElse(call), calls);
            case "list" -> transactions.list(body);
            case "update" -> transactions.update(body);
            case "publish" -> transactions.publish(body);
            case "end" -> transactions.end(body);
            case "open" -> TextNode.valueOf(transactions.open(
                    body.path("all").asBoolean(),
                    body.path("text").asText(),
                    body.path("place").asText("")));
            default -> throw new Problem(Problem.Kind.MISSING, "There is no question '" + what + "'");
        };
    }

    /** The result of a part of a job; shown to no Java type here. */
    public record Stored(Object result) {}

    private static JsonNode step(Wire asker, ObjectNode body, LiveCall call) {
        ObjectNode step = Json.object().put("step", body.path("step").asLong());
        Stored stored = call.step(
                body.path("name").asText(""),
                Stored.class,
                () -> new Stored(Json.plain(asker.ask("step", step, STEP))));
        return Plain.any(stored.result());
    }

    private static JsonNode reach(Reach reach) {
        ObjectNode json = Json.object().put("all", reach.all());
        ArrayNode refs = json.putArray("refs");
        reach.refs().forEach(ref -> refs.add(ref.toString()));
        return json;
    }
}
