package io.openpanel.testkit;

import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
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
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * The kernel with a real database in this JVM, and the bundles of the class path in it: what a plugin's tests call its
 * actions through. Bundles are found by their manifests; the one under test is its own {@code target/classes}.
 */
public final class TestPanel implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Shared with the tests, so that they and the bundles mean the same types. */
    private static final String SHARED = "io.openpanel.api;version=\"1.0\",io.openpanel.spi;version=\"1.0\","
            + "org.slf4j;version=\"2.0.17\",org.slf4j.spi;version=\"2.0.17\",org.slf4j.event;version=\"2.0.17\","
            + "org.slf4j.helpers;version=\"2.0.17\"";

    private static final List<String> RUNTIME = List.of(
            "org.apache.felix.configadmin",
            "org.apache.felix.scr",
            "org.osgi.util.function",
            "org.osgi.util.promise",
            "org.osgi.service.component",
            "com.fasterxml.jackson.core.jackson-core",
            "com.fasterxml.jackson.core.jackson-databind",
            "com.fasterxml.jackson.core.jackson-annotations",
            "com.fasterxml.jackson.datatype.jackson-datatype-jsr310",
            "com.fasterxml.jackson.datatype.jackson-datatype-jdk8",
            "bcprov",
            "bcutil",
            "bcpkix",
            "com.sun.jna");

    private final TestDatabase database = TestPostgres.database();
    private final Path home;
    private final Framework framework;

    /** Starts a panel with the named bundles of the class path beside data and kernel. */
    public TestPanel(String... symbolicNames) {
        try {
            home = Files.createTempDirectory("openpanel-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(configuration());
        try {
            framework.start();
            List<String> wanted = new ArrayList<>(RUNTIME);
            wanted.addAll(List.of("io.openpanel.data", "io.openpanel.kernel"));
            wanted.addAll(List.of(symbolicNames));
            start(wanted);
        } catch (BundleException e) {
            throw new IllegalStateException("The test panel does not start", e);
        }
        await("the gateway", () -> find(Gateway.class).isPresent());
    }

    private Map<String, String> configuration() {
        Map<String, String> configuration = new HashMap<>();
        configuration.put(Constants.FRAMEWORK_STORAGE, home.resolve("framework").toString());
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED);
        configuration.put(Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA, "openpanel.host;api:Long=1");
        configuration.put(Constants.FRAMEWORK_BOOTDELEGATION, "sun.*,com.sun.*,jdk.*");
        configuration.put("felix.cm.pm", "memory");
        configuration.put("openpanel.plugin.patience", "3");
        configuration.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        configuration.put("openpanel.home", home.toString());
        configuration.put("openpanel.database.url", database.url());
        return configuration;
    }

    private void start(List<String> symbolicNames) throws BundleException {
        Map<String, String> found = bundlesOfTheClassPath();
        List<Bundle> installed = new ArrayList<>();
        for (String name : symbolicNames) {
            String location = found.get(name);
            if (location != null) {
                installed.add(framework.getBundleContext().installBundle(location));
            } else if (name.startsWith("io.openpanel.")) {
                throw new IllegalStateException("The bundle " + name + " is not on the test class path");
            }
        }
        for (Bundle bundle : installed) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
    }

    /** Installs and starts a bundle of the class path, or gives the one that is there. */
    public Bundle install(String symbolicName) {
        for (Bundle bundle : context().getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        String location = bundlesOfTheClassPath().get(symbolicName);
        if (location == null) {
            throw new IllegalStateException("The bundle " + symbolicName + " is not on the test class path");
        }
        try {
            Bundle bundle = context().installBundle(location);
            bundle.start();
            return bundle;
        } catch (BundleException e) {
            throw new IllegalStateException("The bundle " + symbolicName + " does not start: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> bundlesOfTheClassPath() {
        Map<String, String> found = new HashMap<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(element);
            try {
                String name = symbolicName(path);
                if (name != null) {
                    found.putIfAbsent(name.split(";")[0].strip(), "reference:" + path.toUri());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read " + path, e);
            }
        }
        return found;
    }

    private static String symbolicName(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            Path manifest = path.resolve(JarFile.MANIFEST_NAME);
            return Files.exists(manifest)
                    ? new Manifest(Files.newInputStream(manifest))
                            .getMainAttributes()
                            .getValue(Constants.BUNDLE_SYMBOLICNAME)
                    : null;
        }
        if (!Files.exists(path)) {
            return null;
        }
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.getManifest() == null
                    ? null
                    : jar.getManifest().getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
        }
    }

    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** The panel's home directory. */
    public Path home() {
        return home;
    }

    /** A connection to the panel's database as its owner, who may do there what no plugin may. */
    public Connection connect() throws SQLException {
        return database.connect();
    }

    /** A service, if there is one now. */
    public <S> Optional<S> find(Class<S> type) {
        ServiceReference<S> reference = context().getServiceReference(type);
        return reference == null
                ? Optional.empty()
                : Optional.ofNullable(context().getService(reference));
    }

    /** A service there must be. */
    public <S> S get(Class<S> type) {
        return find(type).orElseThrow(() -> new IllegalStateException("There is no service " + type.getName()));
    }

    /** A bundle that is a plugin with the given files and nothing else; tests publish its services themselves. */
    public Bundle plugin(String id, List<String> uses, Map<String, String> files) {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, "test." + id);
        main.putValue(Constants.BUNDLE_VERSION, "1.0.0");
        main.putValue(Constants.IMPORT_PACKAGE, "io.openpanel.api");
        main.putValue(
                Constants.PROVIDE_CAPABILITY,
                "openpanel.plugin;id=" + id + ";title=" + id + ";uses:List<String>=\"" + String.join(",", uses) + '"');
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                jar.putNextEntry(new JarEntry(file.getKey()));
                jar.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                jar.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Bundle bundle = context().installBundle("test:" + id, new ByteArrayInputStream(bytes.toByteArray()));
            bundle.start();
            return bundle;
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until actions are in the catalogue. */
    public void awaitActions(String... ids) {
        Catalogue catalogue = get(Catalogue.class);
        for (String id : ids) {
            await(id, () -> catalogue.operation(id).isPresent());
        }
    }

    /** Waits until something is so, 30 s at most. */
    public static void await(String what, BooleanSupplier so) {
        await(what, so, PATIENCE);
    }

    /**
     * Waits until something is so.
     *
     * @throws AssertionError when it was not within the time
     */
    public static void await(String what, BooleanSupplier so, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Not within " + longest + ": " + what);
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** The owner of the machine, working in a team. */
    public static Principal local(Ref team) {
        return new Principal(new Ref("local", "owner"), "local", Optional.ofNullable(team), Optional.empty());
    }

    /** Calls an action through the gateway. */
    public Gateway.Reply call(Principal principal, String action, String json) {
        return get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        json.getBytes(StandardCharsets.UTF_8),
                        new Gateway.Caller.Known(principal),
                        "test",
                        "127.0.0.1",
                        "test",
                        Optional.empty(),
                        Optional.empty()));
    }

    /** Calls an action that answers with JSON. */
    public String json(Principal principal, String action, String json) {
        return new String(((Gateway.Reply.Done) call(principal, action, json)).json(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(PATIENCE.toMillis());
            Folders.delete(home);
        } catch (BundleException | IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            database.close();
        }
    }
}
