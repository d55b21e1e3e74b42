package io.openpanel.data.internal.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamedSqlTest {
    @Test
    void namesBecomeQuestionMarksInTheirOrder() {
        assertThat(NamedSql.parse("insert into t values (:id, :jobId, :id)"))
                .isEqualTo(new NamedSql("insert into t values (?, ?, ?)", List.of("id", "jobId", "id")));
    }

    @Test
    void otherColonsStay() {
        String sql =
                """
                select ':a', "b:c", 'it''s :d', x::text, y[1:2] -- :e
                /* :f
                 */, $$ :g $$, $body$ :h $body$, '\\'
                """;

        assertThat(NamedSql.parse(sql)).isEqualTo(new NamedSql(sql, List.of()));
        assertThat(NamedSql.parse(":a::jsonb ?? :b").sql()).isEqualTo("?::jsonb ?? ?");
    }

    @Test
    void aLongTextIsNoBurden() {
        String text = "'" + "x''".repeat(200_000) + "'";

        assertThat(NamedSql.parse(text + ":a").sql()).isEqualTo(text + "?");
    }
}
