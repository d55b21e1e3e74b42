package io.openpanel.proxy;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.client.HttpClient;

/** Where requests go; replaced as a whole, so that each request sees one configuration. */
final class Routes {
    private final HttpClient client;
    private final Map<InetSocketAddress, Upstream> upstreams = new ConcurrentHashMap<>();
    private volatile Snapshot current = new Snapshot(Map.of(), null);

    Routes(HttpClient client) {
        this.client = client;
    }

    private record Snapshot(Map<String, Target> hosts, Target panel) {}

    /** From now on requests go by this configuration; those under way end where they are. */
    void apply(Configuration configuration) {
        Map<String, Target> hosts = new HashMap<>();
        for (Configuration.Route route : configuration.routes()) {
            hosts.put(route.host(), new Target(route.host(), null, resolve(route.upstreams())));
        }
        Target panel = configuration
                .panel()
                .map(each -> new Target("the panel", each.mark(), resolve(List.of(each.upstream()))))
                .orElse(null);
        current = new Snapshot(Map.copyOf(hosts), panel);
        upstreams.values().removeIf(upstream -> !isUsed(upstream));
    }

    /** The target for a host as a client writes it; null where there is none. */
    Target host(String host) {
        Map<String, Target> hosts = current.hosts;
        Target target = hosts.get(host);
        if (target != null || host.isEmpty()) {
            return target;
        }
        String lower = host.toLowerCase(Locale.ROOT);
        return hosts.get(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
    }

    /** The panel itself; null while it is not configured. */
    Target panel() {
        return current.panel;
    }

    private List<Upstream> resolve(List<InetSocketAddress> addresses) {
        return addresses.stream()
                .map(address -> upstreams.computeIfAbsent(address, key -> new Upstream(client, key)))
                .toList();
    }

    private boolean isUsed(Upstream upstream) {
        Target panel = current.panel;
        return panel != null && panel.upstreams.contains(upstream)
                || current.hosts.values().stream().anyMatch(target -> target.upstreams.contains(upstream));
    }

    /** One app, or the panel. */
    static final class Target {
        private static final long LOG_EVERY = TimeUnit.SECONDS.toNanos(1);

        private final String name;
        private final String mark;
        private final List<Upstream> upstreams;
        private final AtomicInteger turn = new AtomicInteger();
        private final AtomicLong logged = new AtomicLong(System.nanoTime() - LOG_EVERY);

        Target(String name, String mark, List<Upstream> upstreams) {
            this.name = name;
            this.mark = mark;
            this.upstreams = upstreams;
        }

        String name() {
            return name;
        }

        /** What is said to the panel, by which it knows this proxy; null for an app. */
        String mark() {
            return mark;
        }

        /** Logs that an upstream failed, at most once a second for each target. */
        void failed(Log log, Upstream upstream, Throwable failure) {
            long now = System.nanoTime();
            long former = logged.get();
            if (now - former >= LOG_EVERY && logged.compareAndSet(former, now)) {
                log.error(
                        "The upstream failed",
                        Map.of("target", name, "upstream", upstream.address(), "cause", failure.toString()));
            }
        }

        /** The next upstream in turn that is not the one to avoid; null where there is none. */
        Upstream next(Upstream avoid) {
            int count = upstreams.size();
            if (count == 1) {
                Upstream only = upstreams.get(0);
                return only == avoid ? null : only;
            }
            int start = count == 0 ? 0 : Math.floorMod(turn.getAndIncrement(), count);
            for (int i = 0; i < count; i++) {
                Upstream candidate = upstreams.get((start + i) % count);
                if (candidate != avoid) {
                    return candidate;
                }
            }
            return null;
        }
    }
}
