package io.openpanel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Requests go out through the gateway: by whom, to where, and what is told of them. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.webhook")
@Tag("slow")
class HttpInThePanelTest {
    private static final Principal OWNER = TestPanel.local(Ref.create("team"));

    private final TestPanel panel;
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final List<String> taken = new CopyOnWriteArrayList<>();

    HttpInThePanelTest(TestPanel panel) throws IOException {
        this.panel = panel;
    }

    /** An address. */
    public record To(String url) {}

    /** What a plugin sends. */
    public record Send(Secret url, Map<String, Object> json) {}

    /** What it is told. */
    public record Answer(int status, String body) {}

    /** Somebody's plugin. */
    public static final class Bell implements Extension {
        private final Panel panel;

        Bell(Panel panel) {
            this.panel = panel;
        }

        @Action(value = "bell.ring", summary = "Rings at an address", effect = Action.Effect.CHANGE)
        public Answer ring(To to) {
            return panel.call("http.send", new Send(Secret.of(to.url()), Map.of("ding", "dong")), Answer.class);
        }
    }

    @BeforeEach
    void open() {
        server.createContext("/", exchange -> {
            taken.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
            boolean moved = exchange.getRequestURI().getPath().equals("/moved");
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1/other");
            exchange.sendResponseHeaders(moved ? 302 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        panel.awaitActions("http.send", "setting.update");
        allow("127.0.0.1");
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private void allow(String hosts) {
        panel.json(OWNER, "setting.update", "{\"plugin\":\"webhook\",\"values\":{\"privateHosts\":\"" + hosts + "\"}}");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private String send(String path) {
        return panel.json(OWNER, "http.send", "{\"url\":\"" + url(path) + "\",\"json\":{\"a\":1}}");
    }

    @Test
    void anOwnerSendsARequestAndGetsTheAnswer() {
        assertThat(send("/s3cret")).isEqualTo("{\"status\":200,\"body\":\"hello\"}");
        assertThat(taken).containsExactly("{\"a\":1}");
    }

    @Test
    void aHostThatIsNoLongerNamedIsPrivateAtOnce() {
        allow("");

        assertThatThrownBy(() -> send("/s3cret")).isInstanceOf(Problem.class).hasMessageContaining("privateHosts");
        assertThat(taken).isEmpty();
    }

    @Test
    void whatIsSentElsewhereIsNotFollowed() {
        assertThatThrownBy(() -> send("/moved")).hasMessageContaining("302").hasMessageContaining("not followed");
    }

    @Test
    void aPersonNamesNoSettingOfAPlugin() {
        assertThatThrownBy(() -> panel.json(OWNER, "http.send", "{\"url\":{\"setting\":\"url\"}}"))
                .hasMessageContaining("url must be a text");
    }

    @Test
    void aPluginReachesTheHostsThatItDeclares() throws BundleException {
        assertThat(ring("http.send", "host:127.0.0.1")).contains("\"status\":200");
    }

    @Test
    void aPluginReachesNoOtherWhoeverAsksItTo() {
        assertThatThrownBy(() -> ring("http.send", "host:hooks.slack.com"))
                .hasMessageContaining("127.0.0.1 is not declared", "hooks.slack.com");
        assertThatThrownBy(() -> ring("http.send")).hasMessageContaining("it declares none");
        assertThatThrownBy(() -> ring("host:127.0.0.1")).hasMessageContaining("without listing it");
        assertThat(taken).isEmpty();
    }

    private String ring(String... uses) throws BundleException {
        Bundle bundle = panel.plugin("bell", List.of(uses), Map.of("OPENPANEL-INF/roles.yaml", "bell.ring: [owner]\n"));
        try {
            BundleContext context = bundle.getBundleContext();
            Panel own = context.getService(context.getServiceReference(Panel.class));
            context.registerService(Extension.class, new Bell(own), null);
            panel.awaitActions("bell.ring");
            return panel.json(OWNER, "bell.ring", "{\"url\":\"" + url("/s3cret") + "\"}");
        } finally {
            bundle.uninstall();
        }
    }
}
