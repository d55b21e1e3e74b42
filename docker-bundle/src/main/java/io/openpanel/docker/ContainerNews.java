package io.openpanel.docker;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.EngineHealth;
import io.openpanel.docker.internal.engine.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes what happens to containers, a quarter of a second's worth at a time and never on the engine's thread. */
@Component(
        service = {},
        immediate = true)
public final class ContainerNews {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerNews.class);
    private static final long EVERY_MILLIS = 250;
    private static final long AGAIN_MILLIS = 5000;

    private final Panel panel;
    private final DockerEngine engine;
    private final ScheduledThreadPoolExecutor thread;
    private final Snapshot.Listening containers;
    private final Snapshot.Listening health;
    private Map<String, News> pending = new HashMap<>();
    private EngineHealth engineNews;

    private record News(Optional<Ref> team, ContainerEvents.Changed event) {}

    @Activate
    public ContainerNews(@Reference Panel panel, @Reference DockerEngine engine) {
        this.panel = panel;
        this.engine = engine;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, "docker-news");
            made.setDaemon(true);
            return made;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.containers = engine.snapshot().listen(this::changed);
        this.health = engine.listen(this::engineChanged);
    }

    private void changed(Optional<ContainerState> before, Optional<ContainerState> after) {
        boolean firstLook = before.isEmpty() && !engine.health().answers();
        boolean same = before.isPresent()
                && after.isPresent()
                && before.get().status() == after.get().status()
                && before.get().name().equals(after.get().name());
        if (firstLook || same) {
            return;
        }
        ContainerState seen = after.or(() -> before).orElseThrow();
        String status = after.map(each -> each.status().word()).orElse("Removed");
        add(seen.id(), new News(seen.team(), new ContainerEvents.Changed(seen.ref(), seen.name(), status, seen.app())));
    }

    private synchronized void add(String id, News news) {
        if (pending.isEmpty()) {
            later(this::publish, EVERY_MILLIS);
        }
        pending.put(id, news);
    }

    private void later(Runnable work, long millis) {
        if (!thread.isShutdown()) {
            thread.schedule(work, millis, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized Map<String, News> take() {
        Map<String, News> taken = pending;
        pending = new HashMap<>();
        return taken;
    }

    private void publish() {
        take().values().stream().collect(Collectors.groupingBy(News::team)).forEach((team, news) -> {
            try {
                publish(team, news.stream().<Record>map(News::event).toList());
            } catch (Problem | IllegalStateException e) {
                LOG.debug("{} changes of containers were not told: {}", news.size(), e.getMessage());
            }
        });
    }

    private void publish(Optional<Ref> team, List<Record> events) {
        if (team.isPresent()) {
            panel.in(team.get(), () -> panel.database().tx(tx -> {
                events.forEach(tx::publish);
                return null;
            }));
            return;
        }
        panel.database().allTeams(tx -> {
            events.forEach(tx::publish);
            return null;
        });
    }

    private synchronized void engineChanged(EngineHealth now) {
        engineNews = now;
        later(this::publishEngine, 0);
    }

    private void publishEngine() {
        EngineHealth news;
        synchronized (this) {
            news = engineNews;
            engineNews = null;
        }
        if (news == null) {
            return;
        }
        try {
            publish(
                    Optional.empty(),
                    List.of(
                            news.answers()
                                    ? new ContainerEvents.EngineFound(news.machine()
                                            .map(EngineHealth.Machine::version)
                                            .orElse("unknown"))
                                    : new ContainerEvents.EngineLost(news.reason())));
        } catch (Problem | IllegalStateException e) {
            LOG.debug("The engine's state was not told yet: {}", e.getMessage());
            synchronized (this) {
                engineNews = engineNews == null ? news : engineNews;
            }
            later(this::publishEngine, AGAIN_MILLIS);
        }
    }

    @Deactivate
    public void close() {
        containers.close();
        health.close();
        thread.shutdownNow();
    }
}
