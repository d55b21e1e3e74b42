package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A plugin that does what plugins do, and tries what none may; with the marketplace it comes from. */
final class Lodger implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String CODE =
            """
            package NAME;
            import io.openpanel.api.*;
            import java.net.*;
            import java.nio.file.*;
            import java.util.*;
            import java.util.concurrent.atomic.AtomicInteger;
            public class Actions implements Extension {
                @Topic(value = "NAME.noted", summary = "A note was added")
                public record Noted(String text) {}
                public record Created(Ref user) {}
                public record Said(String version, String text, int heard, int foreign, int ticks, String greeting, int started) {}
                public record Text(@Param(max = 100) Optional<String> text) {}
                public record Row(long id, String text, java.time.Instant at) {}
                public record Rows(List<Row> items) {}
                public record Note(@Param(min = 1, max = 100) String text) {}
                public record Project(@Param(kind = "project") Ref project) {}
                public record Name(String name) {}
                public record Shown(String name) {}
                public record Nothing() {}
                public record Hidden(Secret secret) {}
                public record Kept(Secret word) {}
                public record Length(int length) {}
                public record Listed(List<Shown> items) {}
                public record Tried(Map<String, String> found) {}
                public record Copied(int copies, int attempt) {}
                private static final AtomicInteger HEARD = new AtomicInteger();
                private static final AtomicInteger FOREIGN = new AtomicInteger();
                private static final AtomicInteger TICKS = new AtomicInteger();
                private static int started;
                private final Panel panel;
                private volatile Map<String, Object> settings;
                public Actions(Panel panel, Map<String, Object> settings) {
                    this.panel = panel;
                    this.settings = settings;
                    started++;
                }
                public void modified(Map<String, Object> changed) { settings = changed; }
                @Action(value = "NAME.say", summary = "Says its version", effect = Action.Effect.READ, http = "GET /NAME/say")
                public Said say(Text in) {
                    return new Said("VERSION", in.text().orElse(""), HEARD.get(), FOREIGN.get(), TICKS.get(),
                        String.valueOf(settings.getOrDefault("greeting", "hello")), started);
                }
                @Action(value = "NAME.list", summary = "Lists the notes", effect = Action.Effect.READ)
                public Rows list() {
                    return new Rows(panel.database().tx(tx -> tx.list(Row.class, "select id, text, at from note order by id")));
                }
                @Action(value = "NAME.note", summary = "Adds a note", effect = Action.Effect.CHANGE, http = "POST /NAME/note")
                public Row note(Call call, Note in) {
                    return panel.database().tx(tx -> {
                        tx.publish(new Noted(in.text()));
                        return tx.one(Row.class, "insert into note (team_id, text) values (openpanel.current_team(), ?) returning *",
                            in.text()).orElseThrow();
                    });
                }
                @Action(value = "NAME.undo", summary = "Adds a note and fails", effect = Action.Effect.CHANGE, http = "POST /NAME/undo")
                public void undo(Note in) {
                    panel.database().tx(tx -> {
                        tx.update("insert into note (team_id, text) values (openpanel.current_team(), ?)", in.text());
                        throw new Problem(Problem.Kind.CONFLICT, "Not after all");
                    });
                }
                @Action(value = "NAME.keep", summary = "Keeps a word", effect = Action.Effect.CHANGE, http = "POST /NAME/keep")
                public Length keep(Hidden in) {
                    panel.database().tx(tx -> tx.update("insert into word (word) values (?)", in.secret().at("word", "word", "1")));
                    Kept kept = panel.database().tx(tx -> tx.one(Kept.class, "select word from word limit 1")).orElseThrow();
                    return new Length(kept.word().at("word", "word", "1").reveal().length());
                }
                @Action(value = "NAME.others", summary = "Reads the tables of others", effect = Action.Effect.READ, http = "GET /NAME/others")
                public Tried others() {
                    Map<String, String> found = new LinkedHashMap<>();
                    for (String sql : List.of("select email as name from teams.person", "select passwd as name from pg_shadow",
                            "select wrapped as name from openpanel.data_key", "select pg_read_file('/etc/passwd') as name",
                            "select rolname as name from pg_roles where rolname = current_user and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)",
                            "select set_config('role', 'openpanel_all', true) as name", "select plugin as name from kernel.plugin_install")) {
                        try {
                            found.put(sql, panel.database().tx(tx -> "rows " + tx.list(Name.class, sql).size()));
                        } catch (RuntimeException e) {
                            found.put(sql, "refused " + e.getMessage());
                        }
                    }
                    return new Tried(found);
                }
                @Action(value = "NAME.projects", summary = "Lists projects by way of the panel", effect = Action.Effect.READ, http = "GET /NAME/projects")
                public Listed projects() { return panel.call("project.list", null, Listed.class); }
                @Action(value = "NAME.users", summary = "Calls what it does not list", effect = Action.Effect.READ, http = "GET /NAME/users")
                public Listed users() { return panel.call("member.list", null, Listed.class); }
                @Action(value = "NAME.build", summary = "Makes a project", effect = Action.Effect.CHANGE, http = "POST /NAME/build")
                public Shown build(Name in) { return panel.call("project.create", in, Shown.class); }
                @Action(value = "NAME.show", summary = "Shows a project", effect = Action.Effect.READ, http = "GET /NAME/show/{project}")
                public Shown show(Project in) { return panel.call("project.get", in, Shown.class); }
                @Action(value = "NAME.copy", summary = "Works for a while", effect = Action.Effect.CHANGE, job = true, http = "POST /NAME/copy")
                public Copied copy(Call call) {
                    int copies = 0;
                    for (int i = 0; i < 5; i++) {
                        int number = i;
                        copies += call.step("copy " + i, Copied.class, () -> new Copied(1, number)).copies();
                        call.log("Copied " + i);
                    }
                    return new Copied(copies, call.attempt());
                }
                @On("NAME.noted")
                public void heard(Noted noted) { HEARD.incrementAndGet(); }
                @On("session.created")
                public void created(Created created) { FOREIGN.incrementAndGet(); }
                @Every("PT10S")
                public void tick() { TICKS.incrementAndGet(); }
                @Action(value = "NAME.probe", summary = "Tries to get out", effect = Action.Effect.READ, http = "GET /NAME/probe")
                public Tried probe(Name in) {
                    Map<String, String> found = new LinkedHashMap<>();
                    attempt(found, "network", () -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(in.name())), 1000);
                        }
                        return "connected";
                    });
                    attempt(found, "internet", () -> {
                        try (Socket socket = new Socket()) { socket.connect(new InetSocketAddress("1.1.1.1", 53), 1000); }
                        return "connected";
                    });
                    attempt(found, "interfaces", () -> Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                        .map(NetworkInterface::getName).filter(each -> !each.equals("lo")).toList().toString());
                    attempt(found, "name", () -> InetAddress.getByName("example.com").toString());
                    for (String file : List.of("/var/run/docker.sock", "/run/docker.sock", "/proc/1/root/etc/shadow", "/etc/passwd",
                            "/panel/../etc/hostname2", "/root", "/home", "/var", "/panel/gateway.sock/..")) {
                        attempt(found, file, () -> Files.readAttributes(Path.of(file), "size").toString());
                    }
                    attempt(found, "root", () -> Files.list(Path.of("/")).map(Path::toString).sorted().toList().toString());
                    for (String file : List.of("/x", "/java/x", "/panel/x", "/panel/program.jar", "/etc/x", "/proc/sys/kernel/core_pattern")) {
                        attempt(found, "write " + file, () -> Files.writeString(Path.of(file), "x").toString());
                    }
                    attempt(found, "shell", () -> "" + new ProcessBuilder("/bin/sh", "-c", "id").start().waitFor());
                    attempt(found, "run", () -> {
                        Path script = Files.writeString(Path.of("/tmp/run"), "#!/java/bin/java");
                        script.toFile().setExecutable(true);
                        return "" + new ProcessBuilder("/tmp/run").start().waitFor();
                    });
                    attempt(found, "status", () -> Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.matches("(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):.*"))
                        .map(line -> line.replaceAll("\\\\s+", " ")).toList().toString());
                    attempt(found, "environment", () -> System.getenv().keySet().toString());
                    return new Tried(found);
                }
                private interface Attempt { String make() throws Exception; }
                private static void attempt(Map<String, String> found, String what, Attempt attempt) {
                    try {
                        found.put(what, attempt.make());
                    } catch (Exception | LinkageError e) {
                        found.put(what, "refused " + e);
                    }
                }
                @Action(value = "NAME.fail", summary = "Fails", effect = Action.Effect.READ, http = "GET /NAME/fail")
                public void fail() { throw new IllegalStateException("I never work"); }
                @Action(value = "NAME.exit", summary = "Ends its process", effect = Action.Effect.READ, http = "GET /NAME/exit")
                public void exit() { System.exit(3); }
                @Action(value = "NAME.halt", summary = "Ends its process at once", effect = Action.Effect.READ, http = "GET /NAME/halt")
                public void halt() { Runtime.getRuntime().halt(4); }
                @Action(value = "NAME.hang", summary = "Never ends", effect = Action.Effect.READ, http = "GET /NAME/hang")
                public void hang() { while (true) { Thread.onSpinWait(); } }
                @Action(value = "NAME.eat", summary = "Takes all memory", effect = Action.Effect.READ, http = "GET /NAME/eat")
                public void eat() {
                    List<byte[]> eaten = new ArrayList<>();
                    while (true) { eaten.add(new byte[1 << 20]); }
                }
                @Action(value = "NAME.crowd", summary = "Starts threads without end", effect = Action.Effect.READ, http = "GET /NAME/crowd")
                public void crowd() {
                    while (true) {
                        Thread thread = new Thread(() -> { try { Thread.sleep(60000); } catch (InterruptedException e) { return; } });
                        thread.setDaemon(true);
                        thread.start();
                    }
                }
            }
            """;
    private static final String ROLES =
            "say list note undo keep others projects users build show copy probe fail exit halt" + " hang eat crowd";

    final TestMarketplace market;
    private final String name;
    private final Path folder;
    private final Api api;

    Lodger(Api api, Path folder, String name) {
        this.api = api;
        this.folder = folder;
        this.name = name;
        this.market = new TestMarketplace("market-of-" + name);
        publish(version(name, "1.0.0"));
        api.post("/api/v1/marketplaces", Map.of("url", market.url(), "fingerprint", market.fingerprint()))
                .ok();
    }

    static PluginJar version(String name, String version) {
        StringBuilder roles = new StringBuilder();
        for (String action : ROLES.split("\\s+")) {
            roles.append(name).append('.').append(action).append(": [owner, admin, developer, viewer]\n");
        }
        return PluginJar.of(name, version)
                .uses("project.list", "project.create", "project.get", "session.created")
                .configured(
                        name + ".Actions",
                        CODE.replace("NAME", name).replace("VERSION", version),
                        Extension.class.getName(),
                        "<AD id=\"greeting\" name=\"Greeting\" description=\"What it says\" type=\"String\""
                                + " default=\"hello\" max=\"20\"/>",
                        Panel.class.getName())
                .file(
                        "db/V001__note.sql",
                        """
                        create table note (id bigint generated always as identity primary key,
                            team_id openpanel.team not null, text text not null, at timestamptz not null default now());
                        create table word (word text);
                        select openpanel.tenant('note');
                        """)
                .file(
                        "OPENPANEL-INF/console.json",
                        "{\"nav\":[{\"title\":\"Notes\",\"icon\":\"list\",\"path\":\"/" + name + "\",\"order\":50},"
                                + "{\"title\":\"Projects\",\"icon\":\"list\",\"path\":\"/projects\",\"order\":1}],"
                                + "\"pages\":[{\"path\":\"/" + name + "\",\"title\":\"Notes\",\"list\":{\"action\":\""
                                + name
                                + ".list\"}},{\"path\":\"/" + name + "/script\",\"title\":\"S\",\"module\":\"s.js\"},"
                                + "{\"path\":\"/" + name + "/own\",\"title\":\"Own\",\"frame\":\"own.html\"},"
                                + "{\"path\":\"/projects\",\"title\":\"Own\",\"frame\":\"own.html\"}],"
                                + "\"widgets\":[{\"on\":\"overview\",\"id\":\"a\",\"frame\":\"own.html\"},"
                                + "{\"on\":\"overview\",\"id\":\"b\",\"module\":\"s.js\"},"
                                + "{\"on\":\"shell\",\"id\":\"c\",\"frame\":\"own.html\"}]}")
                .file("OPENPANEL-INF/ui/s.js", "alert(1)")
                .file("OPENPANEL-INF/ui/own.html", "<script type=module src=s.js></script>")
                .file("OPENPANEL-INF/i18n/en.json", "{\"Notes\":\"Notes\",\"action.project.delete\":\"Does no harm\"}")
                .file("OPENPANEL-INF/roles.yaml", roles.toString());
    }

    void publish(PluginJar jar) {
        market.publish(jar.write(folder));
    }

    void refresh() {
        api.post("/api/v1/marketplaces/market-of-" + name + "/refresh", Map.of())
                .ok();
    }

    void trust() {
        api.post("/api/v1/publishers/trust", Map.of("offer", name)).ok();
    }

    JsonNode install() {
        return end(
                "/api/v1/plugins/install",
                Map.of(
                        "offer",
                        name,
                        "permissions",
                        java.util.List.of("session.created", "project.create", "project.get", "project.list")));
    }

    JsonNode end(String path, Map<String, ?> input) {
        return api.await(api.post(path, input).ok().json().get("job").asText(), PATIENCE);
    }

    JsonNode plugin() {
        return api.get("/api/v1/plugins/" + name).ok().json();
    }

    @Override
    public void close() {
        market.close();
    }
}
