package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What must be so once a panel that was killed runs again: looked at in its database, its home and its API. */
final class Aftermath implements AutoCloseable {
    private static final Duration LONGEST_JOB = Duration.ofSeconds(60);
    private static final Duration LONGEST_EVENT = Duration.ofSeconds(20);
    private static final String OPEN = "from audit i where phase = 'intent' and not exists"
            + " (select from audit o where o.call_id = i.call_id and o.phase = 'outcome')";

    private final Panel panel;
    private final Connection owner;
    private List<String> steps = List.of();
    private List<String> open = List.of();

    Aftermath(Panel panel) {
        this.panel = panel;
        this.owner = panel.connect();
        execute("set search_path = kernel");
        for (String table : List.of("audit", "job", "event")) {
            execute("alter table " + table + " no force row level security");
        }
    }

    private void execute(String sql) {
        try (Statement statement = owner.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Each row as one text. */
    private List<String> rows(String sql) {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private long count(String from) {
        return Long.parseLong(rows("select count(*) " + from).get(0));
    }

    /** Takes down what the dead panel left. */
    void remember() {
        steps = rows("select s::text from job_step s where state = 'done'");
        open = rows("select call_id " + OPEN);
    }

    /** Holds the panel that runs again against it; returns after how long the last job had ended. */
    Duration check(Api api) {
        Duration jobs = jobsHaveEnded();
        eventsWereHeard();
        pluginsAreWhole(api);
        auditIsIntact(api);
        return jobs;
    }

    /** After how long no row is left; those that stay are shown. */
    private Duration awaitNone(String what, Duration longest, String sql) {
        long start = System.nanoTime();
        List<String> left = rows(sql);
        while (!left.isEmpty() && System.nanoTime() - start < longest.toNanos()) {
            Wait.millis(100);
            left = rows(sql);
        }
        assertThat(left).as(what + " after " + longest).isEmpty();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private Duration jobsHaveEnded() {
        Duration took = awaitNone(
                "jobs that have not ended", LONGEST_JOB, "select j::text from job j where finished_at is null");
        assertThat(rows("select j::text from job j where state <> 'done' and coalesce(error, '') = ''"))
                .as("jobs that failed without a reason")
                .isEmpty();
        assertThat(rows("select s::text from job_step s"))
                .as("steps that were stored are not done again")
                .containsAll(steps);
        awaitNone(
                "jobs that the scheduler still has",
                LONGEST_JOB,
                "select s::text from scheduled_tasks s where task_name = 'job'");
        Wait.until("no work folder is left", Duration.ofSeconds(5), () -> workFolders()
                .isEmpty());
        return took;
    }

    private List<Path> workFolders() {
        Path all = panel.home.resolve("cache/workspaces");
        if (Files.notExists(all)) {
            return List.of();
        }
        try (Stream<Path> each = Files.list(all)) {
            return each.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void eventsWereHeard() {
        if (rows("select to_regclass('board.note')::text").get(0) == null) {
            return;
        }
        if (isInstalled()) {
            awaitNone(
                    "events that were committed and not heard",
                    LONGEST_EVENT,
                    "select text from board.note except select text from board.heard");
            awaitNone(
                    "deliveries that are left",
                    LONGEST_EVENT,
                    "select topic || ' ' || d::text from delivery d join event e on e.id = event_id");
        }
        assertThat(rows("select text from board.heard except select text from board.note"))
                .as("events of what was not committed")
                .isEmpty();
    }

    private boolean isInstalled() {
        return count("from plugin_install where plugin = 'board' and state = 'enabled'") == 1;
    }

    private void pluginsAreWhole(Api api) {
        List<String> recorded =
                rows("select 'plugin:' || plugin || '@' || sha256 from plugin_install where sha256 is not null");
        assertThat(bundles()).as("the bundles that the ledger has").containsExactlyInAnyOrderElementsOf(recorded);
        assertThat(rows("select subscriber from subscription where subscriber ~ 'board' and not exists"
                        + " (select from plugin_install where plugin = 'board' and state <> 'uninstalled')"))
                .as("subscriptions of a plugin that is gone")
                .isEmpty();
        Api.Answer said = api.get("/api/v1/board/say");
        if (!isInstalled()) {
            assertThat(said.status()).as(said.text()).isEqualTo(404);
            return;
        }
        assertThat(api.get("/api/v1/plugins/board").json().get("state").asText())
                .isEqualTo("active");
        assertThat(said.ok().json().get("version").asText())
                .isEqualTo(rows("select version from plugin_install where plugin = 'board'")
                        .get(0));
    }

    /** As the framework keeps them: id, location, state, one a line. */
    private List<String> bundles() {
        try (Stream<Path> files = Files.walk(panel.home.resolve("cache"), 4)) {
            return files.filter(each -> each.endsWith("bundle.info"))
                    .map(Aftermath::lines)
                    .filter(lines ->
                            lines.get(1).startsWith("plugin:") && !lines.get(2).equals("1"))
                    .map(lines -> lines.get(1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void auditIsIntact(Api api) {
        for (String call : open) {
            assertThat(rows("select outcome from audit where phase = 'outcome' and call_id = '" + call + "'"))
                    .as("the outcome of a call that was cut off")
                    .containsExactly("unknown");
        }
        assertThat(rows("select action || ' of ' || call_id " + OPEN))
                .as("intents without an outcome")
                .isEmpty();
        assertThat(rows("select action || ': ' || count(*) from job group by action order by 1"))
                .as("each job that ended is in the audit trail, once")
                .isEqualTo(rows("select action || ': ' || count(*) from audit o where phase = 'outcome' and not exists"
                        + " (select from audit i where i.call_id = o.call_id and i.phase = 'intent')"
                        + " group by action order by 1"));
        String job = api.post("/api/v1/audit/verify", Map.of())
                .ok()
                .json()
                .get("job")
                .asText();
        assertThat(api.await(job, LONGEST_JOB).at("/result/verdict").asText()).isEqualTo("intact");
        Wait.until(
                "each checkpoint is one line of the file",
                Duration.ofSeconds(10),
                () -> lines(panel.home.resolve("log/audit-checkpoints.jsonl")).size()
                        == count("from audit_checkpoint"));
    }

    @Override
    public void close() {
        try {
            owner.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
