package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static io.openpanel.data.internal.Fixture.BETA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Problem.Kind;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

@Tag("slow")
class SecretsTest {
    private static final String CANARY = "canary-4711-plain";
    private static final String TABLES =
            """
            create table variable (
                id text primary key, team_id openpanel.team not null, value text, old text, several jsonb
            );
            select openpanel.tenant('variable');
            """;

    private final FakeContext context = FakeContext.in(ALPHA);
    private Fixture fixture;
    private Database database;

    public record Variable(String id, Secret value) {}

    public record Several(Map<String, Secret> several) {}

    public record Stored(String id, Secret value, Optional<Secret> old) {}

    @BeforeEach
    void start() {
        fixture = Fixture.create();
        database = fixture.open(context, "shop", TABLES);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void aSecretComesBackAndIsToldOf() {
        store("v1", CANARY);

        Secret secret = read("v1");

        assertThat(secret.isSealed()).isTrue();
        assertThat(context.revealed).isEmpty();
        assertThat(reveal(secret, "v1")).isEqualTo(CANARY);
        assertThat(context.revealed).containsExactly(CANARY);
    }

    @Test
    void nothingPlainLiesInTheTable() {
        store("v1", CANARY);

        String row = fixture.peek("select value from shop.variable").get(0);

        assertThat(row)
                .matches("v1\\.[0-9a-z]{16}\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]+")
                .doesNotContain("canary");
        assertThat(fixture.peek("select wrapped from openpanel.data_key").get(0))
                .startsWith("v1.");
    }

    @Test
    void theSameTextIsNeverSealedTheSame() {
        store("v1", CANARY);
        store("v2", CANARY);

        assertThat(fixture.peek("select distinct value from shop.variable")).hasSize(2);
    }

    @Test
    void oneMovedToAnotherRowDoesNotOpen() {
        store("v1", CANARY);
        store("v2", "other");
        fixture.execute("update shop.variable set value = (select value from shop.variable where id = 'v1')");

        assertThat(reveal(read("v1"), "v1")).isEqualTo(CANARY);
        assertDoesNotOpen(() -> reveal(read("v2"), "v2"));
    }

    @Test
    void oneMovedToAnotherTeamDoesNotOpen() {
        store("v1", CANARY);
        fixture.execute("update shop.variable set team_id = '" + BETA.id() + "'");
        context.team(BETA);

        assertDoesNotOpen(() -> reveal(read("v1"), "v1"));
    }

    @Test
    void oneMovedToAnotherSchemaDoesNotOpen() {
        store("v1", CANARY);
        Database other = fixture.open(context, "other", TABLES);
        fixture.execute("insert into other.variable select * from shop.variable");

        Secret moved = other.tx(tx -> tx.one(Variable.class, "select id, value from variable"))
                .orElseThrow()
                .value();

        assertDoesNotOpen(() -> reveal(moved, "v1"));
    }

    @Test
    void oneChangedByABitDoesNotOpen() {
        store("v1", CANARY);
        fixture.execute("update shop.variable set value = left(value, -1) || case right(value, 1)"
                + " when 'A' then 'B' else 'A' end");
        assertDoesNotOpen(() -> reveal(read("v1"), "v1"));
        fixture.execute("update shop.variable set value = 'plain text'");
        assertDoesNotOpen(() -> reveal(read("v1"), "v1"));
        fixture.execute("update shop.variable set value = 'v1.0000000000000000.AAAAAAAAAAAAAAAA.AAAA'");
        assertDoesNotOpen(() -> reveal(read("v1"), "v1"));
    }

    @Test
    void aSecretNeedsItsPlace() {
        assertThatThrownBy(() -> database.tx(tx -> tx.update(
                        "insert into variable values ('v1', openpanel.current_team(), ?)", Secret.of(CANARY))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secret.at(table, column, row)");
        store("v1", CANARY);
        assertThatThrownBy(() -> read("v1").reveal())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("secret.at(table, column, row)");
    }

    @Test
    void oneStillSealedIsStoredAgainAtItsPlaceOnly() {
        store("v1", CANARY);
        Secret kept = read("v1");

        database.tx(tx -> tx.update("update variable set value = ?", kept.at("variable", "value", "v1")));

        assertThat(reveal(read("v1"), "v1")).isEqualTo(CANARY);
        assertDoesNotOpen(
                () -> database.tx(tx -> tx.update("update variable set old = ?", kept.at("variable", "old", "v1"))));
    }

    @Test
    void aBatchSealsEachRecordsOwn() {
        List<Stored> rows = List.of(stored("v1"), stored("v2"));

        database.tx(tx -> tx.batch(
                "insert into variable (id, team_id, value, old)"
                        + " values (:id, openpanel.current_team(), :value, :old)",
                rows));

        assertThat(reveal(read("v1"), "v1")).isEqualTo("v1's");
        assertThat(reveal(read("v2"), "v2")).isEqualTo("v2's");
    }

    @Test
    void secretsWithinJsonbAreSealedToo() {
        Secret secret = Secret.of(CANARY).at("variable", "several", "v1.TOKEN");
        database.tx(tx -> tx.update(
                "insert into variable (id, team_id, several)" + " values ('v1', openpanel.current_team(), ?)",
                Map.of("TOKEN", secret)));

        Several several = database.tx(tx -> tx.one(Several.class, "select several from variable"))
                .orElseThrow();

        assertThat(fixture.peek("select several from shop.variable").get(0)).doesNotContain("canary");
        assertThat(several.several()
                        .get("TOKEN")
                        .at("variable", "several", "v1.TOKEN")
                        .reveal())
                .isEqualTo(CANARY);
        assertThatThrownBy(() -> database.tx(
                        tx -> tx.update("update variable set several = ?", Map.of("TOKEN", Secret.of(CANARY)))))
                .hasMessageContaining("place");
    }

    @Test
    void eachTeamHasADataKeyOfItsOwn() {
        store("v1", CANARY);
        store("v2", CANARY);
        context.team(BETA);
        store("v3", CANARY);

        assertThat(fixture.peek("select team from openpanel.data_key"))
                .containsExactlyInAnyOrder(ALPHA.id(), BETA.id());
        assertThat(fixture.peek("select distinct split_part(value, '.', 2) from shop.variable"))
                .hasSize(2);
    }

    @Test
    void aKeyMadeInATransactionThatIsRolledBackStays() {
        assertThatThrownBy(() -> database.tx(tx -> {
                    insert(tx, "v1", CANARY);
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        store("v1", CANARY);

        try (PostgresStorage restarted = fixture.start()) {
            assertThat(reveal(read(restarted, "v1"), "v1")).isEqualTo(CANARY);
        }
    }

    @Test
    void aKeyOlderThanNinetyDaysSealsNoMoreAndStillOpens() {
        store("v1", CANARY);
        fixture.execute("update openpanel.data_key set created_at = now() - interval '91 days'");

        try (PostgresStorage restarted = fixture.start()) {
            Database again = restarted.open("shop", bundle(), context);
            again.tx(tx -> insert(tx, "v2", CANARY));
            assertThat(reveal(read(restarted, "v1"), "v1")).isEqualTo(CANARY);
            assertThat(reveal(read(restarted, "v2"), "v2")).isEqualTo(CANARY);
        }
        assertThat(fixture.peek("select id from openpanel.data_key")).hasSize(2);
    }

    @Test
    void overAllTeamsASecretOpensAndIsThePanels() {
        store("v1", CANARY);

        Secret seen = database.allTeams(tx -> tx.one(Variable.class, "select id, value from variable"))
                .orElseThrow()
                .value();

        assertThat(reveal(seen, "v1")).isEqualTo(CANARY);
    }

    @Test
    void thePanelSealsForItself() {
        String ciphertext = fixture.storage.seal(CANARY, "job|input|j1");

        assertThat(ciphertext).startsWith("v1.").doesNotContain("canary");
        assertThat(fixture.storage.unseal(ciphertext, "job|input|j1")).isEqualTo(CANARY);
        assertDoesNotOpen(() -> fixture.storage.unseal(ciphertext, "job|input|j2"));
        assertThat(fixture.peek("select team from openpanel.data_key")).containsExactly("");
    }

    @Test
    void aTeamsSecretIsNotThePanels() {
        store("v1", CANARY);
        String ciphertext = fixture.peek("select value from shop.variable").get(0);

        assertDoesNotOpen(() -> fixture.storage.unseal(ciphertext, "variable|value|v1"));
    }

    @Test
    void theKeyFileIsForItsOwnerOnly() throws IOException {
        store("v1", CANARY);
        Path file = fixture.home.resolve("keys/kek");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        assertThat(Files.list(file.getParent())).hasSize(1);
    }

    @Test
    void withAnotherKeyFileNothingOpensAndNothingIsSealed() throws IOException {
        store("v1", CANARY);
        Path file = fixture.home.resolve("keys/kek");
        Files.delete(file);
        try (PostgresStorage restarted = fixture.start()) {
            assertThatThrownBy(() -> reveal(read(restarted, "v1"), "v1"))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("recovery kit");
            assertThatThrownBy(() -> restarted.seal("x", "y")).hasMessageContaining("recovery kit");
        }
        Files.writeString(file, "A".repeat(43));
        try (PostgresStorage restarted = fixture.start()) {
            assertThatThrownBy(() -> reveal(read(restarted, "v1"), "v1"))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("put back the key file");
        }
        Files.writeString(file, "too short");
        try (PostgresStorage restarted = fixture.start()) {
            assertThatThrownBy(() -> restarted.seal("x", "y")).hasMessageContaining("cannot be used");
        }
    }

    private static void assertDoesNotOpen(ThrowingCallable opening) {
        assertThatThrownBy(opening).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Kind.UPSTREAM);
            assertThat(problem.getMessage()).contains("does not open").doesNotContain(CANARY);
        });
    }

    private static Bundle bundle() {
        return FakeBundle.with(Map.of("V001__tables.sql", TABLES));
    }

    private static Stored stored(String id) {
        return new Stored(id, Secret.of(id + "'s").at("variable", "value", id), Optional.empty());
    }

    private void store(String id, String plain) {
        database.tx(tx -> insert(tx, id, plain));
    }

    private static int insert(Database.Tx tx, String id, String plain) {
        return tx.update(
                "insert into variable values (?, openpanel.current_team(), ?)",
                id,
                Secret.of(plain).at("variable", "value", id));
    }

    private Secret read(String id) {
        return read(database, id);
    }

    private Secret read(PostgresStorage storage, String id) {
        return read(storage.open("shop", bundle(), context), id);
    }

    private static Secret read(Database database, String id) {
        return database.tx(tx -> tx.one(Variable.class, "select id, value from variable where id = ?", id))
                .orElseThrow()
                .value();
    }

    private static String reveal(Secret secret, String id) {
        return secret.at("variable", "value", id).reveal();
    }
}
