package io.openpanel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.postgresql.Driver;

/**
 * A real PostgreSQL server for tests, on a free port of the loopback address, one for each test JVM. It writes without
 * fsync: what a test stores need not survive a power cut.
 */
public final class TestPostgres implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static TestPostgres shared;

    private final PostgresBinaries binaries = PostgresBinaries.unpacked();
    private final Programs programs = Programs.forThisUser();
    private final Path folder;
    private final int port;
    private final String password;

    private TestPostgres() throws IOException {
        sweep(binaries.home());
        Cluster cluster = Cluster.prepared(binaries, programs);
        this.password = cluster.password();
        this.folder = Files.createDirectory(
                binaries.home().resolve("run-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        cluster.copyTo(data());
        this.port = FreePorts.next();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** A database of its own on the server that all tests of this JVM share. */
    public static TestDatabase database() {
        synchronized (TestPostgres.class) {
            if (shared == null) {
                shared = start();
            }
        }
        return shared.create();
    }

    /** A server of its own, for a test that stops it. */
    public static TestPostgres start() {
        try {
            TestPostgres server = new TestPostgres();
            server.resume();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("The server's folder could not be made", e);
        }
    }

    /** Another database on this server. */
    public TestDatabase create() {
        String name = "t" + COUNT.incrementAndGet();
        String secret = "p" + Long.toHexString(System.nanoTime());
        TestDatabase database = new TestDatabase(this, name, secret);
        try (Connection connection = connectAsSuperuser("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create role " + database.owner() + " login createrole password '" + secret + "'");
            statement.execute("create database " + name + " owner " + database.owner());
        } catch (SQLException e) {
            throw new IllegalStateException("The test's database could not be made", e);
        }
        return database;
    }

    public int port() {
        return port;
    }

    /** Ends the server at once, as a crash would: {@code pg_ctl stop -m immediate}. */
    public void stop() {
        if (Files.exists(data().resolve("postmaster.pid"))) {
            programs.run(log(), binaries.program("pg_ctl"), "stop", "-w", "-m", "immediate", "-D", data().toString());
        }
    }

    /** Starts it again on the same port with the same data, and returns once it answers. */
    public void resume() {
        Process process = programs.start(
                log(),
                binaries.program("postgres"),
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "shared_buffers=32MB",
                "-c",
                "max_connections=200",
                "-c",
                "jit=off");
        for (int i = 0; i < 600 && process.isAlive(); i++) {
            try (Connection connection = connectAsSuperuser("postgres")) {
                return;
            } catch (SQLException e) {
                pause();
            }
        }
        throw new IllegalStateException("PostgreSQL did not start: " + read(log()));
    }

    /** Stops the server and removes its data. */
    @Override
    public void close() {
        try {
            stop();
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("The server's folder could not be removed", e);
        }
    }

    Connection connectAsSuperuser(String database) throws SQLException {
        return connect(database, "postgres", password);
    }

    Connection connect(String database, String role, String secret) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", secret);
        // Not through DriverManager: what is tested may have taken the driver out of it.
        return new Driver().connect("jdbc:postgresql://127.0.0.1:" + port + "/" + database, properties);
    }

    void drop(String database) {
        try (Connection connection = connectAsSuperuser("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists " + database + " with (force)");
            List<String> roles = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("select quote_ident(rolname) from pg_roles"
                    + " where rolname like '" + database + "\\_%' order by rolname = '" + database + "_owner'")) {
                while (rows.next()) {
                    roles.add(rows.getString(1));
                }
            }
            for (String role : roles) {
                statement.execute("drop role " + role);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The test's database could not be dropped", e);
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path log() {
        return folder.resolve("log");
    }

    /** Ends the servers of test runs that were killed, and removes their folders. */
    private static void sweep(Path home) throws IOException {
        List<Path> runs;
        try (Stream<Path> entries = Files.list(home)) {
            runs = entries.filter(entry -> entry.getFileName().toString().startsWith("run-"))
                    .toList();
        }
        for (Path run : runs) {
            long owner = Long.parseLong(run.getFileName().toString().split("-")[1]);
            if (ProcessHandle.of(owner).isEmpty()) {
                endServer(run.resolve("data"));
                Folders.delete(run);
            }
        }
    }

    private static void endServer(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (Files.exists(pidFile)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile).get(0).strip()))
                    .filter(process -> process.info().commandLine().orElse("").contains(data.toString()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while PostgreSQL started", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "its log could not be read";
        }
    }
}
