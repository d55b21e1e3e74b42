package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Database;
import io.openpanel.api.Secret;
import io.openpanel.spi.Storage;
import io.openpanel.testkit.TestDatabase;
import io.openpanel.testkit.TestPostgres;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** The bundle as it is built, in a framework. */
class BundleTest {
    private static final String SHARED = "io.openpanel.api;version=1.0,io.openpanel.spi;version=1.0,"
            + "org.slf4j;version=2.0,org.slf4j.helpers;version=2.0";

    @TempDir
    Path folder;

    private Framework framework;

    public record Item(String id, Secret secret) {}

    @AfterEach
    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void publishesTheStorageAndLeavesNothingBehind() throws Exception {
        try (TestDatabase server = TestPostgres.database()) {
            start(server.url());
            ExecutorService longLived = Executors.newSingleThreadExecutor();
            List<String> threads = threads();
            List<Driver> drivers = DriverManager.drivers().toList();

            WeakReference<ClassLoader> classes = runOnce(longLived);

            await("the threads to end", () -> threads().equals(threads));
            await("the classes to go", () -> {
                System.gc();
                return classes.get() == null;
            });
            assertThat(DriverManager.drivers()).containsExactlyElementsOf(drivers);
            assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(null, null))
                    .noneMatch(name -> name.toString().toLowerCase().matches(".*(hikari|flyway|postgres).*"));
            longLived.shutdown();
        }
    }

    @Test
    void waitsForAServerThatComesLater() throws Exception {
        try (TestPostgres server = TestPostgres.start()) {
            String url = server.create().url();
            server.stop();
            start(url);
            List<String> threads = threads();
            Bundle bundle = install(data());
            bundle.start();
            Thread.sleep(300);
            assertThat(storage()).isEmpty();

            server.resume();

            await("the storage", () -> storage().isPresent());
            server.stop();
            assertThat(storage()).isPresent();
            assertThat(storage().orElseThrow().healthy()).isFalse();
            bundle.stop();
            await("the threads to end", () -> threads().equals(threads));
        }
    }

    @Test
    void aWrongUrlIsSaidAndStopsQuickly() throws Exception {
        start("mysql://nowhere");

        Bundle bundle = install(data());
        bundle.start();
        Thread.sleep(200);

        assertThat(storage()).isEmpty();
        bundle.stop();
    }

    /** Everything in its own method, so that no variable keeps a class of the bundle. */
    private WeakReference<ClassLoader> runOnce(ExecutorService longLived) throws Exception {
        Bundle bundle = install(data());
        bundle.start();
        await("the storage", () -> storage().isPresent());
        longLived.submit(() -> work(storage().orElseThrow())).get();
        WeakReference<ClassLoader> classes =
                new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        bundle.uninstall();
        framework.adapt(FrameworkWiring.class).refreshBundles(null);
        return classes;
    }

    private static void work(Storage storage) {
        Database database = storage.open(
                "shop",
                FakeBundle.with(Map.of("V001__item.sql", "create table item (id text, secret text, labels jsonb)")),
                FakeContext.in(ALPHA));
        database.tx(tx -> tx.update(
                "insert into item values ('i', ?, ?)", Secret.of("s").at("item", "secret", "i"), Map.of("a", "b")));
        database.tx(tx -> tx.list(Item.class, "select * from item"));
        try (var connection = storage.dataSource("shop").getConnection()) {
            connection.isValid(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        assertThat(storage.healthy()).isTrue();
    }

    private void start(String url) throws BundleException {
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("framework").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        SHARED,
                        "openpanel.home",
                        folder.toString(),
                        "openpanel.database.url",
                        url));
        framework.start();
        List<Bundle> bundles = new ArrayList<>();
        for (String jar : List.of(
                "org.osgi.util.function",
                "org.osgi.util.promise",
                "org.osgi.service.component-",
                "jackson-core",
                "org.apache.felix.scr")) {
            bundles.add(install(onClassPath(jar)));
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    private Bundle install(Path jar) throws BundleException {
        return framework.getBundleContext().installBundle("reference:" + jar.toUri());
    }

    private Optional<Storage> storage() {
        ServiceReference<Storage> reference = framework.getBundleContext().getServiceReference(Storage.class);
        return Optional.ofNullable(reference).map(framework.getBundleContext()::getService);
    }

    private static Path data() {
        return Path.of("target/classes").toAbsolutePath();
    }

    private static Path onClassPath(String name) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().startsWith(name) && Files.isRegularFile(path))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is not on the class path"));
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.matches("(?i).*(openpanel|hikari|postgres|flyway).*"))
                .sorted()
                .toList();
    }

    private static void await(String what, BooleanSupplier so) throws InterruptedException {
        for (int i = 0; i < 400 && !so.getAsBoolean(); i++) {
            Thread.sleep(100);
        }
        assertThat(so.getAsBoolean()).as(what).isTrue();
    }
}
