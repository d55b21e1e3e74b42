package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import io.openpanel.data.internal.row.NamedSql;
import io.openpanel.data.internal.row.RecordShape;
import io.openpanel.data.internal.row.Sealing;
import io.openpanel.data.internal.row.Shapes;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.kernel.internal.wire.Values;
import io.openpanel.kernel.internal.wire.Wire;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Statements of a transaction that the panel holds. */
final class FarTx implements Database.Tx {
    private final Wire wire;
    private final FarCalls calls;
    private final Shapes shapes;
    private final Sealing sealing;
    private final long number;

    FarTx(Wire wire, FarCalls calls, Shapes shapes, Sealing sealing, long number) {
        this.wire = wire;
        this.calls = calls;
        this.shapes = shapes;
        this.sealing = sealing;
        this.number = number;
    }

    @Override
    public <R extends Record> List<R> list(Class<R> row, String sql, Object... args) {
        RecordShape shape = shapes.of(row);
        ObjectNode body = statement(sql);
        body.set("args", values(args));
        List<R> rows = new ArrayList<>();
        wire.ask("list", body, FarCall.PATIENCE).forEach(each -> rows.add(row.cast(shape.row(each.asText(), sealing))));
        return rows;
    }

    @Override
    public <R extends Record> Optional<R> one(Class<R> row, String sql, Object... args) {
        List<R> rows = list(row, sql, args);
        if (rows.size() > 1) {
            throw new IllegalStateException("The statement selects more than one " + row.getSimpleName());
        }
        return rows.stream().findFirst();
    }

    @Override
    public <R extends Record> void each(Class<R> row, Consumer<R> use, String sql, Object... args) {
        list(row, sql, args).forEach(use);
    }

    @Override
    public int update(String sql, Object... args) {
        ObjectNode body = statement(sql);
        body.set("args", values(args));
        return wire.ask("update", body, FarCall.PATIENCE).asInt();
    }

    @Override
    public int batch(String sql, Collection<? extends Record> rows) {
        if (rows.isEmpty()) {
            return 0;
        }
        NamedSql named = NamedSql.parse(sql);
        RecordShape shape = shapes.of(rows.iterator().next().getClass());
        ObjectNode body = statement(named.sql());
        ArrayNode all = body.putArray("rows");
        for (Record row : rows) {
            all.add(values(named.names().stream()
                    .map(name -> component(shape, row, name))
                    .toArray()));
        }
        return wire.ask("update", body, FarCall.PATIENCE).asInt();
    }

    private static Object component(RecordShape shape, Record row, String name) {
        int index = shape.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("The records of the batch have no component for :" + name);
        }
        return shape.value(row, index);
    }

    @Override
    public void publish(Record event) {
        Topic topic = event.getClass().getAnnotation(Topic.class);
        if (topic == null) {
            throw new IllegalArgumentException(event.getClass().getName() + " is no event: it has no @Topic");
        }
        var shape = Types.record(event.getClass());
        ObjectNode body = calls.body().put("tx", number).put("topic", topic.value());
        body.put("durable", topic.durable());
        body.set("data", Json.parse(Json.bytes(shape, event)));
        shape.components().stream()
                .filter(each -> each.raw() == Ref.class)
                .map(each -> io.openpanel.kernel.internal.shape.RecordShape.get(each, event))
                .map(value -> value instanceof Optional<?> optional ? optional.orElse(null) : value)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(ref -> body.put("ref", ref.toString()));
        wire.ask("publish", body, FarCall.PATIENCE);
    }

    private ObjectNode statement(String sql) {
        return calls.body().put("tx", number).put("sql", sql);
    }

    private static JsonNode values(Object... args) {
        ArrayNode values = Json.object().putArray("args");
        for (Object arg : args) {
            values.add(Values.write(arg));
        }
        return values;
    }
}
