package io.openpanel.itests;

import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** A panel of its own, started by the launcher in a scratch home on free ports, as a user would. */
final class Panel implements AutoCloseable {
    static final Path ROOT =
            Path.of(System.getProperty("openpanel.root", "..")).toAbsolutePath().normalize();
    /** Where this suite leaves what is to be looked at afterwards. */
    static final Path OUT = Path.of(
            System.getProperty("openpanel.out", ROOT.resolve("itests/target").toString()));

    static final String EMAIL = "owner@example.test";
    static final String PASSWORD = "correct horse battery staple 7";

    final Path home;
    final int port;
    final int proxyPort;
    private final Map<String, String> environment = new HashMap<>();

    private Panel(Map<String, String> extra) {
        try {
            Path parent = Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir"), "openpanel-itests"));
            home = Files.createTempDirectory(parent, "home");
            open(parent);
            open(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = FreePorts.next();
        proxyPort = FreePorts.next();
        environment.putAll(Map.of(
                "OPENPANEL_OWNER_EMAIL",
                EMAIL,
                "OPENPANEL_OWNER_PASSWORD",
                PASSWORD,
                "OPENPANEL_PANEL_TLS_PORT",
                String.valueOf(FreePorts.next()),
                "OPENPANEL_PROXY_TLS_PORT",
                String.valueOf(FreePorts.next()),
                "OPENPANEL_ADDRESS",
                "127.0.0.1",
                "OPENPANEL_CALLS_PER_MINUTE",
                "0"));
        environment.putAll(extra);
    }

    /** The panel's and the proxy's users must reach their parts of it. */
    private static void open(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    static Panel start() {
        return start(Map.of());
    }

    /** A home and ports with nothing running yet. */
    static Panel prepared(Map<String, String> environment) {
        return new Panel(environment);
    }

    static Panel start(Map<String, String> environment) {
        Panel panel = new Panel(environment);
        panel.up();
        return panel;
    }

    /** Runs {@code ./openpanel up} and returns when the panel is ready. */
    void up() {
        Ran ran = tryUp();
        if (ran.exitCode() != 0) {
            throw new AssertionError("openpanel up ended with " + ran.exitCode() + ": " + ran.output());
        }
    }

    Ran tryUp() {
        return tryUp(ROOT);
    }

    /** @param program a checkout or a built distribution */
    Ran tryUp(Path program) {
        return launcher(
                program,
                "up",
                "--yes",
                "--detach",
                "--home",
                home.toString(),
                "--port",
                String.valueOf(port),
                "--proxy-port",
                String.valueOf(proxyPort));
    }

    /** What a command printed, and its exit code. */
    record Ran(int exitCode, String output) {}

    Ran launcher(String... arguments) {
        return launcher(ROOT, arguments);
    }

    Ran launcher(Path program, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(program.resolve("openpanel").toString()));
        command.addAll(List.of(arguments));
        return run(command, environment, null);
    }

    /** Runs a command of the client, signed in as the owner where {@link #logIn} was called. */
    Ran cli(String... arguments) {
        return cliWith(null, arguments);
    }

    Ran cliWith(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "java", "-jar", ROOT.resolve("cli/target/openpanel-cli.jar").toString()));
        command.addAll(List.of(arguments));
        Map<String, String> variables = new HashMap<>();
        variables.put("OPENPANEL_CLI_CONFIG", home.resolve("cli.json").toString());
        return run(command, variables, input);
    }

    /** Where the panel answers through the proxy. */
    int tlsPort() {
        return Integer.parseInt(environment.get("OPENPANEL_PANEL_TLS_PORT"));
    }

    void logIn() {
        Ran ran = cliWith(PASSWORD + "\n", "login", url(), "--email", EMAIL);
        if (ran.exitCode() != 0) {
            throw new AssertionError(ran.output());
        }
    }

    static Ran run(List<String> command, Map<String, String> variables, String input) {
        try {
            Path output = Files.createTempFile("openpanel-itests", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(variables);
            Process process = builder.start();
            if (input != null) {
                process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            }
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end");
            }
            String text = Files.readString(output);
            Files.delete(output);
            return new Ran(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    Api anonymous() {
        return new Api(url(), null);
    }

    /** Signed in as the owner. */
    Api owner() {
        String token = anonymous()
                .post("/api/v1/sessions", Map.of("email", EMAIL, "password", PASSWORD))
                .ok()
                .json()
                .get("accessToken")
                .asText();
        return new Api(url(), token);
    }

    /** The process id that a supervisor keeps for one of panel, proxy and database. */
    long pid(String name) {
        try {
            return Long.parseLong(
                    Files.readString(home.resolve("run").resolve(name + ".pid")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends a process as a crash would. */
    void kill(String name) {
        ProcessHandle.of(pid(name)).orElseThrow().destroyForcibly();
    }

    /** A connection to its own database as that database's owner. */
    Connection connect() {
        try {
            String port = Files.readString(home.resolve("run/database.port")).strip();
            Properties owner = new Properties();
            owner.setProperty("user", "openpanel");
            owner.setProperty(
                    "password",
                    Files.readString(home.resolve("keys/database.password")).strip());
            return new org.postgresql.Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/openpanel", owner);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean ready() {
        try {
            return anonymous().get("/health/ready").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    Duration awaitReady(Duration longest) {
        return Wait.until("the panel is ready", longest, this::ready);
    }

    /** Removes what its apps made; the product leaves apps running when it goes. */
    private void removeApps() {
        try {
            Api owner = owner();
            owner.get("/api/v1/projects")
                    .json()
                    .path("items")
                    .forEach(project -> owner.delete(
                            "/api/v1/projects/" + project.get("name").asText(),
                            project.get("name").asText()));
        } catch (UncheckedIOException | AssertionError e) {
            System.err.println("The apps of " + home + " stay: " + e.getMessage());
        }
    }

    /** The suite's script shows their errors when a test failed. */
    private void keepLogs() {
        Path kept = OUT.resolve("logs");
        run(List.of("mkdir", "-p", kept.toString()), Map.of(), null);
        run(
                List.of(
                        "cp",
                        "-r",
                        home.resolve("log").toString(),
                        kept.resolve(home.getFileName()).toString()),
                Map.of(),
                null);
    }

    @Override
    public void close() {
        removeApps();
        launcher("stop", "--all", "--home", home.toString());
        keepLogs();
        run(List.of("rm", "-rf", "--one-file-system", home.toString()), Map.of(), null);
    }
}
