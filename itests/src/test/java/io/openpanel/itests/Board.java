package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A plugin with everything a plugin can have, in as many versions as wanted, and the marketplace it comes from. */
final class Board implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String CODE =
            """
            package board;
            import io.openpanel.api.*;
            import java.util.List;
            import java.util.Map;
            import java.util.Optional;
            import java.util.concurrent.Flow;
            public class BoardActions implements Extension {
                @Topic(value = "board.noted", summary = "A note was added")
                public record Noted(String text) {}
                public record Said(String version, int rows, String greeting, int started) {}
                public record Row(String text) {}
                public record Note(String text) {}
                public record Copied(int copies) {}
                private static int started;
                private final Panel panel;
                private volatile Map<String, Object> settings;
                public BoardActions(Panel panel, Map<String, Object> settings) {
                    this.panel = panel;
                    this.settings = settings;
                    started++;
                    %s
                }
                public void modified(Map<String, Object> changed) {
                    settings = changed;
                }
                @Action(value = "board.say", summary = "Says its version", effect = Action.Effect.READ, http = "GET /board/say")
                public Said say() {
                    return new Said("%s", panel.database().tx(tx ->
                        tx.list(Row.class, "select text from note limit 10")).size(),
                        String.valueOf(settings.getOrDefault("greeting", "hello")), started);
                }
                @Action(value = "board.note", summary = "Adds a note", effect = Action.Effect.CHANGE, http = "POST /board/note")
                public void note(Call call, Note in) {
                    panel.database().tx(tx -> {
                        tx.update("insert into note (text) values (?)", in.text());
                        tx.publish(new Noted(in.text()));
                        return null;
                    });
                }
                @Action(value = "board.copy", summary = "Works for two seconds", effect = Action.Effect.CHANGE, job = true, http = "POST /board/copy")
                public Copied copy(Call call) {
                    for (int i = 0; i < 20; i++) {
                        String step = "copy " + i;
                        call.log(step);
                        call.step(step, Copied.class, () -> {
                            sleep();
                            return new Copied(1);
                        });
                    }
                    return new Copied(20);
                }
                private static void sleep() {
                    try {
                        Thread.sleep(100);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                @On("board.noted")
                public void heard(Noted noted) {
                    panel.database().tx(tx -> tx.update("insert into heard (text) values (?)", noted.text()));
                }
                @Every("PT1S")
                public void tick() {}
            }
            """;
    private static final String SETTINGS =
            """
            <AD id="greeting" type="String" max="40" default="hello" name="Greeting" description="What it says first"/>
            <AD id=".key" type="Password" required="false" name="Key" description="Of nothing"/>
            """;
    private static final String ROUTE =
            """
            - route:
                id: board-route
                description: Notes what was noted
                from:
                  uri: event:board.noted
                  steps:
                    - log: "noted"
            """;

    private static final String DOOR =
            """
            package board;
            import io.openpanel.api.Door;
            public class BoardDoor implements Door {
                public String path() { return "/board-hook"; }
                public Reply handle(Request request) { return new Reply(200, java.util.Map.of(), "knocked at %s".getBytes()); }
            }
            """;

    final TestMarketplace market = new TestMarketplace("board-market");
    private final Path folder;
    private Api api;

    Board(Api api, Path folder) {
        this.api = api;
        this.folder = folder;
        publish(version("1.0.0", ""));
        api.post("/api/v1/marketplaces", Map.of("url", market.url(), "fingerprint", market.fingerprint()))
                .ok();
        api.post("/api/v1/publishers/trust", Map.of("offer", "board")).ok();
    }

    static PluginJar version(String version, String atStart) {
        return PluginJar.of("board", version)
                .configured(
                        "board.BoardActions",
                        CODE.formatted(atStart, version),
                        Extension.class.getName(),
                        SETTINGS,
                        Panel.class.getName())
                .component("board.BoardDoor", DOOR.formatted(version), io.openpanel.api.Door.class.getName())
                .file(
                        "db/V001__note.sql",
                        "create table note (text text not null); create table heard (text text not null);")
                .file("OPENPANEL-INF/routes/board.yaml", ROUTE)
                .file(
                        "OPENPANEL-INF/console.json",
                        "{\"pages\":[{\"path\":\"/board\",\"title\":\"Board\",\"icon\":\"list\",\"list\":\"board.say\"}]}")
                .file("OPENPANEL-INF/roles.yaml", "board.say: [owner]\nboard.note: [owner]\nboard.copy: [owner]\n");
    }

    /** Goes on with another session. */
    void use(Api other) {
        api = other;
    }

    /** Puts a version on the marketplace. */
    Path publish(PluginJar jar) {
        Path file = jar.write(folder);
        market.publish(file);
        return file;
    }

    void refresh() {
        api.post("/api/v1/marketplaces/board-market/refresh", Map.of()).ok();
    }

    JsonNode install() {
        return end("/api/v1/plugins/install", Map.of("offer", "board"));
    }

    JsonNode install(String version) {
        return end("/api/v1/plugins/install", Map.of("offer", "board", "version", version));
    }

    JsonNode update(String version) {
        return end("/api/v1/plugins/board/update", Map.of("version", version));
    }

    JsonNode rollBack() {
        return end("/api/v1/plugins/board/rollback", Map.of());
    }

    void uninstall() {
        api.post("/api/v1/plugins/board/uninstall", Map.of()).ok();
    }

    private JsonNode end(String path, Map<String, ?> input) {
        return api.await(api.post(path, input).ok().json().get("job").asText(), PATIENCE);
    }

    /** The version that answers. */
    String said() {
        return api.get("/api/v1/board/say").ok().json().get("version").asText();
    }

    @Override
    public void close() {
        market.close();
    }
}
