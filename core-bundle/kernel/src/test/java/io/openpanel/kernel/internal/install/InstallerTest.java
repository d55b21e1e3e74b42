package io.openpanel.kernel.internal.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Extension;
import io.openpanel.api.Health;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

/** Plugins come from a marketplace, change and go, while the version that serves goes on until the new one is well. */
@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
class InstallerTest {
    private static final Principal OWNER = TestPanel.local(null);
    private static final String CODE =
            """
            package board;
            import io.openpanel.api.*;
            import java.util.List;
            public class BoardActions implements Extension {
                public record Said(String version, int rows) {}
                public record Row(String text) {}
                private final Panel panel;
                public BoardActions(Panel panel) {
                    this.panel = panel;
                    %s
                }
                @Action(value = "board.say", summary = "Says its version", effect = Action.Effect.READ)
                public Said say() {
                    List<Row> rows = panel.database().allTeams(tx -> tx.list(Row.class, "select text from note"));
                    return new Said("%s", rows.size());
                }
                @Action(value = "board.add", summary = "Adds a note", effect = Action.Effect.CHANGE)
                public void add() {
                    panel.database().allTeams(tx -> tx.update("insert into note (text) values ('x')"));
                }
            }
            """;
    private static final String HEALTH =
            """
            package board;
            public class BoardHealth implements io.openpanel.api.Health {
                public java.util.Optional<String> problem() {
                    return java.util.Optional.of("the moon is not full");
                }
            }
            """;

    private static TestPanel panel;

    @TempDir
    private Path folder;

    private TestMarketplace market;

    @BeforeAll
    static void take(TestPanel started) {
        panel = started;
        panel.awaitActions("plugin.install");
    }

    @BeforeEach
    void addMarketplace() {
        market = new TestMarketplace("m" + System.nanoTime());
        market.publish(board("1.0.0", "").write(folder));
        panel.json(
                OWNER,
                "marketplace.add",
                "{\"url\":\"" + market.url() + "\",\"fingerprint\":\"" + market.fingerprint() + "\"}");
        panel.json(OWNER, "publisher.trust", "{\"offer\":\"board\"}");
    }

    @AfterEach
    void purge() {
        if (panel.json(OWNER, "plugin.list", "{}").contains("plugin:board")) {
            panel.json(OWNER, "plugin.purge", "{\"plugin\":\"board\",\"confirm\":\"board\"}");
        }
        panel.json(OWNER, "marketplace.delete", "{\"marketplace\":\"" + name() + "\",\"confirm\":\"" + name() + "\"}");
        market.close();
        assertThat(bundles()).isEmpty();
        TestPanel.await("the work folder is empty", () -> workspaces().isEmpty());
    }

    private String name() {
        return panel.json(OWNER, "marketplace.list", "{}").replaceAll(".*\"marketplace:(m\\d+)\".*", "$1");
    }

    private static PluginJar board(String version, String atStart) {
        return PluginJar.of("board", version)
                .component(
                        "board.BoardActions",
                        CODE.formatted(atStart, version),
                        Extension.class.getName(),
                        Panel.class.getName())
                .file("db/V001__note.sql", "create table note (text text not null);")
                .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\nboard.add: [owner]\n");
    }

    private static List<Bundle> bundles() {
        return Arrays.stream(panel.context().getBundles())
                .filter(each -> each.getLocation().startsWith("plugin:"))
                .toList();
    }

