package io.openpanel.data.internal.row;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.postgresql.util.PGobject;

/** Gives a statement its arguments, each by what it is. */
public final class Arguments {
    private final Shapes shapes;
    private final Sealing sealing;

    public Arguments(Shapes shapes, Sealing sealing) {
        this.shapes = shapes;
        this.sealing = sealing;
    }

    /** @param index from 1 */
    public void bind(PreparedStatement statement, int index, Object argument) throws SQLException {
        Object value = argument instanceof Optional<?> optional ? optional.orElse(null) : argument;
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof String text) {
            statement.setString(index, text);
        } else if (value instanceof Ref || value instanceof Enum<?>) {
            statement.setString(index, text(value));
        } else if (value instanceof Secret secret) {
            statement.setString(index, sealing.seal(secret));
        } else if (value instanceof Instant instant) {
            statement.setObject(index, instant.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
        } else if (value instanceof Duration duration) {
            statement.setLong(index, duration.toMillis());
        } else if (value instanceof BigInteger number) {
            statement.setBigDecimal(index, new BigDecimal(number));
        } else if (value instanceof Number || value instanceof Boolean || value instanceof byte[]) {
            statement.setObject(index, value);
        } else if (value instanceof Collection<?> collection) {
            bindCollection(statement, index, collection);
        } else if (value instanceof Map<?, ?> || value instanceof Record) {
            bindJson(statement, index, value);
        } else {
            throw new IllegalArgumentException("A statement cannot take a "
                    + value.getClass().getName() + "; the Javadoc of Database lists the types");
        }
    }

    private void bindCollection(PreparedStatement statement, int index, Collection<?> values) throws SQLException {
        String array = values.isEmpty()
                ? statement.getParameterMetaData().getParameterTypeName(index)
                : arrayOf(values.iterator().next());
        if (!array.startsWith("_")) {
            bindJson(statement, index, values);
            return;
        }
        Object[] elements = values.stream()
                .map(each -> each instanceof Number ? each : text(each))
                .toArray();
        statement.setArray(index, statement.getConnection().createArrayOf(array.substring(1), elements));
    }

    /** The server's name of the array type for such elements; {@code jsonb} where they are no simple values. */
    private static String arrayOf(Object element) {
        if (element instanceof String || element instanceof Ref || element instanceof Enum<?>) {
            return "_text";
        }
        return element instanceof Integer || element instanceof Long ? "_int8" : "jsonb";
    }

    private void bindJson(PreparedStatement statement, int index, Object value) throws SQLException {
        PGobject json = new PGobject();
        json.setType("jsonb");
        json.setValue(new JsonText(shapes, sealing).write(value));
        statement.setObject(index, json);
    }

    private static String text(Object value) {
        return value instanceof Enum<?> constant ? Scalars.text(constant) : value.toString();
    }
}
