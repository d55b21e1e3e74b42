package io.openpanel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    private final FakePanel panel = new FakePanel();
    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeEach
    void signedIn() {
        environment.putAll(Map.of(
                "OPENPANEL_URL",
                panel.url(),
                "OPENPANEL_TOKEN",
                "good",
                "OPENPANEL_CLI_CONFIG",
                folder.resolve("cli.json").toString()));
    }

    @AfterEach
    void close() {
        panel.close();
    }

    private int run(String... arguments) {
        return new Main(environment, new PrintWriter(out), new PrintWriter(err)).run(arguments);
    }

    @Test
    void aFileIsPrintedByteByByteAsItIs() {
        PrintStream former = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        try {
            assertThat(run("ledger", "export", "csv")).isZero();
        } finally {
            System.setOut(former);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo("seq,at\r\n1,ção\r\n");
        assertThat(panel.asked).contains("GET /api/v1/ledger/export?format=csv");
    }

    @Test
    void anAliasPutsItsComponentsInTheirPlaces() {
        assertThat(run(
                        "project",
                        "create",
                        "shop",
                        "--memory",
                        "512m",
                        "--labels",
                        "a=1",
                        "--labels",
                        "b=2",
                        "--fast",
                        "--volumes",
                        "name=data,path=/data"))
                .as(err.toString())
                .isZero();
        assertThat(panel.asked)
                .last()
                .asString()
                .isEqualTo(
                        "POST /api/v1/projects {\"name\":\"shop\",\"memory\":536870912,"
                                + "\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"fast\":true,\"volumes\":[{\"name\":\"data\",\"path\":\"/data\"}]}");
    }

    @Test
    void listsAreTablesForPeopleAndJsonForPrograms() {
        assertThat(run("ps")).isZero();
        assertThat(out.toString())
                .contains("NAME", "web", "Running", "1m30s")
                .containsPattern("2026-0\\d-\\d\\d \\d\\d:\\d\\d:00")
                .containsPattern("NAME +PROJECT NAME +IMAGE +STATUS .* APP\n")
                .containsPattern("web +shop +0123456789ab +Running .* app:1\n")
                .doesNotContain("project:7", "{");
        assertThat(run("app", "list", "--project", "shop", "--json")).isZero();
        assertThat(out.toString()).contains("\"items\"");
        assertThat(panel.asked).last().isEqualTo("GET /api/v1/apps?project=shop");
    }

    @Test
    void aTextOfManyLinesKeepsThemAndMovesNoCursor() {
        assertThat(run("project", "create", "shop")).isZero();
        assertThat(out.toString()).contains("notes:\n  first\n   [2Jsecond\n");
    }

    @Test
    void aStreamPrintsItsLines() {
        assertThat(run("logs", "shop/web", "--tail", "50", "-f")).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines("first\nsecond\n");
        assertThat(panel.asked).last().isEqualTo("GET /api/v1/apps/shop%2Fweb/logs?tail=50&follow=true");
    }

    @Test
    void aStreamThatIsCutIsReadOnFromItsLastLine() {
        panel.logs = FakePanel.event(7, "{\"line\":\"first\"}");
        panel.logsAfter.put("7", FakePanel.event(8, "{\"line\":\"second\"}") + FakePanel.end("moved", "Updated"));
        panel.logsAfter.put("8", FakePanel.event(9, "{\"line\":\"third\"}") + FakePanel.end("done", ""));

        assertThat(run("logs", "shop/web", "-f")).isZero();
        assertThat(out.toString()).isEqualToNormalizingNewlines("first\nsecond\nthird\n");
    }

    @Test
    void aStreamThatEndsWithAReasonSaysIt() {
        panel.logs = FakePanel.end("error", "The engine does not answer");
        assertThat(run("logs", "shop/web")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("The engine does not answer");
    }

    @Test
    void waitingForAJobShowsItsLogAndEndsWithTheAddress() {
        assertThat(run("deploy", "shop/web", "--wait")).isZero();
        assertThat(out.toString())
                .isEqualToNormalizingNewlines("── clone\nCloning\n── build\nBuilding\nhttp://web.localhost\n");
        assertThat(run("deploy", "shop/web")).isZero();
        assertThat(out.toString()).contains("Started job:7");
    }

    @Test
    void aFailedJobSaysWhyAndExitsWithOne() {
        panel.jobState = "failed";
        assertThat(run("deploy", "shop/web", "--wait")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Failed: No Dockerfile");
    }

    @Test
    void aVerdictIsWaitedForAndIsTheExitCode() {
        assertThat(run("ledger", "verify")).isZero();

        panel.verdict = "tampered";
        assertThat(run("ledger", "verify")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Verdict: tampered");
        assertThat(run("ledger", "verify", "--json")).isEqualTo(Failure.FAILED);
    }

    @Test
    void whatDestroysIsNotDoneUnasked() {
        assertThat(run("app", "delete", "shop/web")).isEqualTo(Failure.USAGE);
        assertThat(err.toString()).contains("'web'", "--yes");
        run("app", "delete", "shop/web", "--yes");
        assertThat(panel.asked).last().isEqualTo("DELETE /api/v1/apps/shop%2Fweb?confirm=web");
    }

    @Test
    void exitCodesTellErrorsApart() {
        assertThat(run("app", "list", "--project", "gone")).isEqualTo(Failure.MISSING);
        assertThat(run("app", "lst")).isEqualTo(Failure.USAGE);
        assertThat(err.toString())
                .contains("There is no command 'app lst'; 'app' has ")
                .contains("list");
        assertThat(run("project", "create", "x", "--memory", "lots")).isEqualTo(Failure.USAGE);
        environment.put("OPENPANEL_TOKEN", "bad");
        assertThat(run("ps")).isEqualTo(Failure.SIGN_IN);
        environment.put("OPENPANEL_URL", "http://127.0.0.1:9");
        assertThat(run("ps")).isEqualTo(Failure.UNAVAILABLE);
    }

    @Test
    void withoutALogInItSaysHowToLogIn() {
        environment.remove("OPENPANEL_TOKEN");
        assertThat(run("ps")).isEqualTo(Failure.SIGN_IN);
        assertThat(err.toString()).contains("openpanel-cli login");
    }

    @Test
    void anAddressWithoutSchemeIsSaidAndNotThrown() {
        for (String typed : List.of("127.0.0.1:8080", "shop panel", "ftp://127.0.0.1", "http:")) {
            environment.put("OPENPANEL_URL", typed);
            assertThat(run("ps")).as(typed).isEqualTo(Failure.USAGE);
            assertThat(err.toString()).contains("'" + typed + "' is no address of a panel", "http://");
        }
    }

    @Test
    void aLogInThatNobodyAnswersNamesTheAddressThatWasTyped() {
        assertThatThrownBy(() -> new HttpPanel(new Session(environment), Optional.empty())
                        .logIn("http://127.0.0.1:9", Optional.empty(), "a@b.test", "right", () -> ""))
                .hasMessageContaining("http://127.0.0.1:9 does not answer");
    }

    @Test
    void whatIsNoPanelIsSaidToBeNone() {
        panel.stranger = true;
        assertThat(run("ps")).isEqualTo(Failure.MISSING);
        assertThat(err.toString()).contains(panel.url() + " answered 404, but not as a panel does");
    }

    @Test
    void aTokenThatCannotBeSentIsSaidAndOneThatIsRefusedIsSaidToBeTheEnvironments() {
        environment.put("OPENPANEL_TOKEN", "go\nod");
        assertThat(run("ps")).isEqualTo(Failure.USAGE);
        assertThat(err.toString()).contains("The token has characters that cannot be sent");
        environment.put("OPENPANEL_TOKEN", "bad");
        assertThat(run("ps")).isEqualTo(Failure.SIGN_IN);
        assertThat(err.toString()).contains("The token is not valid", "OPENPANEL_TOKEN");
    }

    @Test
    void aFileThatNoLogInWroteIsNamed() throws IOException {
        environment.remove("OPENPANEL_TOKEN");
        environment.remove("OPENPANEL_URL");
        for (String kept : List.of("{broken", "[]")) {
            Files.writeString(folder.resolve("cli.json"), kept);
            assertThat(run("ps")).isEqualTo(Failure.FAILED);
            assertThat(err.toString()).contains("Cannot read " + folder.resolve("cli.json"), "log in again");
        }
        environment.put("OPENPANEL_CLI_CONFIG", "/proc/nowhere/cli.json");
        assertThat(run("logout")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Cannot write /proc/nowhere/cli.json");
    }

    @Test
    void aStreamNobodyReadsAnyMoreEnds() {
        PrintWriter closed = new PrintWriter(new FilterWriter(out) {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void write(String text, int offset, int length) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        assertThat(new Main(environment, closed, new PrintWriter(err)).run("logs", "shop/web", "-f"))
                .isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Nobody reads the output any more");
    }

    @Test
    void aLogInIsKeptForItsOwnerOnlyAndRenewed() throws IOException {
        environment.remove("OPENPANEL_TOKEN");
        new HttpPanel(new Session(environment), Optional.empty())
                .logIn(panel.url(), Optional.empty(), "a@b.test", "right", () -> {
                    throw new AssertionError("Nobody asked for a code");
                });
        Path file = folder.resolve("cli.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("ps")).isZero();
        Files.writeString(file, Files.readString(file).replace("2999", "2020"));
        assertThat(run("ps")).isZero();
        assertThat(panel.asked).anyMatch(each -> each.startsWith("POST /api/v1/sessions/refresh"));
        assertThat(run("logout")).isZero();
        assertThat(Files.readString(file)).doesNotContain("good");
    }

    @Test
    void aFileThatIsNotOursIsNeitherUsedNorReplaced() throws IOException {
        environment.remove("OPENPANEL_TOKEN");
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"url\":");
        environment.put("OPENPANEL_CLI_CONFIG", broken.toString());
        assertThat(run("ps")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Cannot read " + broken).contains("OPENPANEL_CLI_CONFIG");

        Path pipe = Files.createDirectory(folder.resolve("pipe"));
        environment.put("OPENPANEL_CLI_CONFIG", pipe.toString());

        assertThat(run("ps")).isEqualTo(Failure.FAILED);
        assertThat(run("logout")).isEqualTo(Failure.FAILED);
        assertThat(err.toString()).contains("Cannot read " + pipe);
        assertThat(broken).hasContent("{\"url\":");
        assertThat(pipe).isDirectory();
    }

    @Test
    void aSecondFactorIsAskedForAndOnlyThenTheLogInKept() throws IOException {
        environment.remove("OPENPANEL_TOKEN");
        new HttpPanel(new Session(environment), Optional.empty())
                .logIn(panel.url(), Optional.empty(), "a@b.test", "half", () -> "123456");

        assertThat(panel.asked).contains("POST /api/v1/sessions/verify {\"challenge\":\"c\",\"code\":\"123456\"}");
        assertThat(Files.readString(folder.resolve("cli.json"))).contains("good");
        assertThat(run("ps")).isZero();
    }

    @Test
    void helpListsTheCommandsAndTheCompletionKnowsThem() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("project", "deploy", "Exit codes")
                .containsPattern("ledger +export, verify\\R")
                .containsPattern("app +delete, list, logs\\R");
        assertThat(run("project", "create", "--help")).isZero();
        assertThat(out.toString()).contains("Makes a project", "--memory", "--volumes=name=TEXT,path=TEXT");
        assertThat(run("completion")).isZero();
        assertThat(out.toString()).contains("complete -F", "deploy");
    }
}
