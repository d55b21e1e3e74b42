package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Health;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.health.ComponentHealth;
import io.openpanel.kernel.internal.health.Ill;
import io.openpanel.kernel.internal.setting.Configurations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.service.cm.ConfigurationAdmin;

/** The plugin's own framework: Declarative Services, the interface it was compiled against, and it. */
final class PluginFramework {
    private static final List<String> BUNDLES = List.of("function", "promise", "configadmin", "scr");
    private static final List<String> ELSEWHERE = List.of("io.openpanel.api.Door", "io.openpanel.api.Resources");

    private final BundleContext context;
    private final Bundle plugin;
    private final Contents contents;
    private final Configurations configurations;

    /** A method that hears or ticks, with whose it is. */
    record Hearer(Object extension, Method method) {}

    private PluginFramework(BundleContext context, Bundle plugin, Configurations configurations) {
        this.context = context;
        this.plugin = plugin;
        this.configurations = configurations;
        this.contents = new Contents(extensions());
    }

    /** @param settings gives what the plugin's components are to have when they start */
    static PluginFramework start(Path jar, Panel panel, Supplier<ObjectNode> settings) {
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(configuration());
        try {
            framework.start();
            BundleContext context = framework.getBundleContext();
            List<Bundle> own = new ArrayList<>();
            for (String name : BUNDLES) {
                own.add(install(context, name));
            }
            for (Bundle bundle : own) {
                bundle.start();
            }
            context.registerService(Panel.class, panel, null);
            context.registerService(InstantSource.class, InstantSource.system(), null);
            Bundle plugin = context.installBundle("reference:" + jar.toUri());
            Configurations configurations = new Configurations(context, admin(context));
            configure(configurations, plugin, settings.get());
            plugin.start();
            return new PluginFramework(context, plugin, configurations);
        } catch (BundleException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static ConfigurationAdmin admin(BundleContext context) {
        return context.getService(context.getServiceReference(ConfigurationAdmin.class));
    }

    private static void configure(Configurations configurations, Bundle plugin, ObjectNode settings) {
        Set<String> targets = new HashSet<>();
        settings.fields()
                .forEachRemaining(each -> targets.add(configurations.put(plugin, each.getKey(), each.getValue())));
        configurations.keepOnly(plugin, targets);
    }

    /** Whether the components have these settings now. */
    boolean configure(ObjectNode settings) {
        configure(configurations, plugin, settings);
        return configurations.awaitHeard();
    }

    private static Bundle install(BundleContext context, String name) throws BundleException {
        try (InputStream bytes = PluginFramework.class.getResourceAsStream("/bundles/" + name + ".jar")) {
            return context.installBundle("program:" + name, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> configuration() {
        String api = System.getProperty("openpanel.api", "1.0.0");
        Map<String, String> configuration = new HashMap<>();
        configuration.put(
                Constants.FRAMEWORK_STORAGE,
                Path.of(System.getProperty("java.io.tmpdir"), "framework").toString());
        configuration.put(
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                "io.openpanel.api;version=\"" + api
                        + "\",org.slf4j;version=\"2.0.17\",org.slf4j.spi;version=\"2.0.17\","
                        + "org.slf4j.event;version=\"2.0.17\",org.slf4j.helpers;version=\"2.0.17\","
                        + "org.osgi.service.cm;version=\"1.6.0\","
                        + "org.osgi.service.component;version=\"1.5.1\","
                        + "org.osgi.service.component.runtime;version=\"1.5.0\","
                        + "org.osgi.service.component.runtime.dto;version=\"1.5.0\"");
        configuration.put(Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA, "openpanel.host;api:Long=1");
        configuration.put("felix.cache.locking", "false");
        configuration.put("felix.cm.pm", "memory");
        configuration.put("ds.loglevel", "warn");
        return configuration;
    }

    /** The last cause that a failure names. */
    static String cause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private List<Object> extensions() {
        List<Object> found = new ArrayList<>();
        services(Extension.class.getName()).forEach(each -> {
            Object service = context.getService(each);
            if (service != null) {
                found.add(service);
            }
        });
        return found;
    }

    private List<ServiceReference<?>> services(String type) {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(type, null);
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the plugin has. */
    JsonNode describe() {
        new ComponentHealth(context).look(plugin).ifPresent(ill -> {
            throw new Problem(Problem.Kind.CONFLICT, ill.reason());
        });
        List<String> refused = ELSEWHERE.stream()
                .filter(type -> !services(type).isEmpty())
                .map(type -> "it publishes a " + type.substring(type.lastIndexOf('.') + 1))
                .toList();
        return contents.describe(refused);
    }

    Entry entry(String action) {
        return contents.entry(action);
    }

    Hearer hearer(String name) {
        return contents.hearer(name);
    }

    Hearer ticker(String name) {
        return contents.ticker(name);
    }

    /** What is not well. */
    Optional<String> problem() {
        return new ComponentHealth(context).look(plugin).map(Ill::reason).or(this::said);
    }

    private Optional<String> said() {
        for (ServiceReference<?> each : services(Health.class.getName())) {
            Optional<String> problem =
                    context.getService(each) instanceof Health health ? health.problem() : Optional.empty();
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }
}
