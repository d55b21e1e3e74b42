package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Extension;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plugin that behaves as badly as it can: the others answer as before, and it is put in quarantine. */
class BulkheadTest {
    private static final int CALLERS = 20;
    private static final List<String> OTHERS =
            List.of("/api/v1/projects", "/api/v1/containers?limit=20", "/api/v1/domains", "/api/v1/plugins");
    private static final String CODE =
            """
            package rogue;
            import io.openpanel.api.*;
            public class RogueActions implements Extension {
                @Topic(value = "rogue.shouted", summary = "It shouts")
                public record Shouted(String text) {}
                private static boolean crowded;
                private final Panel panel;
                public RogueActions(Panel panel) { this.panel = panel; }
                @Action(value = "rogue.block", summary = "Never ends", effect = Action.Effect.READ, http = "GET /rogue/block")
                public void block() {
                    while (true) {
                        try { Thread.sleep(1000); } catch (InterruptedException e) { continue; }
                    }
                }
                @Action(value = "rogue.fail", summary = "Always fails", effect = Action.Effect.READ, http = "GET /rogue/fail")
                public void fail() { throw new IllegalStateException("I never work"); }
                @Action(value = "rogue.crowd", summary = "Starts threads", effect = Action.Effect.READ, http = "GET /rogue/crowd")
                public void crowd() {
                    if (crowded) { return; }
                    crowded = true;
                    for (int i = 0; i < 200; i++) {
                        Thread thread = new Thread(() -> {
                            try { Thread.sleep(20000); } catch (InterruptedException e) { return; }
                        });
                        thread.setDaemon(true);
                        thread.start();
                    }
                }
                @Action(value = "rogue.flood", summary = "Publishes without end", effect = Action.Effect.READ, http = "GET /rogue/flood")
                public void flood(Call call) {
                    for (int i = 0; i < 100000; i++) {
                        String text = "n" + i;
                        panel.database().tx(tx -> { tx.publish(new Shouted(text)); return null; });
                    }
                }
            }
            """;

    @TempDir
    private static Path folder;

    private static Panel panel;
    private static Api api;
    private static TestMarketplace market;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        market = new TestMarketplace("rogues");
        market.publish(PluginJar.of("rogue", "1.0.0")
                .component(
                        "rogue.RogueActions", CODE, Extension.class.getName(), io.openpanel.api.Panel.class.getName())
                .file("db/V001__nothing.sql", "create table nothing (id int);")
                .file(
                        "OPENPANEL-INF/roles.yaml",
                        "rogue.block: [owner]\nrogue.fail: [owner]\nrogue.crowd: [owner]\nrogue.flood: [owner]\n")
                .write(folder));
        api.post("/api/v1/marketplaces", Map.of("url", market.url(), "fingerprint", market.fingerprint()))
                .ok();
        api.post("/api/v1/publishers/trust", Map.of("offer", "rogue")).ok();
        String job = api.post("/api/v1/plugins/install", Map.of("offer", "rogue"))
                .ok()
                .json()
                .get("job")
                .asText();
        assertThat(api.await(job, Duration.ofSeconds(60)).get("state").asText()).isEqualTo("done");
    }

    @AfterAll
    static void stop() {
        market.close();
        panel.close();
    }

    private static JsonNode rogue() {
        return api.get("/api/v1/plugins/rogue").ok().json();
    }

    /** Many callers at once, again and again, while others are asked; says how those fared. */
    private static void beside(String path, boolean quarantined) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> callers = new ArrayList<>();
        Others others = new Others(panel, OTHERS);
        try (others) {
            for (int i = 0; i < CALLERS; i++) {
                Thread caller = new Thread(() -> {
                    while (!over.get()) {
                        api.get(path);
                        Wait.millis(200);
                    }
                });
                caller.setDaemon(true);
                caller.start();
                callers.add(caller);
            }
            if (quarantined) {
                Wait.until("it is in quarantine", Duration.ofSeconds(60), () -> rogue().get("state")
                        .asText()
                        .equals("quarantined"));
            } else {
                Wait.millis(5000);
            }
            over.set(true);
        }
        assertThat(others.failed()).isEmpty();
        double p99 = others.percentile(0.99);
        Figure.say(String.format(Locale.ROOT, "%s: others p99 %.0f ms, 0 of %d failed", path, p99, others.requests()));
        if (Figure.all()) {
            assertThat(p99).isLessThan(500);
        }
    }

    private static void isSaid(String reason) {
        assertThat(rogue().get("reason").asText())
                .contains("5 faults within 60 s")
                .contains(reason);
    }

    @BeforeEach
    void startAgain() {
        api.post("/api/v1/plugins/rogue/start", Map.of()).ok();
        Wait.until("it is back", Duration.ofSeconds(10), () -> rogue().get("state")
                .asText()
                .equals("active"));
    }

    @Test
    void oneThatAlwaysFails() throws IOException {
        beside("/api/v1/rogue/fail", true);
        isSaid("I never work");
    }

    @Test
    void oneThatNeverEnds() throws IOException {
        beside("/api/v1/rogue/block", true);
        isSaid("did not answer within");
    }

    @Test
    void oneThatFloodsEvents() throws IOException {
        beside("/api/v1/rogue/flood", true);
        isSaid("events a second");
    }

    @Test
    void oneThatStartsTwoHundredThreads() throws IOException {
        api.get("/api/v1/rogue/crowd");
        beside("/api/v1/rogue/crowd", false);
    }
}
