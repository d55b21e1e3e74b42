package io.openpanel.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resources;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;

/** A running panel with deployments, an engine and a proxy in memory, and somebody who works in it. */
final class Office {
    static final ObjectMapper JSON = new ObjectMapper();

    final Ref team = Ref.create("team");
    final Principal owner = TestPanel.local(team);
    final TestPanel panel;
    final FakeDocker docker;
    final FakeProxy proxy = new FakeProxy();
    /** Where apps that work listen. */
    final ServerSocket listening;

    Office(TestPanel panel) {
        this.panel = panel;
        Bundle engine = panel.plugin("docker", List.of(), Map.of("OPENPANEL-INF/roles.yaml", FakeDocker.ROLES));
        docker = new FakeDocker(
                engine.getBundleContext().getService(engine.getBundleContext().getServiceReference(Panel.class)), team);
        engine.getBundleContext()
                .registerService(new String[] {Extension.class.getName(), Resources.class.getName()}, docker, null);
        engine.getBundleContext().registerService(Resources.class, docker.imageResources(), null);
        Bundle ssl = panel.plugin("ssl", List.of(), Map.of("OPENPANEL-INF/roles.yaml", FakeProxy.ROLES));
        ssl.getBundleContext().registerService(Extension.class, proxy, null);
        ssl.getBundleContext().registerService(Resources.class, proxy.resources(team), null);
        try {
            listening = new ServerSocket(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        panel.awaitActions(
                "container.run",
                "image.build",
                "domain.apply",
                "deployment.start",
                "app.create",
                "project.create",
                "variable.set",
                "job.get",
                "job.cancel");
        TestPanel.await("the kinds", () -> panel.get(Catalogue.class)
                .kinds()
                .keySet()
                .containsAll(List.of("app", "project", "deployment", "variable", "container", "image", "job")));
    }

    JsonNode call(String action, Object... namesAndValues) {
        return callAs(owner, action, namesAndValues);
    }

    JsonNode callAs(Principal principal, String action, Object... namesAndValues) {
        try {
            return JSON.readTree(panel.json(principal, action, json(namesAndValues)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String json(Object... namesAndValues) {
        ObjectNode input = JSON.createObjectNode();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            input.set(
                    (String) namesAndValues[i],
                    JSON.valueToTree(
                            namesAndValues[i + 1] instanceof Ref ref ? ref.toString() : namesAndValues[i + 1]));
        }
        return input.toString();
    }

    Problem refused(String action, Object... namesAndValues) {
        return refusedAs(owner, action, namesAndValues);
    }

    Problem refusedAs(Principal principal, String action, Object... namesAndValues) {
        try {
            panel.call(principal, action, json(namesAndValues));
        } catch (Problem problem) {
            return problem;
        }
        throw new AssertionError(action + " was not refused");
    }

    /** Starts a job. */
    String start(String action, Object... namesAndValues) {
        return ((Gateway.Reply.Accepted) panel.call(owner, action, json(namesAndValues)))
                .job()
                .toString();
    }

    /** A job once it has ended. */
    JsonNode ended(String job) {
        JsonNode[] now = new JsonNode[1];
        TestPanel.await(job + " ends", () -> {
            now[0] = call("job.get", "job", job);
            return !List.of("queued", "running").contains(now[0].get("state").asText());
        });
        return now[0];
    }

    /** Deploys and waits for the end. */
    JsonNode deploy(String app) {
        return ended(start("deployment.start", "app", app));
    }

    /** The app's deployments, newest first. */
    JsonNode deployments(String app) {
        return call("deployment.list", "app", app).get("items");
    }

    JsonNode latest(String app) {
        return deployments(app).get(0);
    }

    String log(String job) {
        List<String> lines = new CopyOnWriteArrayList<>();
        CountDownLatch end = new CountDownLatch(1);
        Gateway.Reply.Streaming stream =
                (Gateway.Reply.Streaming) panel.call(owner, "job.log", json("job", job, "follow", false));
        stream.items().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Gateway.Item item) {
                lines.add(new String(item.json(), StandardCharsets.UTF_8));
            }

            @Override
            public void onError(Throwable problem) {
                end.countDown();
            }

            @Override
            public void onComplete() {
                end.countDown();
            }
        });
        try {
            end.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return String.join("\n", lines);
    }

    /** A project with the sample's source or an image to deploy, whose app works. */
    String app(String project, String name, Object... more) {
        if (call("project.list").get("items").findValuesAsText("name").stream().noneMatch(project::equals)) {
            call("project.create", "name", project);
        }
        Object[] input = new Object[6 + more.length];
        System.arraycopy(
                new Object[] {"project", project, "name", name, "port", listening.getLocalPort()}, 0, input, 0, 6);
        System.arraycopy(more, 0, input, 6, more.length);
        call("app.create", input);
        return project + '/' + name;
    }

    Ref ref(String app) {
        return Ref.parse(call("app.get", "app", app).get("app").asText());
    }
}
