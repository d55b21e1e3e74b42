package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A public record. */
public final class RecordShape implements Shape {
    private final Class<?> type;
    private final Constructor<?> constructor;
    private final Component[] components;

    /** One component: an {@link Optional} one may be absent. */
    public record Component(
            String name,
            SerializedString key,
            Shape shape,
            Param param,
            boolean optional,
            Method accessor,
            Class<?> raw) {}

    RecordShape(Class<?> type, Function<RecordComponent, Type> typeOf) {
        if (!Modifier.isPublic(type.getModifiers())) {
            throw new IllegalArgumentException(type.getName() + " must be public: inputs, outputs and events are");
        }
        this.type = type;
        RecordComponent[] declared = type.getRecordComponents();
        this.components = new Component[declared.length];
        for (int i = 0; i < declared.length; i++) {
            Type generic = typeOf.apply(declared[i]);
            boolean optional = Types.raw(generic) == Optional.class;
            Type inner = optional ? Types.argument(generic, 0) : generic;
            Param param = declared[i].getAnnotation(Param.class);
            components[i] = new Component(
                    declared[i].getName(),
                    new SerializedString(declared[i].getName()),
                    Types.shape(inner, param),
                    param,
                    optional,
                    declared[i].getAccessor(),
                    Types.raw(inner));
        }
        try {
            this.constructor = type.getDeclaredConstructor(
                    Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    public List<Component> components() {
        return List.of(components);
    }

    public Class<?> type() {
        return type;
    }

    @Override
    public void describe(ObjectNode schema) {
        Fields.describe(
                schema, Arrays.stream(components).map(RecordShape::field).toList());
    }

    private static Fields.Field field(Component component) {
        Param param = component.param();
        return new Fields.Field(
                component.name(),
                component.shape(),
                !component.optional(),
                param == null ? "" : param.value(),
                param == null ? "" : param.example());
    }

    @Override
    public Object read(JsonNode node, String path, Reading reading) {
        if (!node.isObject()) {
            return reading.wrong(path, "must be an object");
        }
        String prefix = path.isEmpty() ? "" : path + '.';
        if (reading.isStrict()) {
            reading.refuseUnknown(
                    node, prefix, Arrays.stream(components).map(Component::name).toList());
        }
        Object[] values = new Object[components.length];
        boolean complete = true;
        for (int i = 0; i < components.length; i++) {
            Component component = components[i];
            JsonNode value = node.get(component.name());
            boolean absent = value == null || value.isNull();
            Object read = null;
            if (!absent) {
                read = component.shape().read(value, prefix + component.name(), reading);
            } else if (!component.optional()) {
                read = reading.isStrict() ? reading.wrong(prefix + component.name(), "is required") : zero(component);
            }
            complete &= read != null || (absent && (component.optional() || !reading.isStrict()));
            values[i] = component.optional() ? Optional.ofNullable(read) : read;
        }
        return complete ? make(values, path, reading) : null;
    }

    /** What a tolerant reader gives for a missing component. */
    private static Object zero(Component component) {
        Class<?> raw = component.raw();
        if (raw == boolean.class) {
            return false;
        }
        if (raw == int.class) {
            return 0;
        }
        if (raw == long.class) {
            return 0L;
        }
        if (raw == double.class) {
            return 0d;
        }
        if (raw == List.class) {
            return List.of();
        }
        return raw == Map.class ? Map.of() : null;
    }

    private Object make(Object[] values, String path, Reading reading) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            if (e.getCause() instanceof IllegalArgumentException wrong && wrong.getMessage() != null) {
                return reading.wrong(path, wrong.getMessage());
            }
            throw new IllegalStateException("The constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot make a " + type.getName(), e);
        }
    }

    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
        out.writeStartObject();
        for (Component component : components) {
            Object part = get(component, value);
            if (part instanceof Optional<?> optional) {
                part = optional.orElse(null);
            }
            if (part != null && !component.shape().omitted(out)) {
                out.writeFieldName(component.key());
                component.shape().write(part, out);
            }
        }
        out.writeEndObject();
    }

    /** The value of a component. */
    public static Object get(Component component, Object record) {
        try {
            return component.accessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot read " + component.name() + " of " + record.getClass(), e);
        }
    }
}
