package io.openpanel.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table note",
                "alter table note add column a int; alter table note drop column text",
                "alter table note drop text",
                "ALTER TABLE note\n  RENAME COLUMN text TO words",
                "alter table note alter column text type bytea using text::bytea",
                "alter table note alter text set data type int",
                "alter table note alter column text set not null",
                "alter table note add column author text not null",
                "alter table note add author text not null, add column b int not null default 1",
            })
    void whatTheVersionBeforeCannotLiveWithIsNamed(String sql) {
        assertThat(new Migration("V002__x.sql", sql).breaking())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("V002__x.sql ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table tag (name text not null, primary key (name))",
                "alter table note add column author text",
                "alter table note add column author text not null default 'nobody'",
                "alter table note add column author text default 'nobody' not null",
                "alter table note alter column text drop not null, alter column text drop default",
                "alter table note drop constraint note_check",
                "alter table note add constraint short check (length(text) < 10 and text is not null)",
                "alter table part alter column bytes set storage external",
                "-- drop table note;\ninsert into tag values ('drop table note; rename')",
                "-- contract: since 1.3 nothing reads it\nalter table note drop column text",
            })
    void whatItCanLiveWithIsNot(String sql) {
        assertThat(new Migration("V002__x.sql", sql).breaking()).isEmpty();
    }
}
