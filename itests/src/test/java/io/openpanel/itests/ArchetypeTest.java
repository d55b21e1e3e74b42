package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.marketplace.PluginFile;
import io.openpanel.testkit.TestMarketplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we tell people who write plugins is so. */
class ArchetypeTest {
    private static final Path README = Panel.ROOT.resolve("sdk/README.md");
    private static final Path GUIDE = Panel.ROOT.resolve("docs/guide/plugins.md");
    private static final Pattern QUOTE = Pattern.compile("```(?:java|sql|yaml|json)\n(.*?)\n```", Pattern.DOTALL);

    @TempDir
    private Path empty;

    @Test
    void theReadmeLeadsFromAnEmptyFolderToAnInstalledPlugin() throws Exception {
        long begun = System.nanoTime();
        follow(empty, "mvn -B archetype:generate ");
        Path hello = empty.resolve("hello");
        assertThat(files(hello)).hasSize(7);
        replace(
                hello.resolve("src/main/java/com/example/hello/HelloActions.java"),
                "new Item(\"Português\", \"Olá, \" + name)",
                "new Item(\"Português\", \"Olá, \" + name), new Item(\"Deutsch\", \"Hallo, \" + name)");
        replace(
                hello.resolve("src/test/java/com/example/hello/HelloContractTest.java"),
                ".contains(\"Hello, Ada\", \"Olá, Ada\")",
                ".contains(\"Hello, Ada\", \"Olá, Ada\", \"Hallo, Ada\")");
        follow(hello, "mvn package");

        PluginFile file = PluginFile.read(hello.resolve("target/hello-1.0.0.jar"));
        assertThat(file.id()).isEqualTo("hello");
        assertThat(Files.readString(hello.resolve("target/surefire-reports/com.example.hello.HelloContractTest.txt")))
                .contains("Failures: 0, Errors: 0, Skipped: 0");
        long tested = System.nanoTime();
        install(hello.resolve("target/hello-1.0.0.jar"));
        Figure.say("from an empty folder to a tested plugin in " + seconds(begun, tested)
                + " s, to an installed one in " + seconds(begun, System.nanoTime()) + " s, start of a panel included");
    }

    private static long seconds(long from, long to) {
        return (to - from) / 1_000_000_000;
    }

    private static void install(Path jar) {
        Panel panel = Panel.start();
        try (TestMarketplace market = new TestMarketplace("mine")) {
            market.publish(jar);
            panel.logIn();
            assertThat(panel.cli("marketplace", "add", "--url", market.url(), "--fingerprint", market.fingerprint())
                            .exitCode())
                    .isZero();
            assertThat(panel.cli("publisher", "trust", "hello").exitCode()).isZero();
            Panel.Ran installed = panel.cli("plugin", "install", "hello", "--wait");
            assertThat(installed.exitCode()).as(installed.output()).isZero();
            assertThat(panel.cli("hello", "list", "--name", "Ada").output()).contains("Hallo, Ada");
            assertThat(panel.anonymous().get("/api/v1/console").text()).contains("\"hello\"");
        } finally {
            panel.close();
        }
    }

    @Test
    void theGuideQuotesWhatIsTested() throws IOException {
        String tested = sources("marketplace/examples/janitor/src") + sources("webhook-bundle/src/main");

        List<String> quotes = QUOTE.matcher(Files.readString(GUIDE))
                .results()
                .map((MatchResult quote) -> withoutSpace(quote.group(1)))
                .toList();

        assertThat(quotes).hasSizeGreaterThan(10).allMatch(tested::contains);
    }

    @Test
    void theExampleIsBuiltAsTheArchetypeSays() throws IOException {
        String archetype =
                Files.readString(Panel.ROOT.resolve("sdk/archetype/src/main/resources/archetype-resources/pom.xml"));
        String example = Files.readString(Panel.ROOT.resolve("marketplace/examples/janitor/pom.xml"));

        Stream<String> lines = archetype
                .replace("${groupId}", "org.example")
                .replace("${artifactId}", "janitor")
                .replace("${version}", "1.0.0")
                .replace("${package}", "org.example.janitor")
                .replace("${openpanelVersion}", "0.1.0-SNAPSHOT")
                .lines();

        assertThat(lines).isSubsetOf(example.lines().toList());
    }

    /** Runs the README's line that begins so. */
    private static void follow(Path folder, String beginning) throws Exception {
        List<String> command = Files.readAllLines(README).stream()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .map(line -> List.of(line.split(" ")))
                .orElseThrow(() -> new AssertionError("The README no longer says " + beginning));
        Path log = Files.createTempFile("archetype", ".log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(beginning).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }

    private static void replace(Path file, String old, String fresh) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, fresh));
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static String sources(String folder) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path file : files(Panel.ROOT.resolve(folder))) {
            texts.add(withoutSpace(Files.readString(file)));
        }
        return texts.stream().collect(Collectors.joining("\n"));
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }
}
