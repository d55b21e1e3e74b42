package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A panel with an engine of its own and an app in it. */
final class OutageStage implements AutoCloseable {
    static final String APP = "outage/app";

    final PrivateEngine engine = new PrivateEngine();
    final GitServer git = new GitServer();
    final Panel panel;
    private Api api;

    OutageStage() {
        panel = Panel.start(Map.of("OPENPANEL_DOCKER_HOST", engine.host()));
        api = panel.owner();
        git.commit("app", Sources.site("first"));
        api.post("/api/v1/projects", Map.of("name", "outage")).ok();
        create("app", Map.of());
        deployed("app");
    }

    /** Signed in anew: an access token does not outlive a long suite. */
    Api api() {
        return api;
    }

    void signIn() {
        api = panel.owner();
    }

    /** An app of the repository of its name. */
    void create(String name, Map<String, ?> more) {
        Map<String, Object> input =
                new HashMap<>(Map.of("project", "outage", "name", name, "git", git.url(name), "port", 8080));
        input.putAll(more);
        api.post("/api/v1/apps", input).ok();
    }

    void deployed(String name) {
        JsonNode job = api.deploy("outage/" + name);
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
    }

    String begin(String name) {
        return api.post("/api/v1/deployments/start", Map.of("app", "outage/" + name))
                .ok()
                .json()
                .get("job")
                .asText();
    }

    JsonNode app(String name) {
        return api.get("/api/v1/apps/" + Api.encode("outage/" + name)).ok().json();
    }

    String status() {
        return app("app").get("status").asText();
    }

    String host(String name) {
        return api.get("/api/v1/domains?app=" + Api.encode("outage/" + name))
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
    }

    boolean serves(String name, String text) {
        try {
            return Web.get(panel.proxyPort, host(name), "/").text().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    /** The names and states of an app's containers, as the engine has them. */
    List<String> containers(String name) {
        return engine.containers(app(name).get("app").asText().substring("app:".length()));
    }

    JsonNode engineState() {
        return api.get("/api/v1/engine").ok().json();
    }

    boolean answers() {
        return engineState().path("state").asText().equals("healthy");
    }

    /** Brings the engine back, however it went, and waits until the panel has it. */
    Duration recover() {
        if (!engine.isRunning()) {
            engine.start();
        }
        engine.wake();
        return awaitEngine();
    }

    Duration awaitEngine() {
        return Wait.until("the panel has the engine back", Duration.ofSeconds(60), this::answers);
    }

    static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }

    @Override
    public void close() {
        panel.close();
        git.close();
        engine.close();
    }
}
