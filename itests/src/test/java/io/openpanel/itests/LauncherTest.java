package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.testkit.FreePorts;
import io.openpanel.testkit.TestDatabase;
import io.openpanel.testkit.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./openpanel} starts, and what it says where it cannot. */
class LauncherTest {
    private static final Path DISTRIBUTION = Panel.ROOT.resolve("karaf-features/target/openpanel");
    private static final List<String> PROCESSES = List.of("panel", "proxy", "database");

    private static Panel panel;

    @BeforeAll
    static void start() {
        panel = Panel.start();
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    @Test
    void aSecondUpOnlyPrintsTheAddress() {
        List<Long> before = PROCESSES.stream().map(panel::pid).toList();

        Panel.Ran ran = panel.tryUp();

        assertThat(ran.exitCode()).isZero();
        assertThat(ran.output()).contains("already runs", panel.url());
        assertThat(PROCESSES.stream().map(panel::pid).toList()).isEqualTo(before);
    }

    @Test
    void statusIsForPeopleAndForPrograms() throws IOException {
        assertThat(panel.launcher("status", "--home", panel.home.toString()).output())
                .contains(panel.url(), "Ready      true");
        JsonNode status = Api.JSON.readTree(panel.launcher("status", "--json", "--home", panel.home.toString())
                .output());
        assertThat(status.at("/ready").asBoolean()).isTrue();
        assertThat(status.at("/processes/proxy/pid").asLong()).isEqualTo(panel.pid("proxy"));
    }

    @Test
    void aProcessThatDiesIsBackWithinSeconds() {
        for (String name : PROCESSES) {
            long former = panel.pid(name);
            panel.kill(name);
            Wait.until(
                    "the " + name + " is back",
                    Duration.ofSeconds(15),
                    () -> panel.pid(name) != former
                            && ProcessHandle.of(panel.pid(name)).isPresent());
        }
        panel.awaitReady(Duration.ofSeconds(60));
    }

    @Test
    void aPortInUseIsNamedWithWhoHasIt() throws IOException {
        Panel refused = Panel.prepared(Map.of());
        try (ServerSocket taken = new ServerSocket(refused.port, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    refused,
                    refused.tryUp(),
                    "Port " + taken.getLocalPort() + " is in use by",
                    String.valueOf(ProcessHandle.current().pid()),
                    "--port");
        }
    }

    @Test
    void aHomeBelowAFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Panel.Ran ran = panel.launcher("up", "--yes", "--detach", "--home", file.resolve("home") + "");
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.output()).contains(file + " is a file");
    }

    @Test
    void aHomeOnAFileSystemThatCannotBeWrittenIsRefused() {
        Panel refused = Panel.prepared(Map.of());
        Panel.Ran ran =
                inNamespace(refused, "mount -t tmpfs -o ro none " + refused.home, refused.home.resolve("below") + "");
        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.output()).contains("cannot be written");
    }

    @Test
    void aJavaThatIsTooOldIsSaidAndNothingIsInstalledUnasked(@TempDir Path folder) throws IOException {
        Path fake = Files.createDirectories(folder.resolve("jdk/bin"));
        for (String program : List.of("java", "javac")) {
            Path script =
                    Files.writeString(fake.resolve(program), "#!/bin/sh\necho '    java.specification.version = 11'\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Panel refused = Panel.prepared(Map.of());
        Panel.Ran ran = inNamespace(
                refused,
                "mount -t tmpfs none /usr/lib/jvm && export JAVA_HOME=" + folder.resolve("jdk") + " PATH=" + fake
                        + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                refused.home.toString());
        assertRefused(
                refused,
                ran,
                "Java 11 at " + folder.resolve("jdk") + " is too old: 17 is the least",
                "apt-get install",
                "Nothing was installed");
    }

    @Test
    void anEngineThatDoesNotAnswerIsSaid() {
        Panel refused = Panel.prepared(Map.of("OPENPANEL_DOCKER_HOST", "tcp://127.0.0.1:1"));
        assertRefused(refused, refused.tryUp(), "tcp://127.0.0.1:1 does not answer", "OPENPANEL_DOCKER_HOST");
    }

    @Test
    void aPortThatIsNoneIsSaid() {
        Panel refused = Panel.prepared(Map.of("OPENPANEL_PANEL_TLS_PORT", "123456"));
        assertRefused(refused, refused.tryUp(), "OPENPANEL_PANEL_TLS_PORT is '123456'", "from 1 to 65535");
    }

    @Test
    void whoeverHasNoOwnerYetGetsALinkThatIsGoodOnce() {
        try (Panel fresh = Panel.prepared(Map.of("OPENPANEL_OWNER_EMAIL", "", "OPENPANEL_OWNER_PASSWORD", ""))) {
            String output = fresh.tryUp().output();
            assertThat(output).contains("Become its owner, once", "/setup#");
            String token = output.replaceAll("(?s).*/setup#(\\S+).*", "$1");
            Map<String, String> owner = Map.of("token", token, "email", Panel.EMAIL, "password", Panel.PASSWORD);

            assertThat(fresh.anonymous().post("/api/v1/setup", owner).status()).isEqualTo(200);
            assertThat(fresh.anonymous().post("/api/v1/setup", owner).status()).isBetween(400, 499);
            assertThat(fresh.tryUp().output()).doesNotContain("/setup#");
        }
    }

    @Test
    void anOwnerThatCannotBeMadeIsSaidAtTheTerminal() {
        try (Panel fresh = Panel.prepared(Map.of("OPENPANEL_OWNER_PASSWORD", "short"))) {
            assertThat(fresh.tryUp().output())
                    .contains("There is no owner yet", "A password has 12 to 128 characters", "/setup#");
        }
    }

    @Test
    void aServerOfOnesOwnTakesTheDatabasesPlace() {
        try (TestDatabase database = TestPostgres.database();
                Panel own = Panel.start(Map.of("OPENPANEL_DATABASE_URL", database.url()))) {
            own.owner().post("/api/v1/projects", Map.of("name", "elsewhere")).ok();
            assertThat(own.home.resolve("data/pg")).doesNotExist();
            assertThat(own.launcher("status", "--home", own.home.toString()).output())
                    .contains("a server of your own");
            own.close();
        }
    }

    @Test
    void anOrdinaryUserRunsADistributionWithoutRoot(@TempDir Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Panel ports = Panel.prepared(Map.of());
        Path copy = folder.resolve("openpanel");
        shell("cp -a '" + DISTRIBUTION + "' '" + copy + "' && chmod -R go+rX '" + copy + "'");
        String user = "setpriv --reuid=65534 --regid=65534 --groups=\"$(getent group docker | cut -d: -f3)\""
                + " --no-new-privs env -i PATH=/usr/bin:/bin HOME=" + folder + " OPENPANEL_ADDRESS=127.0.0.1"
                + " OPENPANEL_PANEL_TLS_PORT=" + FreePorts.next() + " OPENPANEL_PROXY_TLS_PORT=" + FreePorts.next()
                + " " + copy + "/openpanel ";
        String home = " --home " + folder.resolve("home");
        try {
            Panel.Ran up =
                    shell(user + "up --detach" + home + " --port " + ports.port + " --proxy-port " + ports.proxyPort);
            assertThat(up.exitCode()).as(up.output()).isZero();
            assertThat(ports.ready()).isTrue();
            assertThat(Files.getOwner(folder.resolve("home/data")).getName()).isEqualTo("nobody");
        } finally {
            assertThat(shell(user + "stop --all" + home).exitCode()).isZero();
        }
    }

    @Test
    void stopEndsThePanelAndStopAllTheProxyToo() {
        try (Panel other = Panel.start()) {
            List<Long> pids = PROCESSES.stream().map(other::pid).toList();
            other.launcher("stop", "--home", other.home.toString());
            assertThat(pids.stream().filter(LauncherTest::isAlive)).containsExactly(pids.get(1));
            assertThat(other.launcher("status", "--home", other.home.toString()).exitCode())
                    .isEqualTo(3);
            other.launcher("stop", "--all", "--home", other.home.toString());
            assertThat(pids.stream().filter(LauncherTest::isAlive)).isEmpty();
            assertThat(other.launcher("stop", "--home", other.home.toString()).output())
                    .contains("Nothing ran");
            other.up();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    private static void assertRefused(Panel panel, Panel.Ran ran, String... said) {
        assertThat(ran.exitCode()).as(ran.output()).isNotZero();
        assertThat(ran.output()).contains(said);
        assertThat(panel.home.resolve("run/panel.pid")).doesNotExist();
        assertThat(panel.home.resolve("run/proxy.pid")).doesNotExist();
        assertThat(panel.home.resolve("run/database.pid")).doesNotExist();
        assertThat(panel.home.resolve("data/pg")).doesNotExist();
    }

    /** Where the mounts of one command are nobody else's. */
    private static Panel.Ran inNamespace(Panel panel, String before, String home) {
        return Panel.run(
                List.of(
                        "unshare",
                        "--mount",
                        "bash",
                        "-c",
                        before + " && exec \"$0\" up --detach --home \"$1\" --port " + panel.port + " --proxy-port "
                                + panel.proxyPort,
                        Panel.ROOT.resolve("openpanel").toString(),
                        home),
                Map.of(),
                null);
    }

    private static Panel.Ran shell(String command) {
        return Panel.run(new ArrayList<>(List.of("bash", "-c", command)), Map.of(), null);
    }
}
