package io.openpanel.kernel.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.KeptJobs;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** What becomes of jobs once they have ended: they are found, and one day they are gone. */
@ExtendWith(OpenPanelExtension.class)
class JobsThatEndedTest {
    private final TestPanel panel;
    private final Ref team = Ref.create("team");
    private final Principal owner = TestPanel.local(team);
    private Connection database;

    JobsThatEndedTest(TestPanel panel) {
        this.panel = panel;
    }

    @BeforeEach
    void open() throws SQLException {
        panel.awaitActions("audit.verify", "job.list", "setting.update");
        database = panel.connect();
        sql("set search_path = kernel; alter table job no force row level security");
    }

    @AfterEach
    void close() throws SQLException {
        sql("alter table job force row level security");
        database.close();
    }

    private void sql(String text) throws SQLException {
        try (Statement statement = database.createStatement()) {
            statement.execute(text);
        }
    }

    private long count(String from) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery("select count(*) from " + from)) {
            found.next();
            return found.getLong(1);
        }
    }

    /** A job that ended so many days ago, with a log of so many lines. */
    private Ref ended(String action, int days, int lines) throws SQLException {
        Ref job = Ref.create("job");
        sql(
                """
                insert into job (id, team_id, action, plugin, caller, surface, input, state, created_at, finished_at)
                values ('%1$s', '%2$s', '%3$s', 'kernel', '{"ref":"local:local","name":"local"}', 'local', '{}', 'done',
                        now() - interval '%4$d days 1 hour', now() - interval '%4$d days');
                insert into job_step (job_id, name, position, state, attempt, started_at)
                values ('%1$s', 'one', 0, 'done', 1, now());
                insert into job_log (job_id, seq, at, line) select '%1$s', n, now(), 'line ' || n from generate_series(1, %5$d) n
                """
                        .formatted(job.id(), team.id(), action, days, lines));
        return job;
    }

    private void sweep() throws Exception {
        for (ServiceReference<Extension> each : panel.context().getServiceReferences(Extension.class, null)) {
            Object extension = panel.context().getService(each);
            if (extension.getClass().getSimpleName().equals("JobActions")) {
                extension.getClass().getMethod("sweep").invoke(extension);
            }
        }
    }

    private boolean isThere(Ref job) throws SQLException {
        return count("job where id = '" + job.id() + "'") == 1;
    }

    @Test
    void longAfterItsEndAJobGoesWithItsWholeLogAndTheAuditTrailStays() throws Exception {
        Ref old = ended("audit.verify", 91, 12_345);
        Ref recent = ended("audit.verify", 89, 3);
        Ref running = ended("audit.verify", 400, 3);
        sql("update job set finished_at = null, state = 'running' where id = '" + running.id() + "'");
        long audited = count("audit");

        sweep();

        assertThat(isThere(old)).isFalse();
        assertThat(count("job_log where job_id = '" + old.id() + "'")).isZero();
        assertThat(count("job_step where job_id = '" + old.id() + "'")).isZero();
        assertThat(isThere(recent)).isTrue();
        assertThat(count("job_log where job_id = '" + recent.id() + "'")).isEqualTo(3);
        assertThat(isThere(running)).isTrue();
        assertThat(count("audit")).isGreaterThanOrEqualTo(audited);
        sql("delete from job where id = '" + running.id() + "'");
    }

    @Test
    void anOwnerOfThePanelSaysForHowLong() throws Exception {
        Ref job = ended("audit.verify", 8, 1);
        panel.json(owner, "setting.update", "{\"plugin\":\"kernel\",\"values\":{\"jobDays\":7}}");
        TestPanel.await("the setting counts", () -> {
            try {
                sweep();
                return !isThere(job);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        panel.json(owner, "setting.undo", "{\"plugin\":\"kernel\"}");
    }

    @Test
    void whatSomethingIsStillShownWithStaysAndSoDoesWhatNobodyCanBeAskedAbout() throws Exception {
        List<Ref> many = new ArrayList<>();
        for (int i = 0; i < 205; i++) {
            many.add(ended("audit.verify", 100, 1));
        }
        Ref last = ended("audit.verify", 95, 1);
        Ref ofAStoppedPlugin = ended("stopped.work", 100, 1);
        KeptJobs shown = jobs -> Set.copyOf(jobs.stream().filter(many::contains).toList());
        ServiceRegistration<KeptJobs> registered = panel.context().registerService(KeptJobs.class, shown, null);

        sweep();
        registered.unregister();

        assertThat(isThere(many.get(0))).isTrue();
        assertThat(isThere(many.get(204))).isTrue();
        assertThat(isThere(last)).as("one that comes after all those that stay").isFalse();
        assertThat(isThere(ofAStoppedPlugin)).isTrue();
        sweep();
        assertThat(isThere(many.get(0))).isFalse();
    }

    /** Everybody may, and sees one job. */
    private record Sees(Ref job, Ref team) implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> wanted) {
            return Optional.of(new Principal(Ref.parse(token), token, Optional.of(team), Optional.empty()));
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return true;
        }

        @Override
        public Reach reach(Principal principal, String kind) {
            return new Reach(false, Set.of(job));
        }

        @Override
        public AutoCloseable onRevoked(Consumer<Ref> listener) {
            return () -> {};
        }
    }

    private static JsonNode parsed(byte[] json) {
        return Json.parse(json);
    }

    @Test
    void whoSeesFewJobsFindsThemBehindAllTheOthers() throws Exception {
        Ref own = ended("audit.verify", 3, 1);
        for (int i = 0; i < 250; i++) {
            ended("audit.verify", 1, 0);
        }
        var authority = panel.context().registerService(Authority.class, new Sees(own, team), null);
        Gateway.Reply reply = panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        "job.list",
                        "{\"limit\":5}".getBytes(StandardCharsets.UTF_8),
                        new Gateway.Caller.Bearer("user:gil", Optional.empty()),
                        "rest",
                        "192.0.2.7",
                        "test",
                        Optional.empty(),
                        Optional.empty()));
        authority.unregister();

        JsonNode page = parsed(((Gateway.Reply.Done) reply).json());
        assertThat(page.get("items").findValuesAsText("job")).containsExactly(own.toString());
        assertThat(page.has("next")).isFalse();
    }

    @Test
    void aJobOfAPersonWaitsForThePluginThatKnowsWhatTheyMay() throws Exception {
        Ref job = Ref.create("job");
        String here = "scheduled_tasks where task_instance = '" + job.id() + "'";
        sql(
                """
                insert into job (id, team_id, action, plugin, caller, surface, input, state, created_at)
                values ('%1$s', '%2$s', 'audit.verify', 'kernel', '{"ref":"user:gil","name":"gil","team":"%3$s"}',
                        'rest', '{}', 'queued', now());
                insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                values ('job', '%1$s', '2000-01-01', false, 1)
                """
                        .formatted(job.id(), team.id(), team));
        TestPanel.await("it was tried", () -> looked(here + " and execution_time > '2001-01-01' and not picked"));
        assertThat(count("job where state = 'queued' and id = '" + job.id() + "'"))
                .isOne();

        var authority = panel.context().registerService(Authority.class, new Sees(job, team), null);
        TestPanel.await("it is done", () -> looked("job where state = 'done' and id = '" + job.id() + "'"));
        authority.unregister();
    }

    private boolean looked(String from) {
        try {
            return count(from) == 1;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void pagesOfJobsThatWereAskedForAtTheSameMomentLoseNone() throws Exception {
        for (int i = 0; i < 7; i++) {
            ended("audit.verify", 2, 0);
        }
        sql("update job set created_at = '2026-01-01T00:00:00Z' where team_id = '" + team.id() + "'");
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            String after = cursor.isEmpty() ? "" : ",\"cursor\":\"" + cursor + '"';
            JsonNode page = parsed(
                    panel.json(owner, "job.list", "{\"limit\":3" + after + '}').getBytes(StandardCharsets.UTF_8));
            found.addAll(page.get("items").findValuesAsText("job"));
            cursor = page.path("next").asText("");
        } while (!cursor.isEmpty());

        assertThat(found).hasSize(7).doesNotHaveDuplicates();
    }
}
