package io.openpanel.data.internal.row;

import com.fasterxml.jackson.core.JsonParser;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The types that lie in a column of their own. */
final class Scalars {
    private static final Map<Class<?>, Codec> CODECS = codecs();

    private Scalars() {}

    static Optional<Codec> of(Class<?> type) {
        return Optional.ofNullable(type.isEnum() ? constants(type) : CODECS.get(type));
    }

    /** How PostgreSQL's own JSON begins the bytes of a column. */
    private static final String HEX = "\\x";

    /** How an enum's constant is written: as SQL likes it, {@code rolling_back}. */
    static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<Class<?>, Codec> codecs() {
        Map<Class<?>, Codec> codecs = new HashMap<>();
        codecs.put(String.class, text(Function.identity()));
        codecs.put(Ref.class, text(Ref::parse));
        codecs.put(Secret.class, new SecretCodec());
        codecs.put(
                Instant.class,
                new Scalar<>(
                        (rows, column) -> {
                            OffsetDateTime at = rows.getObject(column, OffsetDateTime.class);
                            return at == null ? null : at.toInstant();
                        },
                        json -> Instant.parse(json.getText())));
        codecs.put(
                Duration.class,
                new Scalar<>(
                        (rows, column) -> Duration.ofMillis(rows.getLong(column)),
                        // A column that became JSON, as one that was written as such.
                        json -> json.currentToken().isNumeric()
                                ? Duration.ofMillis(json.getLongValue())
                                : Duration.parse(json.getText())));
        codecs.put(BigDecimal.class, new Scalar<>(ResultSet::getBigDecimal, JsonParser::getDecimalValue));
        codecs.put(
                BigInteger.class,
                new Scalar<>(
                        (rows, column) -> {
                            BigDecimal number = rows.getBigDecimal(column);
                            return number == null ? null : number.toBigIntegerExact();
                        },
                        JsonParser::getBigIntegerValue));
        codecs.put(byte[].class, new Scalar<>(ResultSet::getBytes, Scalars::bytes));
        both(codecs, int.class, Integer.class, new Scalar<>(ResultSet::getInt, JsonParser::getIntValue));
        both(codecs, long.class, Long.class, new Scalar<>(ResultSet::getLong, JsonParser::getLongValue));
        both(codecs, short.class, Short.class, new Scalar<>(ResultSet::getShort, JsonParser::getShortValue));
        both(codecs, double.class, Double.class, new Scalar<>(ResultSet::getDouble, JsonParser::getDoubleValue));
        both(codecs, float.class, Float.class, new Scalar<>(ResultSet::getFloat, JsonParser::getFloatValue));
        both(codecs, boolean.class, Boolean.class, new Scalar<>(ResultSet::getBoolean, JsonParser::getBooleanValue));
        return Map.copyOf(codecs);
    }

    private static byte[] bytes(JsonParser json) throws IOException {
        String text = json.getText();
        return text.startsWith(HEX)
                ? HexFormat.of().parseHex(text, HEX.length(), text.length())
                : json.getBinaryValue();
    }

    private static void both(Map<Class<?>, Codec> codecs, Class<?> primitive, Class<?> boxed, Codec codec) {
        codecs.put(primitive, codec);
        codecs.put(boxed, codec);
    }

    private static <T> Codec text(Function<String, T> parse) {
        return new Scalar<>(
                (rows, column) -> {
                    String text = rows.getString(column);
                    return text == null ? null : parse.apply(text);
                },
                json -> parse.apply(json.getText()));
    }

    private static Codec constants(Class<?> type) {
        Map<String, Object> byText = new HashMap<>();
        for (Object constant : type.getEnumConstants()) {
            byText.put(text((Enum<?>) constant), constant);
        }
        return text(text -> {
            Object constant = byText.get(text.toLowerCase(Locale.ROOT).replace('-', '_'));
            if (constant == null) {
                throw new IllegalStateException("'" + text + "' is no " + type.getSimpleName());
            }
            return constant;
        });
    }

    private interface ColumnReader<T> {
        T read(ResultSet rows, int column) throws SQLException;
    }

    private interface JsonReader<T> {
        T read(JsonParser json) throws IOException;
    }

    private record Scalar<T>(ColumnReader<T> columns, JsonReader<T> texts) implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            T value = columns.read(rows, column);
            return rows.wasNull() ? null : value;
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            return texts.read(json);
        }
    }

    private record SecretCodec() implements Codec {
        @Override
        public Object column(ResultSet rows, int column, Sealing sealing) throws SQLException {
            String text = rows.getString(column);
            return text == null ? null : sealing.sealed(text);
        }

        @Override
        public Object json(JsonParser json, Sealing sealing) throws IOException {
            return sealing.sealed(json.getText());
        }
    }
}
