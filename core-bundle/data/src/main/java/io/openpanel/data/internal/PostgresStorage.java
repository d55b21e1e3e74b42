package io.openpanel.data.internal;

import com.zaxxer.hikari.HikariDataSource;
import io.openpanel.api.Database;
import io.openpanel.data.internal.row.Shapes;
import io.openpanel.data.internal.secret.DataKeys;
import io.openpanel.data.internal.secret.KeyProviders;
import io.openpanel.data.internal.secret.Seal;
import io.openpanel.spi.MasterKey;
import io.openpanel.spi.Storage;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The panel's database on a PostgreSQL server. */
final class PostgresStorage implements Storage, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresStorage.class);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,39}");
    private static final Set<String> TAKEN = Set.of(Bootstrap.SCHEMA, "public", "information_schema");

    private final DatabaseUrl url;
    private final Roles roles;
    private final Pools pools;
    private final Migrations migrations;
    private final ApartMigrations apartMigrations;
    private final HikariDataSource transactions;
    private final Map<String, HikariDataSource> plain = new ConcurrentHashMap<>();
    private final Map<String, HikariDataSource> apart = new ConcurrentHashMap<>();
    private final Shapes shapes = new Shapes();
    private final DataKeys keys;
    private final Seal seal;
    private final Health health;

    /**
     * Returns once the server answers and has what the panel needs.
     *
     * @param providers of the key that wraps the data keys
     * @throws SQLException when the server does not answer, or refuses
     */
    PostgresStorage(DatabaseUrl url, KeyProviders providers) throws SQLException {
        Properties properties = url.properties(url.user(), url.password());
        properties.putIfAbsent("socketTimeout", "30");
        DriverConnections owner = new DriverConnections(url.jdbc(), properties);
        this.url = url;
        this.roles = Roles.of(url);
        this.migrations = new Migrations(url, roles, new Bootstrap(url, roles, owner).run());
        this.apartMigrations = new ApartMigrations(url, migrations);
        this.keys = new DataKeys(owner, providers, SqlProblems::of);
        this.seal = new Seal(keys, SqlProblems::of);
        this.pools = new Pools(url, roles);
        this.transactions = pools.transactions();
        this.health = new Health(transactions);
        keys.mend().ifPresent(problem -> LOG.warn(problem.getMessage()));
    }

    @Override
    public Database open(String schema, Bundle bundle, Context context) {
        requireName(schema);
        migrations.apply(schema, MigrationFiles.of(bundle));
        return new SchemaDatabase(schema, roles, transactions, shapes, seal, context);
    }

    @Override
    public Database openApart(String schema, Bundle bundle, Context context) {
        requireName(schema);
        Roles login = roles.apart(url, schema);
        apartMigrations.apply(schema, MigrationFiles.of(bundle), login);
        HikariDataSource pool = apart.computeIfAbsent(schema, any -> new Pools(url, login).apart(schema));
        return new SchemaDatabase(schema, login, pool, shapes, seal, context);
    }

    @Override
    public void drop(String schema) {
        requireName(schema);
        Optional.ofNullable(apart.remove(schema)).ifPresent(HikariDataSource::close);
        migrations.drop(schema);
    }

    @Override
    public DataSource dataSource(String schema) {
        requireName(schema);
        return plain.computeIfAbsent(schema, pools::plain);
    }

    @Override
    public String seal(String plainText, String place) {
        return seal.seal(plainText, "", Bootstrap.SCHEMA + '|' + place);
    }

    @Override
    public String unseal(String ciphertext, String place) {
        return seal.open(ciphertext, Bootstrap.SCHEMA + '|' + place, team -> false);
    }

    @Override
    public MasterKey masterKey() {
        return keys;
    }

    @Override
    public boolean healthy() {
        return health.healthy();
    }

    @Override
    public void close() {
        plain.values().forEach(HikariDataSource::close);
        apart.values().forEach(HikariDataSource::close);
        transactions.close();
        shapes.close();
    }

    private static void requireName(String schema) {
        if (!NAME.matcher(schema).matches() || schema.startsWith("pg_") || TAKEN.contains(schema)) {
            throw new IllegalArgumentException("'" + schema + "' cannot be the name of a schema");
        }
    }
}