    private static List<Path> workspaces() {
        Path all = panel.home().resolve("cache/workspaces");
        try (var list = Files.isDirectory(all) ? Files.list(all) : java.util.stream.Stream.<Path>empty()) {
            return list.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void refresh() {
        panel.json(OWNER, "marketplace.refresh", "{\"marketplace\":\"" + name() + "\"}");
    }

    private static String job(String action, String input) {
        String job = ((Gateway.Reply.Accepted) panel.call(OWNER, action, input))
                .job()
                .toString();
        String[] json = {""};
        TestPanel.await(
                job + " ends",
                () -> {
                    json[0] = panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}");
                    return !json[0].matches("(?s).*\"state\":\"(queued|running)\",\"progress\".*");
                },
                Duration.ofSeconds(60));
        return json[0];
    }

    private static void install() {
        assertThat(job("plugin.install", "{\"offer\":\"board\"}")).contains("\"state\":\"done\"");
    }

    private static String update() {
        return job("plugin.update", "{\"plugin\":\"board\"}");
    }

    private static String said() {
        return panel.json(OWNER, "board.say", "{}");
    }

    @Test
    void whoFollowsTheCatalogueHearsOfAPluginOnceItsPagesAreThere() throws Exception {
        List<Integer> states = new CopyOnWriteArrayList<>();
        try (AutoCloseable following =
                panel.get(Catalogue.class).onChange(() -> bundles().forEach(each -> states.add(each.getState())))) {
            install();
            TestPanel.await("the last word", () -> !states.isEmpty() && states.get(states.size() - 1) == Bundle.ACTIVE);
        }
    }

    @Test
    void aPluginIsInstalledUpdatedRolledBackAndRemovedAndItsDataStays() {
        install();
        panel.json(OWNER, "board.add", "{}");
        assertThat(said()).isEqualTo("{\"version\":\"1.0.0\",\"rows\":1}");

        market.publish(board("1.1.0", "")
                .file("db/V002__more.sql", "alter table note add column more text;")
                .write(folder));
        refresh();
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}")).contains("\"update\":\"1.1.0\"");
        assertThat(update()).contains("\"state\":\"done\"");
        assertThat(said()).isEqualTo("{\"version\":\"1.1.0\",\"rows\":1}");

        assertThat(job("plugin.rollback", "{\"plugin\":\"board\"}")).contains("\"state\":\"done\"");
        assertThat(said()).isEqualTo("{\"version\":\"1.0.0\",\"rows\":1}");
        assertThat(bundles()).hasSize(1);

