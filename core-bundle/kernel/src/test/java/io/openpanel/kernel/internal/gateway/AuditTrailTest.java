package io.openpanel.kernel.internal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people see of the audit trail, and take away as a file. */
@ExtendWith(OpenPanelExtension.class)
class AuditTrailTest {
    private final TestPanel panel;
    private final Ref team = Ref.create("team");
    private final Principal owner = TestPanel.local(team);

    AuditTrailTest(TestPanel panel) {
        this.panel = panel;
    }

    @BeforeEach
    void open() {
        panel.awaitActions("audit.list", "audit.export");
    }

    private void rows(String values) throws SQLException {
        try (Connection database = panel.connect();
                Statement statement = database.createStatement()) {
            statement.execute("set search_path = kernel; alter table audit no force row level security");
            statement.execute(
                    """
                    insert into audit (team_id, call_id, phase, at, caller, caller_name, via, surface, address, request_id,
                                       action, resources, input, outcome, detail)
                    select '%s', * from (values %s) v
                    """
                            .formatted(team.id(), values));
            statement.execute("alter table audit force row level security");
        }
    }

    private void three() throws SQLException {
        rows(
                """
                ('a', 'intent', '2026-01-01T10:00:00Z'::timestamptz, 'user:ann', 'Ann', null, 'rest', '10.0.0.1', 'r1',
                 'note.add', array['plugin:kernel'], '{"text":"=1+1"}'::jsonb, null, null),
                ('a', 'outcome', '2026-01-01T10:00:01Z', 'user:ann', 'Ann', null, 'rest', '10.0.0.1', 'r1',
                 'note.add', array['plugin:kernel'], null, 'done', null),
                ('b', 'intent', '2026-01-02T10:00:00Z', 'key:k', '=HYPERLINK("http://evil")', 'deploy', 'action', '10.0.0.2', 'r2',
                 'note.delete', array['note:7'], '{}'::jsonb, null, null),
                ('c', 'refusal', '2026-01-03T10:00:00Z', 'user:bob', 'Bob', null, 'rest', '10.0.0.1', 'r3',
                 'project.delete', array[]::text[], null, 'denied', 'no, "never"')
                """);
    }

    private List<String> actions(String filter) {
        return listed(filter).get("items").findValuesAsText("action");
    }

    private JsonNode listed(String filter) {
        return Json.parse(panel.json(owner, "audit.list", filter).getBytes(StandardCharsets.UTF_8));
    }

    private String exported(Principal who, String input) throws IOException {
        Gateway.Reply.File file = (Gateway.Reply.File) panel.call(who, "audit.export", input);
        try (InputStream in = file.content()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void itIsNarrowedByEachOfItsColumns() throws SQLException {
        three();

        assertThat(actions("{}")).containsExactly("project.delete", "note.delete", "note.add");
        assertThat(actions("{\"action\":\"note\"}")).containsExactly("note.delete", "note.add");
        assertThat(actions("{\"action\":\"note.add\"}")).containsExactly("note.add");
        assertThat(actions("{\"caller\":\"key:k\"}")).containsExactly("note.delete");
        assertThat(actions("{\"caller\":\"aNN\"}")).containsExactly("note.add");
        assertThat(actions("{\"via\":\"deploy\"}")).containsExactly("note.delete");
        assertThat(actions("{\"surface\":\"rest\"}")).containsExactly("project.delete", "note.add");
        assertThat(actions("{\"address\":\"10.0.0.2\"}")).containsExactly("note.delete");
        assertThat(actions("{\"outcome\":\"running\"}")).containsExactly("note.delete");
        assertThat(actions("{\"outcome\":\"denied\"}")).containsExactly("project.delete");
        assertThat(actions("{\"resource\":\"note:7\"}")).containsExactly("note.delete");
        assertThat(actions("{\"since\":\"2026-01-02T00:00:00Z\",\"until\":\"2026-01-03T00:00:00Z\"}"))
                .containsExactly("note.delete");
    }

    @Test
    void aRowSaysWhatWasAskedForAndWhatItsResourceIsCalled() throws SQLException {
        three();

        JsonNode listed = listed("{}");

        assertThat(listed.at("/items/2/input/text").asText()).isEqualTo("=1+1");
        assertThat(listed.get("names")).hasSize(1);
        assertThat(listed.at("/names/0/resource").asText()).isEqualTo("plugin:kernel");
        assertThat(listed.at("/names/0/name").asText()).isNotEmpty();
    }

    @Test
    void theFileForASpreadsheetHoldsNoFormula() throws Exception {
        three();

        List<String> lines = exported(owner, "{\"format\":\"csv\"}").lines().toList();

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("seq,at,caller,callerName");
        assertThat(lines.get(1)).contains("\"no, \"\"never\"\"\"");
        assertThat(lines.get(2))
                .contains("\"'=HYPERLINK(\"\"http://evil\"\")\"")
                .doesNotContain(",\"=");
        assertThat(exported(owner, "{\"format\":\"csv\",\"action\":\"note.add\"}")
                        .lines())
                .hasSize(2);
    }

    @Test
    void theWholeTrailOfTheTeamIsInTheFileAndNothingOfAnother() throws Exception {
        rows(
                """
                ('x', 'refusal', now(), 'user:ann', 'Ann', null, 'rest', '', 'r', 'note.first', array[]::text[], null::jsonb, 'denied', '')
                """);
        try (Connection database = panel.connect();
                Statement statement = database.createStatement()) {
            statement.execute("set search_path = kernel; alter table audit no force row level security");
            statement.execute("insert into audit (team_id, call_id, phase, at, caller, caller_name, surface, address,"
                    + " request_id, action, resources, outcome) select '" + team.id()
                    + "', 'many-' || n, 'refusal', now(),"
                    + " 'user:ann', 'Ann', 'rest', '', 'r', 'note.add', array[]::text[], 'denied'"
                    + " from generate_series(1, 2500) n");
            statement.execute("alter table audit force row level security");
        }

        JsonNode rows = Json.parse(exported(owner, "{\"format\":\"json\"}").getBytes(StandardCharsets.UTF_8));

        assertThat(rows).hasSize(2501);
        assertThat(rows.get(2500).get("action").asText()).isEqualTo("note.first");
        assertThat(rows.findValuesAsText("seq")).doesNotHaveDuplicates();
        assertThat(exported(TestPanel.local(Ref.create("team")), "{\"format\":\"json\"}"))
                .doesNotContain("note.");
    }
}
