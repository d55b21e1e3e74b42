package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.kernel.internal.wire.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/** The panel at the other end of the socket. */
final class FarPanel implements Panel {
    private final Wire wire;
    private final FarCalls calls;
    private final FarDatabase database;

    FarPanel(Wire wire, FarCalls calls) {
        this.wire = wire;
        this.calls = calls;
        this.database = new FarDatabase(wire, calls);
    }

    @Override
    public <T extends Record> T call(String action, Record input, Class<T> result) {
        database.refuseInTransaction(action);
        ObjectNode body = calls.body().put("action", action);
        body.set("input", input == null ? Json.object() : open(Json.tree(Types.record(input.getClass()), input)));
        JsonNode answer = wire.ask("call", body, FarCall.PATIENCE);
        if (result == null || !answer.isObject()) {
            return null;
        }
        Reading reading = Reading.tolerant();
        Object read = Types.record(result).read(answer, "", reading);
        reading.check();
        return result.cast(read);
    }

    /** A secret the plugin has and gives to an action. */
    private static JsonNode open(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(each -> each.setValue(open(each.getValue())));
        }
        return node instanceof POJONode pojo && pojo.getPojo() instanceof Secret secret
                ? TextNode.valueOf(secret.reveal())
                : node;
    }

    @Override
    public <T extends Record> Flow.Publisher<T> stream(String action, Record input, Class<T> item) {
        throw new UnsupportedOperationException("A plugin in a process of its own cannot take the stream of " + action);
    }

    @Override
    public <T> T in(Ref team, Supplier<T> work) {
        return calls.in(team, work);
    }

    @Override
    public <T> T asItself(Supplier<T> work) {
        return calls.asItself(work);
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public Path workspace() {
        Ref job = calls.current()
                .flatMap(FarCall::job)
                .orElseThrow(() -> new IllegalStateException("Only a job has a workspace"));
        try {
            return Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "workspace-" + job.id()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
