package org.example.notifier;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From a marketplace to a message in the channel; by a publisher nobody trusts, but where a test says otherwise. */
@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.routes", "io.openpanel.webhook"})
class NotifierInThePanelTest {
    private static final String HOST = "127.0.0.1";
    private static final Ref TEAM = Ref.create("team");
    private static final Principal OWNER = TestPanel.local(TEAM);
    private static final FakeApps.Finished FINISHED = new FakeApps.Finished(FakeApps.APP, "http://shop.localhost");
    private static FakeApps apps;

    @TempDir
    private Path folder;

    private final TestPanel panel;
    private final Channel channel = new Channel();
    private Market market;

    NotifierInThePanelTest(TestPanel panel) {
        this.panel = panel;
    }

    @BeforeEach
    void open() {
        TestPanel.await(
                "the routes are shown",
                () -> panel.get(io.openpanel.spi.Catalogue.class)
                        .operation("route.list")
                        .isPresent(),
                java.time.Duration.ofMinutes(2));
        panel.awaitActions("http.send", "plugin.install");
        if (apps == null) {
            apps = new FakeApps(panel);
        }
        set("webhook", "\"privateHosts\":[\"127.0.0.1\",\"localhost\"]");
        market = new Market(panel, OWNER, folder);
    }

    @AfterEach
    void close() {
        market.close();
        channel.close();
    }

    private String set(String plugin, String values) {
        return panel.json(OWNER, "setting.update", "{\"plugin\":\"" + plugin + "\",\"values\":{" + values + "}}");
    }

    private void configure(String service, String events) {
        assertThat(set(
                        "notifier",
                        "\"url\":\"" + channel.url() + "\",\"service\":\"" + service + "\",\"events\":\"" + events
                                + "\""))
                .contains("\"applied\":true");
    }

    private void install() {
        market.publish(market.jar("1.0.0", HOST));
        assertThat(market.install(HOST)).contains("\"state\":\"done\"");
        awaitRoutes();
        configure("slack", "deployment.finished,deployment.failed");
    }

    private void awaitRoutes() {
        TestPanel.await("its routes run", () -> routes().split("\"running\":true,\"plugin\":\"notifier\"").length == 7);
    }

    private String routes() {
        return panel.json(OWNER, "route.list", "{}");
    }

    private void awaitMessages(String... messages) {
        TestPanel.await(routes(), () -> channel.messages().size() >= messages.length);
        assertThat(channel.messages()).containsExactly(messages);
    }

    @Test
    void whatHappensIsToldInTheChannel() {
        install();

        apps.happen(TEAM, FINISHED);
        awaitMessages("{\"text\":\"web is online at http://shop.localhost\"}");

        configure("discord", "deployment.failed,app.created");
        apps.happen(TEAM, FINISHED);
        apps.happen(TEAM, new FakeApps.Failed(FakeApps.APP, "\"quoted\" \\ @everyone"));
        apps.happen(TEAM, new FakeApps.Created(FakeApps.APP, "blog"));
        TestPanel.await("two more", () -> channel.messages().size() == 3);
        assertThat(channel.messages().subList(1, 3))
                .containsExactlyInAnyOrder(
                        "{\"content\":\"web was not deployed: \\\"quoted\\\" \\\\ @everyone\",\"allowed_mentions\":{\"parse\":[]}}",
                        "{\"content\":\"blog is new\",\"allowed_mentions\":{\"parse\":[]}}");
    }

    @Test
    void theAddressIsNowhereButInTheRequest() {
        install();
        set("notifier", "\"url\":\"" + channel.url() + "x\"");

        apps.happen(TEAM, FINISHED);
        TestPanel.await("the channel refuses", () -> routes().contains("127.0.0.1 answered 404"));
        String trial = panel.json(
                OWNER, "route.test", "{\"route\":\"notifier.finished\",\"data\":{\"app\":\"web\",\"address\":\"x\"}}");

        assertThat(trial).contains("{\\\"setting\\\":\\\"url\\\"}").doesNotContain("B7K3");
        assertThat(routes()).doesNotContain("B7K3");
        assertThat(panel.json(OWNER, "setting.get", "{\"plugin\":\"notifier\"}"))
                .doesNotContain("B7K3");
        assertThat(panel.json(OWNER, "setting.history", "{\"plugin\":\"notifier\"}"))
                .doesNotContain("B7K3");
        assertThat(panel.json(OWNER, "audit.list", "{}")).contains("http.send").doesNotContain("B7K3");
    }

    @Test
    void aHostThatItDoesNotDeclareIsNotReached() {
        market.publish(market.jar("1.0.0", "hooks.slack.com"));
        assertThat(market.install("hooks.slack.com")).contains("\"state\":\"done\"");
        awaitRoutes();
        configure("slack", "deployment.finished");

        apps.happen(TEAM, FINISHED);

        TestPanel.await("it is refused", () -> routes().contains("The host 127.0.0.1 is not declared"));
        assertThat(channel.messages()).isEmpty();
    }

    @Test
    void anotherHostNeedsAnotherYes() {
        install();
        market.publish(market.jar("1.1.0", HOST, "evil.example"));

        assertThat(market.update(HOST)).contains("\"kind\":\"unconfirmed\"", "host:evil.example");
        assertThat(market.update(HOST, "evil.example")).contains("\"state\":\"done\"");
        awaitRoutes();
        apps.happen(TEAM, FINISHED);
        awaitMessages("{\"text\":\"web is online at http://shop.localhost\"}");
    }

    @Test
    void aRouteThatIsNotAllowedIsRefusedWithItsPlace() {
        String route = "- route: {id: notifier.out, from: {uri: 'event:app.created', steps: [{to: 'exec:id'}]}}";
        market.publish(market.jar("1.0.0", HOST).file("OPENPANEL-INF/routes/out.yaml", route));

        assertThat(market.install(HOST))
                .contains(
                        "\"state\":\"failed\"", "OPENPANEL-INF/routes/out.yaml[0].route.from.steps[0].to", "'exec:id'");
        assertThat(panel.json(OWNER, "plugin.list", "{}")).doesNotContain("\"plugin:notifier\"");
    }

    @Test
    void theSameFilesWorkInsideThePanelWhereTheirPublisherIsTrusted() {
        market.publish(market.jar("1.0.0", HOST));
        market.trust();
        assertThat(market.install(HOST)).contains("\"state\":\"done\"");
        awaitRoutes();
        configure("slack", "deployment.finished");

        apps.happen(TEAM, FINISHED);

        awaitMessages("{\"text\":\"web is online at http://shop.localhost\"}");
    }
}
