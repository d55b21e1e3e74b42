package io.openpanel.data.internal.row;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Reads the values of one Java type. */
interface Codec {
    /** The column's value; null, or what stands for it, where it is null. */
    Object column(ResultSet rows, int column, Sealing sealing) throws SQLException;

    /** The value at the parser's current token, which is not JSON's null. */
    Object json(JsonParser json, Sealing sealing) throws IOException;

    /** What stands for nothing: of an absent property of jsonb or a null column. */
    default Object nothing() {
        return null;
    }
}
