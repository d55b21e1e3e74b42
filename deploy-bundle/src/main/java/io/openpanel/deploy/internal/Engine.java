package io.openpanel.deploy.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What deployments ask of containers, images, networks and domains: actions of other plugins, by name. */
@Component(service = Engine.class)
public final class Engine {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final int PAGE = 1000;

    private final Panel panel;

    @Activate
    public Engine(@Reference Panel panel) {
        this.panel = panel;
    }

    public record OfApp(Ref app) {}

    public record Page(int limit, Optional<String> cursor) {}

    public record One(Ref container) {}

    public record Stopping(Ref container, Duration timeout) {}

    public record Deleting(Ref container, boolean force) {}

    public record Container(
            Ref container,
            String name,
            String status,
            String state,
            Optional<Integer> exitCode,
            Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> addresses) {
        boolean hasEnded() {
            return status.equals("Failed") || status.equals("Stopped");
        }

        boolean isRunning() {
            return state.equals("running");
        }
    }

    /** Where something in a container waits for connections. */
    public record Socket(String address, int port) {
        boolean isLoopback() {
            return address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1");
        }
    }

    public record Listening(List<Socket> listening) {}

    public record Containers(List<Container> items, Optional<String> next) {}

    public record Volume(String volume, String path) {}

    public record Run(
            String name,
            String image,
            Map<String, Secret> environment,
            List<String> unmasked,
            String network,
            List<String> aliases,
            List<Volume> volumes,
            int port,
            Optional<Double> cpus,
            Optional<Long> memory,
            Ref app,
            String deployment) {}

    public record Ran(Ref container, Optional<String> address) {}

    public record Build(
            String directory,
            String dockerfile,
            String tag,
            Map<String, Secret> arguments,
            Optional<Double> cpus,
            Optional<Long> memory) {}

    public record Built(String image) {}

    public record ImageRef(Ref reference) {}

    public record Pulling(String reference) {}

    public record Found(String id) {}

    public record NetworkFor(String name) {}

    public record Network(String network) {}

    public record Route(Ref app, List<String> upstreams) {}

    public record Routed(List<String> hosts, List<String> addresses) {}

    public record Logs(Ref container, int tail) {}

    public record Line(String line) {}

    public record Domain(
            Ref domain,
            Ref app,
            String host,
            Optional<String> unicode,
            String address,
            boolean generated,
            Instant createdAt) {
        /** The address in the letters of its name. */
        Optional<String> text() {
            return unicode.map(name -> address.replace(host, name));
        }
    }

    public record Domains(List<Domain> items, Optional<String> next) {}

    public List<Container> containers(Ref app) {
        return panel.call("container.list", new OfApp(app), Containers.class).items();
    }

    /** Those of all apps. */
    List<Container> containers() {
        return all(page -> panel.call("container.list", page, Containers.class), Containers::items, Containers::next);
    }

    private static <P, T> List<T> all(
            Function<Page, P> ask, Function<P, List<T>> items, Function<P, Optional<String>> next) {
        List<T> all = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            P page = ask.apply(new Page(PAGE, cursor));
            all.addAll(items.apply(page));
            cursor = next.apply(page);
        } while (cursor.isPresent());
        return all;
    }

    public record Health(String state, Optional<String> reason) {}

    /** @throws Problem while the engine is out of reach: what the list does not have then may be there all the same */
    void requireReachable() {
        Health health = panel.call("engine.get", null, Health.class);
        if (!health.state().equals("healthy")) {
            throw new Problem(
                    Problem.Kind.UNAVAILABLE,
                    "The container engine is out of reach (" + health.reason().orElse("no reason given") + ')');
        }
    }

    Container container(Ref container) {
        return panel.call("container.get", new One(container), Container.class);
    }

    List<Socket> listening(Ref container) {
        return panel.call("container.get", new One(container), Listening.class).listening();
    }

    Ran run(Run run) {
        return panel.call("container.run", run, Ran.class);
    }

    public void start(Ref container) {
        panel.call("container.start", new One(container), null);
    }

    public void restart(Ref container) {
        panel.call("container.restart", new One(container), null);
    }

    public void stop(Ref container) {
        panel.call("container.stop", new Stopping(container, STOP), null);
    }

    /** Stops a container; one that is stopped or gone is as good. */
    void stopQuietly(Ref container) {
        try {
            stop(container);
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING && problem.kind() != Problem.Kind.CONFLICT) {
                throw problem;
            }
        }
    }

    /** Removes a container; one that is gone is as good. */
    public void remove(Ref container) {
        try {
            panel.call("container.delete", new Deleting(container, true), null);
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
        }
    }

    Built build(Build build) {
        return panel.call("image.build", build, Built.class);
    }

    /** The image's id; fetched where the engine does not have it. */
    String image(String reference) {
        try {
            return panel.call("image.get", new ImageRef(new Ref("image", reference)), Found.class)
                    .id();
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
            return panel.call("image.pull", new Pulling(reference), Built.class).image();
        }
    }

    /** Whether the engine has it. */
    boolean hasImage(String image) {
        try {
            panel.call("image.get", new ImageRef(new Ref("image", image)), Found.class);
            return true;
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
            return false;
        }
    }

    /** Whether the image is gone. One that something else uses stays. */
    public boolean removeImage(String image) {
        try {
            panel.call("image.delete", new ImageRef(new Ref("image", image)), null);
            return true;
        } catch (Problem problem) {
            return problem.kind() == Problem.Kind.MISSING;
        }
    }

    public record OfJob(Ref job) {}

    public record Job(String state) {}

    /** Whether no attempt of the job will come any more. */
    boolean isOver(String job) {
        try {
            String state =
                    panel.call("job.get", new OfJob(Ref.parse(job)), Job.class).state();
            return !state.equals("queued") && !state.equals("running");
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
            return true;
        }
    }

    String network(Apps.Row app) {
        return panel.call("network.ensure", new NetworkFor(networkName(app.projectId())), Network.class)
                .network();
    }

    public void removeNetwork(String project) {
        panel.call("network.delete", new NetworkFor(networkName(project)), null);
    }

    private static String networkName(String project) {
        return "op-" + project;
    }

    void generateDomain(Ref app) {
        panel.call("domain.generate", new OfApp(app), null);
    }

    Routed route(Ref app, List<String> upstreams) {
        return panel.call("domain.apply", new Route(app, upstreams), Routed.class);
    }

    public void releaseDomains(Ref app) {
        panel.call("domain.release", new OfApp(app), null);
    }

    public List<Domain> domains(Ref app) {
        return panel.call("domain.list", new OfApp(app), Domains.class).items();
    }

    /** Those of all apps. */
    List<Domain> domains() {
        return all(page -> panel.call("domain.list", page, Domains.class), Domains::items, Domains::next);
    }

    /** The container's last lines; as many as come within two seconds. */
    List<String> lastLines(Ref container, int count) {
        List<String> lines = java.util.Collections.synchronizedList(new ArrayList<>());
        CountDownLatch end = new CountDownLatch(1);
        panel.stream("container.logs", new Logs(container, count), Line.class).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Line line) {
                lines.add(line.line());
            }

            @Override
            public void onError(Throwable problem) {
                lines.add("The rest of the log could not be read: " + problem.getMessage());
                end.countDown();
            }

            @Override
            public void onComplete() {
                end.countDown();
            }
        });
        try {
            end.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
