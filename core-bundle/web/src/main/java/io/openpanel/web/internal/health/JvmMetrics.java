package io.openpanel.web.internal.health;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** What the Java process itself tells. */
final class JvmMetrics {
    private JvmMetrics() {}

    static void print(StringBuilder out) {
        gauge(
                out,
                "process_uptime_seconds",
                "Time since the start",
                ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        gauge(out, "jvm_heap_used_bytes", "Heap in use", heap.getUsed());
        gauge(out, "jvm_heap_max_bytes", "Heap there may be", heap.getMax());
        gauge(
                out,
                "jvm_nonheap_used_bytes",
                "Memory for classes and compiled code",
                ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed());
        gauge(out, "jvm_threads", "Threads", ManagementFactory.getThreadMXBean().getThreadCount());
        gauge(
                out,
                "jvm_classes_loaded",
                "Classes",
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        long millis = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            millis += Math.max(0, collector.getCollectionTime());
        }
        line(out, "jvm_gc_seconds_total", "Time spent on garbage collection", "counter", millis / 1000.0);
    }

    private static void gauge(StringBuilder out, String name, String help, double value) {
        line(out, name, help, "gauge", value);
    }

    private static void line(StringBuilder out, String name, String help, String type, double value) {
        out.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help)
                .append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type)
                .append('\n')
                .append(name)
                .append(' ')
                .append(value)
                .append('\n');
    }
}
