package io.openpanel.data.internal.row;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A record class, prepared to be made from rows and taken apart. */
public final class RecordShape {
    private static final MethodType MAKE = MethodType.methodType(Object.class, Object[].class);
    private static final MethodType GET = MethodType.methodType(Object.class, Object.class);

    private final Class<?> type;
    private final String[] names;
    private final Codec[] codecs;
    private final MethodHandle constructor;
    private final MethodHandle[] accessors;
    private final Map<String, Integer> byName = new HashMap<>();

    RecordShape(Class<?> type, Codecs all) {
        this.type = type;
        RecordComponent[] components = components(type);
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        this.names = Arrays.stream(components).map(RecordComponent::getName).toArray(String[]::new);
        this.codecs = Arrays.stream(components)
                .map(each -> all.of(each.getGenericType()))
                .toArray(Codec[]::new);
        this.accessors = new MethodHandle[components.length];
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            this.constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MAKE);
            for (int i = 0; i < components.length; i++) {
                accessors[i] = lookup.unreflect(components[i].getAccessor()).asType(GET);
                byName.put(plain(names[i]), i);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("The record " + type.getName() + " must be public", e);
        }
    }

    /** The component whose name has these letters, in whatever case and with or without underscores; -1 for none. */
    public int indexOf(String name) {
        return byName.getOrDefault(plain(name), -1);
    }

    public Object value(Object row, int component) {
        try {
            return accessors[component].invokeExact(row);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Which column each component is in. */
    public int[] columns(ResultSetMetaData columns) throws SQLException {
        int[] places = new int[names.length];
        for (int column = columns.getColumnCount(); column > 0; column--) {
            int component = indexOf(columns.getColumnLabel(column));
            if (component >= 0) {
                places[component] = column;
            }
        }
        for (int i = 0; i < places.length; i++) {
            if (places[i] == 0) {
                throw new IllegalStateException("The statement selects no column for " + component(i));
            }
        }
        return places;
    }

    /** The record of the current row. */
    public Object row(ResultSet rows, int[] columns, Sealing sealing) throws SQLException {
        Object[] values = new Object[columns.length];
        for (int i = 0; i < values.length; i++) {
            try {
                values[i] = codecs[i].column(rows, columns[i], sealing);
            } catch (RuntimeException e) {
                throw new IllegalStateException(
                        "The column of " + component(i) + " does not fit: " + e.getMessage(), e);
            }
        }
        return make(values);
    }

    /** The record of a row that PostgreSQL wrote as JSON. */
    public Object row(String json, Sealing sealing) {
        try (JsonParser parser = JsonText.parser(json)) {
            parser.nextToken();
            return json(parser, sealing);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Object json(JsonParser json, Sealing sealing) throws IOException {
        JsonText.require(json, JsonToken.START_OBJECT);
        Object[] values = new Object[names.length];
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            int component = indexOf(json.currentName());
            boolean empty = json.nextToken() == JsonToken.VALUE_NULL;
            if (component < 0) {
                json.skipChildren();
            } else if (!empty) {
                values[component] = codecs[component].json(json, sealing);
            }
        }
        return make(values);
    }

    String name(int component) {
        return names[component];
    }

    int size() {
        return names.length;
    }

    private Object make(Object[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                values[i] = codecs[i].nothing();
                if (values[i] == null) {
                    throw new IllegalStateException("There is nothing for " + component(i) + "; make it an Optional");
                }
            }
        }
        try {
            return constructor.invokeExact(values);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private String component(int index) {
        return "'" + names[index] + "' of " + type.getSimpleName();
    }

    private static RecordComponent[] components(Class<?> type) {
        if (!type.isRecord() || !Modifier.isPublic(type.getModifiers())) {
            throw new IllegalArgumentException("A row must be a public record, which " + type.getName() + " is not");
        }
        return type.getRecordComponents();
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
