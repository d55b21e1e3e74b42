package org.example.notifier;

import io.openpanel.api.Principal;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The notifier in a marketplace, as it is but for the hosts and what a test adds: a test has no Slack. */
final class Market implements AutoCloseable {
    private static final Path FILES = Path.of("src/main/resources");
    private static final String NAME = "tests";

    private final TestPanel panel;
    private final Principal owner;
    private final Path folder;
    private final TestMarketplace market = new TestMarketplace(NAME);

    Market(TestPanel panel, Principal owner, Path folder) {
        this.panel = panel;
        this.owner = owner;
        this.folder = folder;
        panel.json(
                owner,
                "marketplace.add",
                "{\"url\":\"" + market.url() + "\",\"fingerprint\":\"" + market.fingerprint() + "\"}");
    }

    static List<String> uses(String... hosts) {
        return Stream.concat(
                        Stream.of(
                                "app.created",
                                "app.deleted",
                                "app.get",
                                "deployment.failed",
                                "deployment.finished",
                                "http.send"),
                        Stream.of(hosts).map("host:"::concat))
                .sorted()
                .toList();
    }

    PluginJar jar(String version, String... hosts) {
        PluginJar jar = PluginJar.of("notifier", version).uses(uses(hosts).toArray(String[]::new));
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                String name = FILES.relativize(each).toString();
                if (!name.equals("META-INF/MANIFEST.MF")) {
                    jar.file(name, Files.readString(each));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    void publish(PluginJar jar) {
        market.publish(jar.write(folder));
        panel.json(owner, "marketplace.refresh", "{\"marketplace\":\"" + NAME + "\"}");
    }

    /** @return the job, when it has ended */
    String install(String... hosts) {
        return job("plugin.install", "{\"offer\":\"" + NAME + "/notifier\",\"permissions\":" + listed(hosts) + "}");
    }

    String update(String... hosts) {
        return job("plugin.update", "{\"plugin\":\"notifier\",\"permissions\":" + listed(hosts) + "}");
    }

    private static String listed(String... hosts) {
        return uses(hosts).stream().map(each -> '"' + each + '"').collect(Collectors.joining(",", "[", "]"));
    }

    void trust() {
        panel.json(owner, "publisher.trust", "{\"offer\":\"" + NAME + "/notifier\"}");
    }

    private String job(String action, String input) {
        Gateway.Reply.Accepted accepted = (Gateway.Reply.Accepted) panel.call(owner, action, input);
        String one = "{\"job\":\"" + accepted.job() + "\"}";
        TestPanel.await("the job ends", () -> panel.json(owner, "job.get", one)
                .matches("(?s).{1,150}\"state\":\"(done|failed)\".*"));
        return panel.json(owner, "job.get", one);
    }

    @Override
    public void close() {
        if (panel.json(owner, "plugin.list", "{}").contains("\"plugin:notifier\"")) {
            panel.json(owner, "plugin.uninstall", "{\"plugin\":\"notifier\"}");
        }
        panel.json(owner, "marketplace.delete", "{\"marketplace\":\"" + NAME + "\",\"confirm\":\"" + NAME + "\"}");
        market.close();
    }
}
