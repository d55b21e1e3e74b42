package io.openpanel.data.internal.row;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the codec of a component's type. */
final class Codecs {
    private final Shapes shapes;

    Codecs(Shapes shapes) {
        this.shapes = shapes;
    }

    Codec of(Type type) {
        if (type instanceof Class<?> plain) {
            return Scalars.of(plain).orElseGet(() -> composed(plain));
        }
        if (type instanceof ParameterizedType generic) {
            return generic(generic);
        }
        throw unsupported(type);
    }

    private Codec composed(Class<?> type) {
        if (type.isRecord()) {
            return new RecordCodec(shapes, type);
        }
        throw unsupported(type);
    }

    private Codec generic(ParameterizedType type) {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == Optional.class) {
            return new OptionalCodec(of(arguments[0]));
        }
        if (type.getRawType() == List.class || type.getRawType() == Collection.class) {
            return new ListCodec(of(arguments[0]));
        }
        if (type.getRawType() == Map.class && arguments[0] == String.class) {
            return new MapCodec(of(arguments[1]));
        }
        throw unsupported(type);
    }

    private static IllegalArgumentException unsupported(Type type) {
        return new IllegalArgumentException("A row cannot have a component of type " + type.getTypeName()
                + "; the Javadoc of Database lists the types");
    }

    private record OptionalCodec(Codec value) implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            return Optional.ofNullable(value.column(rows, column, sealing));
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            return Optional.of(value.json(json, sealing));
        }

        @Override
        public Object nothing() {
            return Optional.empty();
        }
    }

    private record RecordCodec(Shapes shapes, Class<?> type) implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            return JsonText.read(rows.getString(column), this, sealing);
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            return shapes.of(type).json(json, sealing);
        }
    }

    private record MapCodec(Codec value) implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            return JsonText.read(rows.getString(column), this, sealing);
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            JsonText.require(json, JsonToken.START_OBJECT);
            Map<String, Object> values = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                Object each = json.nextToken() == JsonToken.VALUE_NULL ? value.nothing() : value.json(json, sealing);
                values.put(name, each);
            }
            return Collections.unmodifiableMap(values);
        }

        @Override
        public Object nothing() {
            return Map.of();
        }
    }

    private record ListCodec(Codec value) implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            Object raw = rows.getObject(column);
            if (raw instanceof Array array) {
                return elements(array, sealing);
            }
            return JsonText.read(rows.getString(column), this, sealing);
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            JsonText.require(json, JsonToken.START_ARRAY);
            List<Object> values = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                values.add(value.json(json, sealing));
            }
            return Collections.unmodifiableList(values);
        }

        @Override
        public Object nothing() {
            return List.of();
        }

        private List<Object> elements(Array array, Sealing sealing) throws SQLException {
            List<Object> values = new ArrayList<>();
            // Index and value of each element: the driver converts them as it does columns.
            try (ResultSet elements = array.getResultSet()) {
                while (elements.next()) {
                    values.add(value.column(elements, 2, sealing));
                }
            }
            array.free();
            return Collections.unmodifiableList(values);
        }
    }
}
