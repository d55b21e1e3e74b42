package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.data.internal.StorageStart;
import io.openpanel.spi.Storage;
import io.openpanel.testkit.TestDatabase;
import io.openpanel.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The plugin's schema in a real database, behind a panel that lets the plugin itself do all it asks for. */
final class RealDatabase implements Panel, Storage.Context, AutoCloseable {
    final List<Record> published = new CopyOnWriteArrayList<>();
    /** What was handed to whoever sends mail; that it is really sent is for that plugin's own tests. */
    final List<AccountMail.Letter> letters = new CopyOnWriteArrayList<>();

    volatile boolean sendsMail;
    final AtomicInteger transactions = new AtomicInteger();
    final Path home;
    private final TestDatabase server = TestPostgres.database();
    private final StorageStart start;
    private final Database database;
    private final ThreadLocal<Ref> team = new ThreadLocal<>();

    RealDatabase() {
        try {
            home = Files.createTempDirectory(Path.of("target"), "teams-test");
            CompletableFuture<Storage> storage = new CompletableFuture<>();
            start = new StorageStart(context(storage));
            database = storage.get(30, TimeUnit.SECONDS).open("teams", bundle(), this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private BundleContext context(CompletableFuture<Storage> storage) {
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals("openpanel.home") ? home.toString() : server.url();
                    case "registerService" -> {
                        storage.complete((Storage) arguments[1]);
                        yield Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {ServiceRegistration.class},
                                (registration, any, none) -> null);
                    }
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Bundle bundle() throws IOException {
        List<URL> migrations = List.of(
                migration("V001__people_and_teams.sql"),
                migration("V002__roles_grants_invitations.sql"),
                migration("V003__second_factor.sql"),
                migration("V004__passkeys.sql"),
                migration("V005__allow_lists.sql"),
                migration("V006__recovery_and_disabling.sql"),
                migration("V007__registration_and_service_accounts.sql"),
                migration("V008__identities.sql"),
                migration("V009__quotas.sql"),
                migration("V010__directories.sql"),
                migration("V011__recent_proof.sql"));
        return (Bundle) Proxy.newProxyInstance(
                RealDatabase.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (proxy, method, arguments) ->
                        method.getName().equals("findEntries") ? Collections.enumeration(migrations) : null);
    }

    private static URL migration(String file) throws IOException {
        return Path.of("src/main/resources/db", file).toUri().toURL();
    }

    /** As the owner of the tables, whom row-level security binds too: for tables that are panel-wide. */
    void execute(String sql) {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path = teams");
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Database database() {
        return new Database() {
            @Override
            public <T> T tx(Function<Tx, T> work) {
                transactions.incrementAndGet();
                return database.tx(work);
            }

            @Override
            public <T> T allTeams(Function<Tx, T> work) {
                transactions.incrementAndGet();
                return database.allTeams(work);
            }
        };
    }

    @Override
    public <T> T asItself(Supplier<T> work) {
        return in(null, work);
    }

    @Override
    public <T> T in(Ref wanted, Supplier<T> work) {
        Ref former = team.get();
        team.set(wanted);
        try {
            return work.get();
        } finally {
            team.set(former);
        }
    }

    @Override
    public <T extends Record> T call(String action, Record input, Class<T> result) {
        if (sendsMail && action.equals("mail.status")) {
            return result.cast(new AccountMail.Status(true));
        }
        if (sendsMail && action.equals("mail.account")) {
            letters.add((AccountMail.Letter) input);
            return result.cast(new AccountMail.Queued(true));
        }
        throw new Problem(Problem.Kind.UNAVAILABLE, "No actions here");
    }

    @Override
    public <T extends Record> Flow.Publisher<T> stream(String action, Record input, Class<T> item) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path workspace() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Ref> team() {
        return Optional.ofNullable(team.get());
    }

    @Override
    public void checkAllTeams() {
        // The plugin itself is the caller.
    }

    @Override
    public Runnable publish(Record event, Database.Tx tx) {
        return () -> published.add(event);
    }

    @Override
    public void revealed(String plain) {
        // There is no log to mask.
    }

    @Override
    public void inTransaction(boolean begun) {
        // There are no actions to refuse.
    }

    @Override
    public void close() throws InterruptedException {
        start.stop();
        server.close();
    }
}
