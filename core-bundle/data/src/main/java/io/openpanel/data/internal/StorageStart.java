package io.openpanel.data.internal;

import io.openpanel.data.internal.secret.KeyFile;
import io.openpanel.data.internal.secret.KeyProviders;
import io.openpanel.data.internal.secret.VaultTransit;
import io.openpanel.spi.KeyProvider;
import io.openpanel.spi.Storage;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes {@link Storage} as soon as the server answers, and tries until it does. The service then stays: a server
 * that is away for a while is a matter of {@link Storage#healthy()}.
 */
@Component(
        service = {},
        immediate = true)
public final class StorageStart {
    private static final Logger LOG = LoggerFactory.getLogger(StorageStart.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final BundleContext bundles;
    private final Map<String, String> environment;
    private final Thread thread;
    private PostgresStorage storage;
    private volatile ServiceRegistration<Storage> registration;
    private boolean stopped;

    @Activate
    public StorageStart(BundleContext bundles) {
        this(bundles, System.getenv());
    }

    StorageStart(BundleContext bundles, Map<String, String> environment) {
        this.bundles = bundles;
        this.environment = environment;
        this.thread = new Thread(this::connect, "openpanel-data-start");
        thread.setDaemon(true);
        thread.start();
    }

    @Deactivate
    public void stop() throws InterruptedException {
        PostgresStorage ending;
        synchronized (this) {
            stopped = true;
            ending = storage;
        }
        thread.interrupt();
        if (registration != null) {
            registration.unregister();
        }
        if (ending != null) {
            ending.close();
        }
        thread.join(LONGEST_PAUSE.toMillis());
    }

    private void connect() {
        String text = Optional.ofNullable(environment.get("OPENPANEL_DATABASE_URL"))
                .orElseGet(() -> bundles.getProperty("openpanel.database.url"));
        if (text == null) {
            LOG.error("There is no database: set OPENPANEL_DATABASE_URL to"
                    + " postgresql://user:password@host:port/database");
            return;
        }
        DatabaseUrl url;
        KeyProviders providers;
        try {
            url = DatabaseUrl.parse(text);
            providers = providers();
        } catch (IllegalArgumentException e) {
            LOG.error(e.getMessage());
            return;
        }
        Duration pause = Duration.ofMillis(200);
        String told = "";
        while (!isStopped()) {
            try {
                publish(new PostgresStorage(url, providers));
                return;
            } catch (SQLException | UncheckedIOException e) {
                if (!e.getMessage().equals(told)) {
                    LOG.warn("The database {} does not let the panel in yet, trying on: {}", url, e.getMessage());
                    told = e.getMessage();
                }
            }
            if (!sleep(pause)) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void publish(PostgresStorage ready) {
        synchronized (this) {
            if (stopped) {
                ready.close();
                return;
            }
            storage = ready;
        }
        // Outside of the lock: whoever waits for the service starts in this call.
        try {
            registration = bundles.registerService(Storage.class, ready, null);
        } catch (IllegalStateException e) {
            LOG.debug("The bundle was stopped while the database came up");
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private static boolean sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @throws IllegalArgumentException when a setting is wrong */
    private KeyProviders providers() {
        List<KeyProvider> own = new ArrayList<>();
        own.add(new KeyFile(home().resolve("keys").resolve("kek")));
        VaultTransit.Options.of(environment).ifPresent(options -> own.add(new VaultTransit(options)));
        String chosen = Optional.ofNullable(environment.get("OPENPANEL_KEY_PROVIDER"))
                .filter(each -> !each.isBlank())
                .orElse(KeyFile.NAME);
        return new KeyProviders(chosen, own, this::plugins);
    }

    /** Those of plugins, asked for each time: they come later than this and may go. */
    private Stream<KeyProvider> plugins() {
        try {
            return bundles.getServiceReferences(KeyProvider.class, null).stream()
                    .map(bundles::getService)
                    .filter(Objects::nonNull);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path home() {
        String home = bundles.getProperty("openpanel.home");
        return home == null ? Path.of(System.getProperty("user.home"), ".openpanel") : Path.of(home);
    }
}
