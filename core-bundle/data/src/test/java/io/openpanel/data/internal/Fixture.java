package io.openpanel.data.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.data.internal.secret.KeyFile;
import io.openpanel.data.internal.secret.KeyProviders;
import io.openpanel.spi.KeyProvider;
import io.openpanel.testkit.TestDatabase;
import io.openpanel.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A fresh database with the panel's storage over it, and two teams. */
final class Fixture implements AutoCloseable {
    static final Ref ALPHA = Ref.create("team");
    static final Ref BETA = Ref.create("team");

    final TestDatabase server;
    final Path home;
    final PostgresStorage storage;

    private Fixture(TestDatabase server) {
        try {
            this.server = server;
            this.home = Files.createTempDirectory(Path.of("target"), "home");
            this.storage = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Fixture create() {
        return new Fixture(TestPostgres.database());
    }

    static Fixture on(TestDatabase server) {
        return new Fixture(server);
    }

    /** As another node, or the same one after a restart. */
    PostgresStorage start() {
        try {
            return start(server.url());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    PostgresStorage start(String url) throws SQLException {
        return start(url, KeyFile.NAME, List.of(new KeyFile(home.resolve("keys/kek"))));
    }

    PostgresStorage start(String url, String provider, List<KeyProvider> providers) throws SQLException {
        return new PostgresStorage(DatabaseUrl.parse(url), new KeyProviders(provider, providers, Stream::empty));
    }

    Database open(FakeContext context, String schema, String migration) {
        return storage.open(schema, FakeBundle.with(Map.of("V001__tables.sql", migration)), context);
    }

    /** The first column of the rows, read as the superuser, whom no policy binds. */
    List<String> peek(String sql) {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        storage.close();
        server.close();
    }
}
