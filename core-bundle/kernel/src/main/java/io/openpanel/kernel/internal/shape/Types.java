package io.openpanel.kernel.internal.shape;

import io.openpanel.api.Param;
import io.openpanel.api.Query;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** From Java types to shapes. */
public final class Types {
    /** Held by the class itself, so that a plugin's records go with its class loader. */
    private static final ClassValue<RecordShape> RECORDS = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return new RecordShape(type, RecordComponent::getGenericType);
        }
    };

    private Types() {}

    /** The shape of a record class. */
    public static RecordShape record(Class<?> type) {
        return RECORDS.get(type);
    }

    /** The shape of any type that may stand in a record. */
    public static Shape shape(Type type, Param param) {
        Class<?> raw = raw(type);
        if (param != null && param.kind().equals("hidden")) {
            return new Unwritten(shape(type, null));
        }
        if (raw == String.class) {
            return Scalars.Text.of(param);
        }
        if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
            boolean isLong = raw == long.class || raw == Long.class;
            return new Scalars.Whole(
                    isLong, param != null && param.kind().equals("bytes"), Limits.of(param, Long.MAX_VALUE));
        }
        if (raw == double.class || raw == Double.class) {
            return new Scalars.Decimal(Limits.of(param, Long.MAX_VALUE));
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return new Scalars.Flag();
        }
        if (raw == Ref.class) {
            return new Scalars.Pointer(param == null || param.kind().equals("*") ? "" : param.kind());
        }
        if (raw == Secret.class) {
            return Scalars.Hidden.of(param);
        }
        if (raw == Instant.class) {
            return new Scalars.Moment();
        }
        if (raw == Duration.class) {
            return new Scalars.Span();
        }
        if (raw == Query.class) {
            return new Collections.Filters();
        }
        if (raw == Object.class) {
            return new Scalars.Free();
        }
        return compound(type, raw, param);
    }

    private static Shape compound(Type type, Class<?> raw, Param param) {
        Limits size = Limits.of(param, Collections.MOST_ITEMS);
        if (raw == List.class) {
            Type item = argument(type, 0);
            Limits sizeOnly = new Limits(size.min(), size.max(), null);
            return new Collections.Many(shape(item, raw(item) == String.class ? null : param), sizeOnly);
        }
        if (raw == Map.class) {
            return new Collections.Named(shape(argument(type, 1), null), new Limits(0, size.max(), null));
        }
        if (raw.isEnum()) {
            return new Scalars.Choice(raw);
        }
        if (raw.isRecord()) {
            return type instanceof ParameterizedType generic
                    ? new RecordShape(raw, component -> resolve(component.getGenericType(), raw, generic))
                    : record(raw);
        }
        throw new IllegalArgumentException(type + " cannot stand in an input, output or event; see io.openpanel.api");
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        }
        if (type instanceof ParameterizedType generic) {
            return (Class<?>) generic.getRawType();
        }
        throw new IllegalArgumentException(type + " is not a class");
    }

    /** A type argument: of {@code List<String>} the {@code String}. */
    public static Type argument(Type type, int index) {
        if (type instanceof ParameterizedType generic) {
            return generic.getActualTypeArguments()[index];
        }
        throw new IllegalArgumentException(type + " needs its type arguments");
    }

    private static Type resolve(Type type, Class<?> raw, ParameterizedType owner) {
        if (type instanceof TypeVariable<?> variable) {
            for (int i = 0; i < raw.getTypeParameters().length; i++) {
                if (raw.getTypeParameters()[i].equals(variable)) {
                    return owner.getActualTypeArguments()[i];
                }
            }
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments().clone();
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = resolve(arguments[i], raw, owner);
            }
            return new Generic(generic.getRawType(), arguments);
        }
        return type;
    }

    private record Generic(Type rawType, Type[] arguments) implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return arguments.clone();
        }

        @Override
        public Type getRawType() {
            return rawType;
        }

        @Override
        public Type getOwnerType() {
            return null;
        }
    }
}