        panel.json(OWNER, "plugin.uninstall", "{\"plugin\":\"board\"}");
        assertThat(panel.get(Catalogue.class).operation("board.say")).isEmpty();
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}")).contains("uninstalled");
        install();
        assertThat(said()).as("the newest, with the rows it had").isEqualTo("{\"version\":\"1.1.0\",\"rows\":1}");
    }

    @Test
    void everyCallIsAnsweredWhileVersionsChange() throws InterruptedException {
        install();
        market.publish(board("1.1.0", "").write(folder));
        refresh();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        List<String> wrong = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> callers = new java.util.ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread caller = new Thread(() -> {
                while (!over.get()) {
                    try {
                        said();
                        calls.incrementAndGet();
                    } catch (RuntimeException e) {
                        wrong.add(e.toString());
                    }
                }
            });
            caller.start();
            callers.add(caller);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(update()).contains("\"state\":\"done\"");
            assertThat(job("plugin.rollback", "{\"plugin\":\"board\"}")).contains("\"state\":\"done\"");
        }
        over.set(true);
        for (Thread each : callers) {
            each.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(calls.get()).isGreaterThan(100);
    }

    @Test
    void aPlanSaysWhatWouldChangeAndChangesNothing() {
        assertThat(job("plugin.plan", "{\"offer\":\"board\"}"))
                .contains("\"state\":\"done\"")
                .contains("\"to\":\"1.0.0\"")
                .contains("\"actionsAdded\":[\"board.add\",\"board.say\"]")
                .contains("\"migrations\":[\"V001__note.sql\"]");
        assertThat(bundles()).isEmpty();

        install();
        said();
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}"))
                .containsPattern("\"calls\":[1-9]\\d*,\"failed\":\\d+");
        market.publish(board("2.0.0", "")
                .uses("job.list")
                .file("db/V002__more.sql", "alter table note add column more text;")
                .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\nboard.count: [owner]\n")
                .write(folder));
        refresh();
        assertThat(job("plugin.plan", "{\"offer\":\"board\"}"))
                .contains("\"from\":\"1.0.0\"")
                .contains("\"to\":\"2.0.0\"")
                .contains("\"permissionsAdded\":[\"job.list\"]")
                .contains("\"actionsAdded\":[\"board.count\"],\"actionsRemoved\":[\"board.add\"]")
                .contains("\"migrations\":[\"V002__more.sql\"]");
        assertThat(said()).contains("1.0.0");
        assertThat(log("plugin.plan", "{\"offer\":\"board\"}"))
                .contains(
                        "In the place of 1.0.0",
                        "It could call, and cannot now: job.list",
                        "Actions that go: board.add",
                        "Changes of its tables: V002__more.sql");
    }

    private static String log(String action, String input) {
        String job = job(action, input).replaceAll("(?s).*?\"job\":\"(job:\\w+)\".*", "$1");
        try (Connection owner = panel.connect();
                PreparedStatement query =
                        owner.prepareStatement("select string_agg(line, ' | ') from kernel.job_log where job_id = ?")) {
            query.setString(1, job.substring("job:".length()));
            ResultSet lines = query.executeQuery();
            lines.next();
            return lines.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void isGivenUp(PluginJar next, String... reasons) {
        install();
        market.publish(next.write(folder));
        refresh();
        assertThat(update()).contains("\"state\":\"failed\"").contains(reasons).contains("1.0.0 goes on serving");
        assertThat(said()).contains("1.0.0");
        assertThat(bundles()).hasSize(1);
    }

    @Test
    void aVersionThatThrowsAtItsStartIsGivenUp() {
        isGivenUp(
                board("2.0.0", "if (true) throw new IllegalStateException(\"no luck today\");"),
                "was given up",
                "no luck today");
    }

    @Test
    void aVersionThatIsNeverWellIsGivenUp() {
        isGivenUp(
                board("2.0.0", "").component("board.BoardHealth", HEALTH, Health.class.getName()),
                "after 3 s it is not well",
                "the moon is not full");
    }

    @Test
    void aFirstVersionThatIsGivenUpHearsNothingAnyMore() throws SQLException {
        String hearer =
                """
                package board;
                import io.openpanel.api.*;
                public class Hearer implements Extension {
                    @On("note.added")
                    public void heard(Event event) {}
                }
                """;
        market.publish(board("1.0.0", "")
                .component("board.Hearer", hearer, Extension.class.getName())
                .component("board.BoardHealth", HEALTH, Health.class.getName())
                .write(folder));
        refresh();
        assertThat(job("plugin.install", "{\"offer\":\"board\"}")).contains("nothing of it stays");
        try (Connection owner = panel.connect();
                Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select subscriber from kernel.subscription where subscriber like 'board:%'")) {
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void aVersionWhoseMigrationFailsIsGivenUpAndTheTablesAreAsTheyWere() {
        isGivenUp(
                board("2.0.0", "").file("db/V002__wrong.sql", "alter table note add column more text; select 1/0;"),
                "division by zero");
        assertThat(said()).contains("\"rows\":0");
    }

    @Test
    void aVersionThatWaitsForWhatIsNotThereIsGivenUp() {
        isGivenUp(
                PluginJar.of("board", "2.0.0")
                        .component(
                                "board.BoardActions",
                                CODE.formatted("", "2.0.0").replace("Panel panel)", "Panel panel, Runnable other)"),
                                Extension.class.getName(),
                                Panel.class.getName(),
                                Runnable.class.getName())
                        .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\nboard.add: [owner]\n"),
                "waits for java.lang.Runnable");
    }

    @Test
    void aVersionWhoseActionsAreNamedAfterSomebodyElseIsGivenUp() {
        isGivenUp(
                PluginJar.of("board", "2.0.0")
                        .component(
                                "board.BoardActions",
                                CODE.formatted("", "2.0.0").replace("board.add", "container.add"),
                                Extension.class.getName(),
                                Panel.class.getName())
                        .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\ncontainer.add: [owner]\n"),
                "container.add is named after somebody else");
    }

    @Test
    void onePutInQuarantineSaysWhyAndStartsAgain() {
        market.publish(board("1.0.0", "")
                .component(
                        "board.Wrong",
                        """
                        package board;
                        import io.openpanel.api.*;
                        public class Wrong implements Extension {
                            @Action(value = "board.fail", summary = "Fails", effect = Action.Effect.READ)
                            public void fail() { throw new IllegalStateException("no luck at all"); }
                        }
                        """,
                        Extension.class.getName())
                .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\nboard.add: [owner]\nboard.fail: [owner]\n")
                .write(folder));
        refresh();
        install();
        panel.awaitActions("board.fail");
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> panel.json(OWNER, "board.fail", "{}")).isInstanceOf(RuntimeException.class);
        }
        TestPanel.await("quarantine", () -> panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}")
                .contains("quarantined"));
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}"))
                .contains("5 faults within 60 s")
                .contains("no luck at all");
        assertThat(panel.get(Catalogue.class).operation("board.say")).isEmpty();
        panel.json(OWNER, "plugin.start", "{\"plugin\":\"board\"}");
        panel.awaitActions("board.say");
    }

    @Test
    void whatAnotherSignedIsRefused() {
        install();
        market.publishForged(board("2.0.0", "").write(folder));
        refresh();
        assertThat(update()).contains("\"state\":\"failed\"").contains("is signed by 0 of the 1 keys");
        assertThat(said()).contains("1.0.0");
    }

    @Test
    void bytesThatAreNotTheSignedOnesAreRefused() {
        install();
        Path jar = board("2.0.0", "").write(folder);
        PluginFile file = market.publish(jar);
        market.tamper(file, flipped(jar));
        refresh();
        assertThat(update()).contains("\"state\":\"failed\"");
        assertThat(said()).contains("1.0.0");
    }

    private static byte[] flipped(Path jar) {
        try {
            byte[] bytes = Files.readAllBytes(jar);
            bytes[bytes.length / 2] ^= 1;
            return bytes;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void morePermissionsNeedAnotherYes() {
        install();
        market.publish(board("2.0.0", "").uses("job.list").write(folder));
        refresh();
        assertThat(update()).contains("\"state\":\"failed\"").contains("wants to call job.list");
        assertThat(said()).contains("1.0.0");
        assertThat(job("plugin.update", "{\"plugin\":\"board\",\"permissions\":[\"job.list\"]}"))
                .contains("\"state\":\"done\"");
        assertThat(said()).contains("2.0.0");
    }

    @Test
    void whatIsRevokedStopsAndIsNotStartedAgain() {
        install();
        market.revoke("board", "1.0.0", "it counts wrongly");
        refresh();
        assertThat(panel.get(Catalogue.class).operation("board.say")).isEmpty();
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}"))
                .contains("blocked")
                .contains("it counts wrongly");
        assertThatThrownBy(() -> panel.json(OWNER, "plugin.start", "{\"plugin\":\"board\"}"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("it counts wrongly");
        assertThatThrownBy(() -> panel.json(OWNER, "plugin.restart", "{\"plugin\":\"board\"}"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("not running");
        assertThat(panel.get(Catalogue.class).operation("board.say")).isEmpty();
    }

    @Test
    void aFormerVersionThatWasRevokedIsNotGoneBackTo() {
        install();
        market.publish(board("1.1.0", "").write(folder));
        market.revoke("board", "1.0.0", "it counts wrongly");
        refresh();
        assertThat(update()).contains("\"state\":\"done\"");
        assertThat(job("plugin.rollback", "{\"plugin\":\"board\"}"))
                .contains("\"state\":\"failed\"")
                .contains("it counts wrongly");
        assertThat(said()).contains("1.1.0");
    }

    @Test
    void anOlderIndexAndOneThatExpiredAreRefused() {
        byte[] former = market.file("/index.json");
        market.index(Duration.ofDays(1));
        refresh();
        byte[] fresh = market.file("/index.json");
        market.serve("/index.json", former);
        assertThatThrownBy(this::refresh).hasMessageContaining("somebody shows an old one");
        market.index(Duration.ofSeconds(-1));
        assertThatThrownBy(this::refresh).hasMessageContaining("expired");
        market.serve("/index.json", fresh);
        refresh();
        install();
    }

    @Test
    void aPublisherNobodyTrustsIsRefusedAndAnotherFingerprintToo() {
        panel.json(OWNER, "publisher.distrust", "{\"offer\":\"board\"}");
        assertThat(job("plugin.install", "{\"offer\":\"board\"}"))
                .contains("\"state\":\"failed\"")
                .contains("Nobody trusts ada");
        try (TestMarketplace other = new TestMarketplace("other")) {
            assertThatThrownBy(() -> panel.json(
                            OWNER,
                            "marketplace.add",
                            "{\"url\":\"" + other.url() + "\",\"fingerprint\":\"" + market.fingerprint() + "\"}"))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining(other.fingerprint());
        }
    }

    @Test
    void aStoppedPluginStaysStoppedAndAPartOfThePanelIsNotUninstalled() {
        install();
        panel.json(OWNER, "plugin.stop", "{\"plugin\":\"board\"}");
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"board\"}")).contains("stopped");
        panel.json(OWNER, "plugin.start", "{\"plugin\":\"board\"}");
        panel.awaitActions("board.say");
        assertThatThrownBy(() -> panel.json(OWNER, "plugin.uninstall", "{\"plugin\":\"kernel\"}"))
                .hasMessageContaining("part of the panel");
    }

    @Test
    void afterARestartOfTheKernelWhatWasInstalledRuns() throws Exception {
        install();
        Bundle kernel = Arrays.stream(panel.context().getBundles())
                .filter(each -> "io.openpanel.kernel".equals(each.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        bundles().get(0).stop();
        kernel.stop();
        kernel.start();
        panel.awaitActions("board.say", "plugin.list", "plugin.purge", "marketplace.delete");
        assertThat(said()).contains("1.0.0");
    }
}
