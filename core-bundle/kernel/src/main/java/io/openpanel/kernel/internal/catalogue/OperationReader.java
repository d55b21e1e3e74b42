package io.openpanel.kernel.internal.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Duplex;
import io.openpanel.api.Operation;
import io.openpanel.api.Param;
import io.openpanel.api.Query;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.kernel.internal.shape.Types;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;

/** Reads the actions of an extension. */
public final class OperationReader {
    /** What an action's id looks like. */
    public static final String ID = "[a-z][a-z0-9]*(-[a-z0-9]+)*\\.[a-z][a-z0-9]*(-[a-z0-9]+)*";

    private static final String CONFIRM = "confirm";

    private final String plugin;
    private final Map<String, Set<String>> roles;
    private final Turnstile turnstile;

    public OperationReader(String plugin, Map<String, Set<String>> roles, Turnstile turnstile) {
        this.plugin = plugin;
        this.roles = roles;
        this.turnstile = turnstile;
    }

    /**
     * One entry for each annotated method.
     *
     * @throws IllegalArgumentException naming the method and what is wrong with it
     */
    public List<Entry> read(Object extension) {
        List<Entry> entries = new ArrayList<>();
        for (Method method : extension.getClass().getMethods()) {
            Action action = method.getAnnotation(Action.class);
            if (action != null) {
                try {
                    entries.add(entry(extension, method, action));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(action.value() + ": " + e.getMessage(), e);
                }
            }
        }
        return entries;
    }

    private Entry entry(Object target, Method method, Action action) {
        if (!action.value().matches(ID)) {
            throw new IllegalArgumentException("an action's id is noun.verb in lower case");
        }
        if (!roles.containsKey(action.value())) {
            throw new IllegalArgumentException("OPENPANEL-INF/roles.yaml does not say which roles have it");
        }
        Class<?>[] parameters = method.getParameterTypes();
        boolean takesCall = parameters.length > 0 && parameters[0] == Call.class;
        Class<?> in = parameters.length > (takesCall ? 1 : 0) ? parameters[takesCall ? 1 : 0] : null;
        boolean query = in == Query.class;
        Shape input = in == null ? null : query ? Types.shape(Query.class, null) : Types.record(in);
        Operation.Form form = form(method.getReturnType());
        Shape output = output(method, form);
        String noun = action.value().substring(0, action.value().indexOf('.'));
        Operation operation = new Operation(
                action.value(),
                plugin,
                noun,
                action.summary(),
                action.effect(),
                action.access(),
                action.idempotent(),
                action.job(),
                action.recent(),
                action.perMinute(),
                form,
                "",
                action.http(),
                action.cli(),
                schema(input, action.effect()),
                schema(output),
                refs(in),
                roles.get(action.value()));
        return new Entry(
                operation, target, new MethodWork(target, method, takesCall, action.value()), input, output, turnstile);
    }

    private static Operation.Form form(Class<?> type) {
        if (Flow.Publisher.class.isAssignableFrom(type)) {
            return Operation.Form.STREAM;
        }
        if (InputStream.class.isAssignableFrom(type)) {
            return Operation.Form.FILE;
        }
        return Duplex.class.isAssignableFrom(type) ? Operation.Form.DUPLEX : Operation.Form.RECORD;
    }

    private static Shape output(Method method, Operation.Form form) {
        Type type = method.getGenericReturnType();
        if (form == Operation.Form.STREAM) {
            return Types.shape(Types.argument(type, 0), null);
        }
        if (form != Operation.Form.RECORD || type == void.class) {
            return null;
        }
        Class<?> raw = type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType() : (Class<?>) type;
        if (!raw.isRecord()) {
            throw new IllegalArgumentException("it must return a record, not " + raw.getSimpleName());
        }
        return Types.shape(type, null);
    }

    /** The schema of an input, and of the name that a DESTROY asks for beside it. */
    public static String schema(Shape input, Action.Effect effect) {
        ObjectNode schema = Json.object();
        if (input == null) {
            schema.put("type", "object").put("additionalProperties", false).putObject("properties");
        } else {
            input.describe(schema);
        }
        if (effect == Action.Effect.DESTROY) {
            schema.withObject("/properties")
                    .putObject(CONFIRM)
                    .put("type", "string")
                    .put("description", "The name of what is lost, typed again");
        }
        return Json.text(schema);
    }

    /** The schema of an output. */
    public static String schema(Shape output) {
        ObjectNode schema = Json.object();
        if (output != null) {
            output.describe(schema);
        }
        return Json.text(schema);
    }

    private static List<Operation.RefParam> refs(Class<?> in) {
        List<Operation.RefParam> refs = new ArrayList<>();
        if (in == null || !in.isRecord()) {
            return refs;
        }
        for (RecordComponent component : in.getRecordComponents()) {
            Type type = component.getGenericType();
            boolean optional = component.getType() == Optional.class;
            Type inner = optional ? Types.argument(type, 0) : type;
            boolean many = inner instanceof ParameterizedType list
                    && list.getRawType() == List.class
                    && Types.argument(inner, 0) == Ref.class;
            if (inner == Ref.class || many) {
                Param param = component.getAnnotation(Param.class);
                refs.add(new Operation.RefParam(
                        component.getName(),
                        param == null ? "" : param.kind(),
                        param == null ? "" : param.needs(),
                        !optional,
                        many));
            }
        }
        return refs;
    }
}
