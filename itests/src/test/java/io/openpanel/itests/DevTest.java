package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code openpanel dev}: a plugin's author saves a file, and the panel answers with it. */
class DevTest {
    private static final Duration MAVEN = Duration.ofMinutes(3);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int CHANGES = 5;

    @TempDir
    private Path empty;

    private Path log;

    @Test
    void whatIsSavedIsLiveAMomentLaterAndWhatDoesNotBuildChangesNothing() throws Exception {
        Path hello = ArchetypeTest.generate(empty);
        Path source = hello.resolve("src/main/java/com/example/hello/HelloActions.java");
        log = empty.resolve("dev.log");
        Panel panel = Panel.start();
        Process dev = null;
        try {
            panel.logIn();
            assertThat(panel.launcher("dev", "--once", empty.toString()).output())
                    .contains("There is no plugin in " + empty);
            dev = start(panel, hello);
            Wait.until("it watches", MAVEN, () -> said().contains("Watching "));
            assertThat(answer(panel)).contains("Hello, Ada");
            assertThat(panel.cli("plugin", "get", "hello").output()).contains("trust: development");

            Duration mean = changes(panel, source);
            assertThat(said()).as("the short way was taken").doesNotContain("Each change is built by Maven");
            Figure.say(
                    "a changed Java file is served " + mean.toMillis() + " ms after it was saved, mean of " + CHANGES);

            ArchetypeTest.replace(source, "return ", "retrun ");
            Wait.until("the compiler's error is said", SOON, () -> said().contains("HelloActions.java:"));
            Wait.until("what serves is said", SOON, () -> said().contains("goes on serving"));
            assertThat(answer(panel)).contains("Hello" + CHANGES + ", Ada");

            ArchetypeTest.replace(source, "retrun ", "return ");
            Files.writeString(hello.resolve("src/main/resources/OPENPANEL-INF/roles.yaml"), "");
            Wait.until("the panel refuses it", SOON, () -> said().contains("was given up"));
            assertThat(answer(panel)).contains("Hello" + CHANGES + ", Ada");
        } finally {
            if (dev != null) {
                dev.destroy();
            }
            panel.close();
        }
    }

    private Process start(Panel panel, Path folder) throws IOException {
        return new ProcessBuilder(
                        Panel.ROOT.resolve("openpanel").toString(),
                        "dev",
                        "--home",
                        panel.home.toString(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static Duration changes(Panel panel, Path source) throws IOException {
        Api api = panel.owner();
        Duration all = Duration.ZERO;
        for (int i = 1; i <= CHANGES; i++) {
            String fresh = "\"Hello" + i + ", ";
            ArchetypeTest.replace(source, i == 1 ? "\"Hello, " : "\"Hello" + (i - 1) + ", ", fresh);
            all = all.plus(Wait.until("it is served", SOON, () -> api.get("/api/v1/hellos?name=Ada")
                    .text()
                    .contains(fresh.substring(1))));
        }
        return all.dividedBy(CHANGES);
    }

    private static String answer(Panel panel) {
        return panel.cli("hello", "list", "--name", "Ada").output();
    }

    private String said() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
