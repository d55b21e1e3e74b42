package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.marketplace.PluginFile;
import io.openpanel.testkit.TestMarketplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
        Path hello = generate(empty);
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
        assertThat(tool("inspect", hello.resolve("target/hello-1.0.0.jar").toString()))
                .contains("quality      bronze", "i18n/pt-BR.json: action.hello.list");
        install(hello.resolve("target/hello-1.0.0.jar"));
        Figure.say("from an empty folder to a tested plugin in " + seconds(begun, tested)
                + " s, to an installed one in " + seconds(begun, System.nanoTime()) + " s, start of a panel included");
    }

    @Test
    void signedSourcesThatMakeTheSameBytesAreGold() throws Exception {
        Path hello = generate(empty);
        Path words = Files.createDirectories(hello.resolve("src/main/resources/OPENPANEL-INF/i18n"));
        Files.writeString(words.resolve("en.json"), "{\"Hello\": \"Hello\"}");
        Files.writeString(
                words.resolve("pt-BR.json"), "{\"Hello\": \"Olá\", \"action.hello.list\": \"Lista saudações\"}");
        run(hello, "mvn", "-B", "-q", "package", "-DskipTests");
        String jar = hello.resolve("target/hello-1.0.0.jar").toString();
        assertThat(tool("inspect", jar)).contains("quality      silver");

        Files.writeString(hello.resolve(".gitignore"), "target/\n");
        run(hello, "git", "init", "-q");
        commit(hello, "--no-gpg-sign");
        makeMarket();
        assertThat(publish(jar, hello)).contains("is not signed by anybody");

        run(empty, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "signing");
        Files.writeString(
                empty.resolve("signers"), "ada@example.test " + Files.readString(empty.resolve("signing.pub")));
        run(hello, "git", "config", "gpg.format", "ssh");
        run(
                hello,
                "git",
                "config",
                "user.signingkey",
                empty.resolve("signing.pub").toString());
        run(
                hello,
                "git",
                "config",
                "gpg.ssh.allowedSignersFile",
                empty.resolve("signers").toString());
        commit(hello, "-S");
        assertThat(publish(jar, hello)).contains("quality      gold");
    }

    private static void commit(Path folder, String signing) {
        run(folder, "git", "add", "-A");
        String[] as = {"-c", "user.name=Ada", "-c", "user.email=ada@example.test"};
        run(folder, "git", as[0], as[1], as[2], as[3], "commit", "-q", "--allow-empty", signing, "-m", "A version");
    }

    private void makeMarket() {
        Map<String, String> keys = new TreeMap<>();
        for (String each : List.of("root1", "root2", "index", "ada")) {
            String said = tool("keygen", empty.resolve(each).toString());
            keys.put(each, said.replaceAll("(?s).*public +(\\S+).*", "$1"));
        }
        market(
                "root",
                "--name",
                "acme",
                "--root-key",
                keys.get("root1"),
                "--root-key",
                keys.get("root2"),
                "--index-key",
                keys.get("index"));
        market("sign", "--key", empty.resolve("root1").toString());
        market("sign", "--key", empty.resolve("root2").toString());
    }

    private String publish(String jar, Path sources) {
        return market(
                "publish",
                jar,
                "--publisher",
                "ada",
                "--publisher-key",
                empty.resolve("ada").toString(),
                "--index-key",
                empty.resolve("index").toString(),
                "--source",
                sources.toString());
    }

    private String market(String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("--folder", empty.resolve("market").toString()));
        all.addAll(List.of(arguments));
        return tool(all.toArray(String[]::new));
    }

    private static String tool(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "java",
                "-jar",
                Panel.ROOT
                        .resolve("marketplace/tool/target/openpanel-marketplace.jar")
                        .toString()));
        command.addAll(List.of(arguments));
        return Panel.run(command, Map.of(), "").output();
    }

    private static void run(Path folder, String... command) {
        List<String> all = new ArrayList<>(List.of("env", "-C", folder.toString()));
        all.addAll(List.of(command));
        Panel.Ran ran = Panel.run(all, Map.of(), "");
        assertThat(ran.exitCode())
                .as(String.join(" ", command) + ": " + ran.output())
                .isZero();
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
        String tested = sources("marketplace/examples/janitor/src")
                + sources("marketplace/examples/notifier/src")
                + sources("webhook-bundle/src/main")
                + sources("ssl-bundle/src/main");

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

    static Path generate(Path empty) throws Exception {
        follow(empty, "mvn -B archetype:generate ");
        return empty.resolve("hello");
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

    static void replace(Path file, String old, String fresh) throws IOException {
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
