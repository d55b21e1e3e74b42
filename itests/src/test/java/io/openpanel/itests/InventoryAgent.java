package io.openpanel.itests;

import java.lang.instrument.Instrumentation;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import javax.management.ObjectName;

/** Runs inside the panel: writes down by what it can be reached from outside and from within. */
public final class InventoryAgent {
    private static final String KERNEL = "io.openpanel.kernel.internal.Kernel";

    private InventoryAgent() {}

    /** Begins; the argument is the file to write. */
    public static void agentmain(String file, Instrumentation instrumentation) throws Exception {
        Set<String> lines = new TreeSet<>();
        for (ObjectName name : ManagementFactory.getPlatformMBeanServer().queryNames(null, null)) {
            lines.add("mbean " + name.getDomain());
        }
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (loaded.getName().equals(KERNEL)) {
                services(loaded, lines);
                break;
            }
        }
        Path done = Files.write(Path.of(file + ".new"), lines);
        Files.move(done, Path.of(file));
    }

    /** By reflection: the agent sees none of the framework's types. */
    private static void services(Class<?> kernel, Set<String> lines) throws Exception {
        Class<?> framework = kernel.getClassLoader().loadClass("org.osgi.framework.FrameworkUtil");
        Object bundle = framework.getMethod("getBundle", Class.class).invoke(null, kernel);
        Class<?> bundleType = kernel.getClassLoader().loadClass("org.osgi.framework.Bundle");
        Class<?> contextType = kernel.getClassLoader().loadClass("org.osgi.framework.BundleContext");
        Class<?> referenceType = kernel.getClassLoader().loadClass("org.osgi.framework.ServiceReference");
        Object context = bundleType.getMethod("getBundleContext").invoke(bundle);
        Object[] all = (Object[]) contextType
                .getMethod("getAllServiceReferences", String.class, String.class)
                .invoke(context, null, null);
        Method property = referenceType.getMethod("getProperty", String.class);
        for (Object reference : all) {
            add(lines, "servlet", property.invoke(reference, "osgi.http.whiteboard.servlet.pattern"));
            add(lines, "filter", property.invoke(reference, "osgi.http.whiteboard.filter.pattern"));
            add(lines, "resource", property.invoke(reference, "osgi.http.whiteboard.resource.pattern"));
            add(lines, "command", property.invoke(reference, "osgi.command.scope"));
            for (String type : (String[]) property.invoke(reference, "objectClass")) {
                if (type.equals("io.openpanel.api.Door") && property.invoke(reference, "openpanel.door") != null) {
                    Object door =
                            contextType.getMethod("getService", referenceType).invoke(context, reference);
                    Method path = door.getClass().getMethod("path");
                    path.setAccessible(true);
                    lines.add("door " + path.invoke(door));
                }
            }
        }
    }

    private static void add(Set<String> lines, String kind, Object value) {
        if (value instanceof Object[] many) {
            for (Object each : many) {
                lines.add(kind + ' ' + each);
            }
        } else if (value != null) {
            lines.add(kind + ' ' + value);
        }
    }
}
