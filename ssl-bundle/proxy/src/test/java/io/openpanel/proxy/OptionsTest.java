package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line. */
@Tag("slow")
class OptionsTest {
    @Test
    void readsWhatThereIs() {
        Options options = Options.parse(
                "--home",
                "/x",
                "--http-port",
                "80",
                "--https-port",
                "443",
                "--panel-port",
                "8443",
                "--address",
                "127.0.0.1",
                "--access-log");
        assertThat(options.home()).isEqualTo(Path.of("/x"));
        assertThat(options.httpPort()).hasValue(80);
        assertThat(options.httpsPort()).hasValue(443);
        assertThat(options.panelPort()).hasValue(8443);
        assertThat(options.address()).contains("127.0.0.1");
        assertThat(options.accessLog()).isTrue();
    }

    @Test
    void saysWhatIsWrong() {
        assertThatThrownBy(() -> Options.parse()).hasMessageContaining("--home is missing");
        assertThatThrownBy(() -> Options.parse("--home")).hasMessageContaining("--home needs a value");
        assertThatThrownBy(() -> Options.parse("--home", "x", "--http-port", "99999"))
                .hasMessageContaining("0 to 65535, not '99999'");
        assertThatThrownBy(() -> Options.parse("--home", "x", "--what"))
                .hasMessageContaining("There is no option --what");
    }

    @Test
    void theProcessServesUntilItIsToldToStop(@TempDir Path home) throws Exception {
        Process process = process(home, "--home", home.toString(), "--address", "127.0.0.1", "--http-port", "0");
        Rig.await(() -> read(home).contains("\"message\":\"Started\""));
        process.destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(read(home).lines())
                .allSatisfy(line -> assertThat(Json.read(line)).isNotNull());
    }

    @Test
    void whatItAnswersCanBeReadWhateverTheUmask(@TempDir Path home) throws Exception {
        Files.writeString(home.resolve("proxy.json"), "{\"version\": 1, \"routes\": []}");
        Process process = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "umask 077; exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.openpanel.proxy.Main",
                        "--home",
                        home.toString(),
                        "--address",
                        "127.0.0.1",
                        "--http-port",
                        "0")
                .start();
        try {
            Rig.await(() -> Files.exists(home.resolve("applied")));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("applied"))))
                    .isEqualTo("rw-r--r--");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("last-good.json"))))
                    .isEqualTo("rw-------");
        } finally {
            process.destroy();
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aPortInUseIsOneClearSentence(@TempDir Path home) throws Exception {
        try (Backend other = Backend.text("x")) {
            Process process = process(
                    home,
                    "--home",
                    home.toString(),
                    "--address",
                    "127.0.0.1",
                    "--http-port",
                    Integer.toString(other.port()));
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(read(home)).contains("Port " + other.port() + " cannot be opened: Address already in use");
        }
    }

    private static Process process(Path home, String... arguments) throws IOException {
        java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.openpanel.proxy.Main"));
        command.addAll(java.util.List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out").toFile())
                .start();
    }

    private static String read(Path home) {
        try {
            return Files.readString(home.resolve("out"));
        } catch (IOException e) {
            return "";
        }
    }
}
