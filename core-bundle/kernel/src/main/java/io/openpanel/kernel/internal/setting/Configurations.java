package io.openpanel.kernel.internal.setting;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;

/** What lies in Configuration Admin, which keeps it in memory only. */
public final class Configurations implements ConfigurationListener {
    private static final long PATIENCE_SECONDS = 5;
    private static final String ANY_LOCATION = "?";
    private static final String MARK = "openpanel.settings";

    private final ConfigurationAdmin admin;
    private final ServiceRegistration<ConfigurationListener> listening;
    private final Map<Long, Set<String>> byBundle = new HashMap<>();
    private volatile CountDownLatch mark = new CountDownLatch(0);
    private long marks;

    public Configurations(BundleContext context, ConfigurationAdmin admin) {
        this.admin = admin;
        this.listening = context.registerService(ConfigurationListener.class, this, null);
    }

    /** The name under which only this bundle's component has it (OSGi Compendium, 104.3.2). */
    private static String target(Bundle bundle, String pid) {
        return String.join(
                "|", pid, bundle.getSymbolicName(), bundle.getVersion().toString(), bundle.getLocation());
    }

    /** Gives a component its properties; nothing happens where it has the same. */
    public synchronized String put(Bundle bundle, String pid, JsonNode values) {
        Dictionary<String, Object> properties = new Hashtable<>();
        values.fields().forEachRemaining(each -> properties.put(each.getKey(), property(each.getValue())));
        String target = target(bundle, pid);
        try {
            Configuration configuration = admin.getConfiguration(target, ANY_LOCATION);
            if (configuration.getProperties() == null) {
                configuration.update(properties);
            } else {
                configuration.updateIfDifferent(properties);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byBundle.computeIfAbsent(bundle.getBundleId(), any -> new HashSet<>()).add(target);
        return target;
    }

    private static Object property(JsonNode value) {
        if (value.isArray()) {
            List<Object> list = new ArrayList<>();
            value.forEach(each -> list.add(property(each)));
            return list;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber()) {
            return value.longValue();
        }
        return value.isNumber() ? (Object) value.doubleValue() : value.textValue();
    }

    /** Takes away what else a bundle's components had. */
    public synchronized void keepOnly(Bundle bundle, Set<String> targets) {
        Set<String> gone = byBundle.getOrDefault(bundle.getBundleId(), Set.of());
        try {
            for (String target : Set.copyOf(gone)) {
                if (!targets.contains(target)) {
                    admin.getConfiguration(target, ANY_LOCATION).delete();
                    gone.remove(target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (targets.isEmpty()) {
            byBundle.remove(bundle.getBundleId());
        }
    }

    /**
     * Waits until the components have what was put: listeners hear of changes one after the other, so that whoever heard
     * of the mark has heard of what was before it.
     *
     * @return false where that takes too long
     */
    public synchronized boolean awaitHeard() {
        mark = new CountDownLatch(1);
        try {
            admin.getConfiguration(MARK, ANY_LOCATION).update(new Hashtable<>(Map.of("mark", ++marks)));
            return mark.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getPid().equals(MARK)) {
            mark.countDown();
        }
    }

    void close() {
        listening.unregister();
    }
}
