package io.openpanel.marketplace.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A marketplace is made, filled, renewed and proved, as whoever hosts one does it. */
class MainTest {
    @TempDir
    private Path folder;

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private String said = "";

    @BeforeEach
    void makeKeys() {
        for (String name : List.of("root1", "root2", "root3", "index", "ada", "eve")) {
            ok("keygen", folder.resolve(name).toString());
            Matcher key = Pattern.compile("public {2}(\\S+)").matcher(said);
            assertThat(key.find()).isTrue();
            write(name + ".pub", key.group(1));
        }
    }

    private void write(String name, String text) {
        try {
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String pub(String name) {
        try {
            return Files.readString(folder.resolve(name + ".pub"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int run(String... arguments) {
        StringWriter text = new StringWriter();
        CommandLine line = Main.commandLine(() -> now);
        PrintWriter writer = new PrintWriter(text, true);
        line.setOut(writer).setErr(writer);
        line.getSubcommands().values().forEach(each -> each.setOut(writer).setErr(writer));
        List<String> all =
                new ArrayList<>(List.of("--folder", folder.resolve("market").toString()));
        all.addAll(Arrays.asList(arguments));
        int code = line.execute(all.toArray(String[]::new));
        said = text.toString();
        return code;
    }

    private void ok(String... arguments) {
        assertThat(run(arguments)).as(String.join(" ", arguments) + ": " + said).isZero();
    }

    private void refused(String reason, String... arguments) {
        assertThat(run(arguments)).as(said).isEqualTo(1);
        assertThat(said).contains(reason).doesNotContain("\tat ");
    }

    private String key(String name) {
        return folder.resolve(name).toString();
    }

    private void makeRoot() {
        ok(
                "root",
                "--name",
                "acme",
                "--root-key",
                pub("root1"),
                "--root-key",
                pub("root2"),
                "--root-key",
                pub("root3"),
                "--index-key",
                pub("index"));
        ok("sign", "--key", key("root1"));
        assertThat(said).contains("still waits");
        ok("sign", "--key", key("root3"));
        assertThat(said).contains("is in its place");
    }

    private String jar(String version, String uses) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "com.example.janitor");
        main.putValue("Bundle-Version", version);
        main.putValue("Import-Package", "io.openpanel.api;version=\"[1.0,2)\"");
        main.putValue(
                "Provide-Capability", "openpanel.plugin;id=janitor;title=Janitor;uses:List<String>=\"" + uses + "\"");
        Path file = folder.resolve("janitor-" + version + ".jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.putNextEntry(new JarEntry("com/example/janitor/A.class"));
            jar.write(new byte[10]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return file.toString();
    }

    private String[] publish(String version, String publisher) {
        return new String[] {
            "publish",
            jar(version, "container.list"),
            "--publisher",
            publisher,
            "--publisher-key",
            key(publisher),
            "--index-key",
            key("index"),
            "--summary",
            "Removes what nobody needs",
            "--category",
            "containers"
        };
    }

    @Test
    void aMarketplaceIsMadeFilledAndProved() {
        makeRoot();
        ok(publish("1.0.0", "ada"));
        assertThat(said).contains("Janitor 1.0.0 is in version 1 of the index");
        ok(publish("1.1.0", "ada"));

        ok("verify");

        assertThat(said)
                .contains("acme: root version 1")
                .contains("index version 2")
                .contains("2 releases as signed");
        assertThat(folder.resolve("market/janitor/1.1.0.jar")).exists();
    }

    @Test
    void aKeyIsForItsOwnersEyesAndNeverWrittenOver() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("root1"))))
                .isEqualTo("rw-------");
        refused("there already", "keygen", key("root1"));
    }

    @Test
    void aPluginBelongsToThePublisherWhoBroughtIt() {
        makeRoot();
        ok(publish("1.0.0", "ada"));

        refused("is ada's", publish("1.1.0", "eve"));
        String[] inAdasName = publish("1.2.0", "eve");
        inAdasName[3] = "ada";
        refused("by other keys", inAdasName);
        refused("published already", publish("1.0.0", "ada"));
    }

    @Test
    void onlyTheIndexKeySignsTheIndex() {
        makeRoot();
        String[] byEve = publish("1.0.0", "ada");
        byEve[7] = key("eve");

        refused("signed by 0 of the 1", byEve);

        assertThat(folder.resolve("market/index.json")).doesNotExist();
    }

    @Test
    void aReleaseIsTakenBack() {
        makeRoot();
        ok(publish("1.0.0", "ada"));
        ok("revoke", "janitor", "1.0.0", "--reason", "It deletes volumes", "--index-key", key("index"));

        ok("verify");

        assertThat(said).contains("0 releases as signed, 1 revoked");
        refused("no janitor 9.9.9", "revoke", "janitor", "9.9.9", "--reason", "x", "--index-key", key("index"));
        refused("no plugin other", "revoke", "other", "--reason", "x", "--index-key", key("index"));
    }

    @Test
    void anIndexExpiresAndIsRenewed() {
        makeRoot();
        ok(publish("1.0.0", "ada"));
        now = now.plus(Duration.ofDays(15));

        refused("expired", "verify");
        ok("renew", "--index-key", key("index"));
        ok("verify");
    }

    @Test
    void aStolenRootKeyIsReplacedByTheOthers() {
        makeRoot();
        ok(publish("1.0.0", "ada"));
        ok(
                "root",
                "--root-key",
                pub("root1"),
                "--root-key",
                pub("root2"),
                "--root-key",
                pub("eve"),
                "--index-key",
                pub("index"));
        ok("sign", "--key", key("eve"));
        ok("sign", "--key", key("root1"));
        assertThat(said).contains("still waits");
        ok("sign", "--key", key("root2"));
        assertThat(said).contains("version 2 of the root of acme is in its place");

        ok("verify");

        assertThat(said).contains("root version 2");
        assertThat(folder.resolve("market/root.1.json")).exists();
    }

    @Test
    void anAlteredFileIsNamed() throws IOException {
        makeRoot();
        ok(publish("1.0.0", "ada"));
        Files.copy(
                Path.of(jar("1.0.1", "*.*")),
                folder.resolve("market/janitor/1.0.0.jar"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        refused("not what ada signed", "verify");
    }

    @Test
    void whatIsMissingIsSaid() {
        refused("There is no root.json", "verify");
        refused("No root waits", "sign", "--key", key("root1"));
        refused("There is no file", "sign", "--key", key("nobody"));
        refused("no jar", "inspect", key("root1"));
        ok("inspect", jar("1.0.0", "container.list,container.delete"));
        assertThat(said).contains("permissions  container.delete, container.list");
    }
}
