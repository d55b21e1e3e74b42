package io.openpanel.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Secret;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Statements nobody vouches for reach one schema, whatever they are. */
class ApartTest {
    private static final String TABLES =
            """
            create table note (team_id openpanel.team not null, text text not null);
            create table word (word text);
            select openpanel.tenant('note');
            """;

    private final Fixture fixture = Fixture.create();
    private final FakeContext context = FakeContext.in(Fixture.ALPHA);

    @AfterEach
    void close() {
        fixture.close();
    }

    public record Text(String text) {}

    public record Word(Secret word) {}

    private Database open(String migration) {
        return fixture.storage.openApart("lodger", FakeBundle.with(Map.of("V001__tables.sql", migration)), context);
    }

    private static void note(Database database, String text) {
        database.tx(tx -> tx.update("insert into note (team_id, text) values (openpanel.current_team(), ?)", text));
    }

    private static List<Text> notes(Database database) {
        return database.tx(tx -> tx.list(Text.class, "select text from note order by text"));
    }

    @Test
    void itsOwnTablesShowTheRowsOfTheTeam() {
        Database database = open(TABLES);
        note(database, "alpha's");
        context.team(Fixture.BETA);
        assertThat(notes(database)).isEmpty();
        note(database, "beta's");
        assertThat(notes(database)).containsExactly(new Text("beta's"));
        List<Text> all = database.allTeams(tx -> tx.list(Text.class, "select text from note"));
        assertThat(all).hasSize(2);
        assertThat(notes(database)).hasSize(1);
    }

    @Test
    void itsSecretsAreSealedByThePanel() {
        Database database = open(TABLES);
        Secret plain = Secret.of("open sesame").at("word", "word", "1");
        database.tx(tx -> tx.update("insert into word (word) values (?)", plain));
        assertThat(fixture.peek("select word from lodger.word")).noneMatch(each -> each.contains("sesame"));
        Secret kept = database.tx(tx -> tx.one(Word.class, "select word from word"))
                .orElseThrow()
                .word();
        assertThat(kept.at("word", "word", "1").reveal()).isEqualTo("open sesame");
    }

    @Test
    void itReachesNothingOfOthers() {
        fixture.open(FakeContext.in(Fixture.ALPHA), "neighbour", "create table safe (text text)");
        Database database = open(TABLES);
        for (String sql : List.of(
                "select text from neighbour.safe",
                "select wrapped as text from openpanel.data_key",
                "select digest as text from openpanel.migration",
                "select rolpassword as text from pg_authid",
                "select pg_read_file('/etc/passwd') as text",
                "select pg_terminate_backend(pid)::text as text from pg_stat_activity where usename <> current_user",
                "select set_config('role', '"
                        + fixture.peek("select rolname from pg_roles where rolname like '%\\_all'")
                                .get(0) + "', true) as text")) {
            assertThatThrownBy(() -> database.tx(tx -> tx.list(Text.class, sql)))
                    .as(sql)
                    .hasMessageContaining("42501");
        }
        assertThatThrownBy(() -> database.tx(tx -> tx.update("create schema another")))
                .hasMessageContaining("42501");
    }

    @Test
    void itsMigrationsRunAsItselfAndNotAsTheOwner() {
        assertThatThrownBy(() -> open("copy (select 1) to program 'true'")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> open("create role intruder superuser")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> open("create table kernel_note (id int); grant pg_read_all_data to current_user"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void whatThePanelStoredIsNotGivenAway() {
        fixture.open(FakeContext.in(Fixture.ALPHA), "lodger", TABLES);
        assertThatThrownBy(() -> open(TABLES)).hasMessageContaining("was written inside the panel");
    }

    @Test
    void onceTrustedThePanelHasWhatItStored() {
        note(open(TABLES), "mine");
        Database inside = fixture.open(context, "lodger", TABLES);
        assertThat(notes(inside)).containsExactly(new Text("mine"));
        note(inside, "ours");
        assertThat(notes(inside)).hasSize(2);
    }

    @Test
    void itGoesWithItsLogin() {
        open(TABLES);
        fixture.storage.drop("lodger");
        assertThat(fixture.peek("select rolname from pg_roles where rolname like '%\\_x\\_lodger'"))
                .isEmpty();
        note(open(TABLES), "again");
    }
}
