package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Secrets that were planted are found nowhere but where they are used. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecretsStaySecretTest {
    private static final Map<String, String> PLANTED = new LinkedHashMap<>();
    private static final List<String> JOBS = new ArrayList<>();
    private static final String MEMBER = "member@example.test";
    private static final Random RANDOM = new Random(20260301);

    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void plant() throws IOException {
        git = new GitServer();
        panel = Panel.start();
        api = panel.owner();
        remember("the owner's password", Panel.PASSWORD);
        remember("a repository's token", GitServer.TOKEN);
        api.post("/api/v1/projects", Map.of("name", "vault")).ok();
        git.commit(
                "app",
                Sources.with(
                        Sources.environment(),
                        "run.sh",
                        """
                mkdir -p /www && echo up > /www/index.html
                env
                exec httpd -f -p "$PORT" -h /www
                """));
        git.commit("private/app", Sources.site("private"));
        createApp("app", git.url("app"), Map.of());
        createApp("private", git.url("private/app"), Map.of("token", GitServer.TOKEN));
        createApp("failing", git.url("app"), Map.of("dockerfile", "Missing"));
        plantVariable("PLAIN", "canary-plain-7f3a9c51", "runtime");
        plantVariable("QUOTED", "canary \"quoted\" $HOME `id` \\ 81b2", "runtime");
        plantVariable("LINES", "-----BEGIN CANARY-----\nMIIcanary5521line\n-----END CANARY-----", "runtime");
        plantVariable("BASE64", "Y2FuYXJ5LWxvb2tzLWxpa2UtYmFzZTY0LTk5MTc=", "runtime");
        plantVariable("URL", "postgres://canary:p%40ss-4410@db/x?y=z&w=ção", "both");
        plantVariable("SHORT", "ß☂Ж文", "runtime");
        for (int i = 0; i < 14; i++) {
            plantVariable("MORE_" + i, made("variable"), i % 3 == 0 ? "build" : "runtime");
        }
        for (int i = 0; i < 4; i++) {
            plant("a hook's secret", "/api/v1/hooks", Map.of("app", "vault/app"), "secret");
        }
        for (int i = 0; i < 6; i++) {
            plant(
                    "an API key",
                    "/api/v1/api-keys",
                    Map.of("name", "canary " + i, "actions", List.of("app.*")),
                    "token");
        }
        for (int i = 0; i < 4; i++) {
            Map<String, ?> guest = Map.of("email", "guest" + i + "@example.test", "role", "role:viewer");
            plant("an invitation", "/api/v1/invitations", guest, "token");
        }
        for (int i = 0; i < 3; i++) {
            session(Panel.EMAIL, Panel.PASSWORD);
        }
        plantSecondFactor();
        String mail = remember("the mail server's password", made("smtp"));
        api.patch("/api/v1/plugins/activity/settings", Map.of("values", Map.of("password", mail)))
                .ok();
        String kit = api.post("/api/v1/recovery-kit/show", Map.of())
                .ok()
                .json()
                .get("text")
                .asText();
        remember("the key that wraps all", kit.replaceAll("(?s).*\nKey +(\\S+)\n.*", "$1"));
        remember(
                "the database's password",
                Files.readString(panel.home.resolve("keys/database.password")).strip());
        assertThat(PLANTED).hasSizeGreaterThanOrEqualTo(60);
    }

    private static String made(String what) {
        return "canary-" + what + '-' + Long.toHexString(RANDOM.nextLong());
    }

    private static String remember(String name, String secret) {
        assertThat(secret.length()).as(name).isGreaterThanOrEqualTo(4);
        PLANTED.put(name + " (" + PLANTED.size() + ')', secret);
        return secret;
    }

    private static void plant(String name, String path, Map<String, ?> input, String field) {
        remember(name, api.post(path, input).ok().json().findValue(field).asText());
    }

    private static JsonNode session(String email, String password) {
        JsonNode session = panel.anonymous()
                .post("/api/v1/sessions", Map.of("email", email, "password", password))
                .ok()
                .json();
        remember("an access token", session.get("accessToken").asText());
        remember("a refresh token", session.get("refreshToken").asText());
        return session;
    }

    /** Somebody with an authenticator app. */
    private static void plantSecondFactor() {
        String password = remember("a member's password", made("password"));
        String invitation = api.post("/api/v1/invitations", Map.of("email", MEMBER, "role", "role:viewer"))
                .ok()
                .json()
                .get("token")
                .asText();
        remember("an invitation that was taken", invitation);
        panel.anonymous()
                .post("/api/v1/invitations/accept", Map.of("token", invitation, "password", password, "name", "Member"))
                .ok();
        Api member = new Api(
                panel.url(), session(MEMBER, password).get("accessToken").asText());
        JsonNode factor = member.post("/api/v1/factors", Map.of("name", "Phone", "password", password))
                .ok()
                .json();
        String seed = remember(
                "the seed of an authenticator app", factor.get("secret").asText());
        JsonNode codes = member.post(
                        "/api/v1/factors/" + factor.get("factor").asText().replace("factor:", "") + "/confirm",
                        Map.of("code", Authenticator.code(seed)))
                .ok()
                .json()
                .get("recoveryCodes");
        codes.forEach(code -> remember("a recovery code", code.asText()));
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    private static void createApp(String name, String url, Map<String, ?> more) {
        Map<String, Object> app = new LinkedHashMap<>(
                Map.of("project", "vault", "name", name, "git", url, "port", 8080, "healthTimeout", "PT20S"));
        app.putAll(more);
        api.post("/api/v1/apps", app).ok();
    }

    private static void plantVariable(String name, String value, String scope) {
        remember("the variable " + name, value);
        for (String app : List.of("app", "failing")) {
            api.post(
                            "/api/v1/variables/set",
                            Map.of("app", "vault/" + app, "name", name, "value", value, "secret", true, "scope", scope))
                    .ok();
        }
    }

    @Test
    @Order(1)
    void deploymentsThatSucceedAndFailUseThem() {
        for (String app : List.of("app", "private", "failing", "app")) {
            JsonNode job = api.deploy("vault/" + app);
            assertThat(job.get("state").asText()).isEqualTo(app.equals("failing") ? "failed" : "done");
            JOBS.add(job.get("job").asText());
        }
        String job = api.post("/api/v1/deployments/rollback", Map.of("app", "vault/app"))
                .ok()
                .json()
                .get("job")
                .asText();
        assertThat(api.await(job, java.time.Duration.ofSeconds(60)).get("state").asText())
                .isEqualTo("done");
        JOBS.add(job);
        Map<String, ?> wrong = Map.of("email", Panel.EMAIL, "password", remember("a wrong password", made("wrong")));
        assertThat(panel.anonymous().post("/api/v1/sessions", wrong).status()).isEqualTo(401);
    }

    @Test
    @Order(2)
    void noAnswerShowsThem() {
        Map<String, String> answers = new LinkedHashMap<>();
        for (JsonNode operation : api.get("/api/v1/catalogue").ok().json().get("items")) {
            String path = operation.get("path").asText();
            if (operation.get("method").asText().equals("GET")
                    && operation.get("form").asText().equals("record")
                    && !path.contains("{")) {
                answers.put(path, api.get("/api/v1" + path).text());
                answers.put(
                        path + " of the app",
                        api.get("/api/v1" + path + "?app=vault%2Fapp").text());
            }
        }
        for (String job : JOBS) {
            answers.put("log of " + job, api.log(job));
            answers.put(job, api.get("/api/v1/jobs/" + job.substring(4)).text());
        }
        for (String app : List.of("app", "private", "failing")) {
            answers.put(
                    app, api.get("/api/v1/apps/" + Api.encode("vault/" + app)).text());
        }
        String log = api.get("/api/v1/apps/vault%2Fapp/logs?tail=100").ok().text();
        assertThat(log).contains("PLAIN=");
        answers.put("what the app printed", log);
        JsonNode containers = api.get("/api/v1/containers").ok().json().get("items");
        for (JsonNode container : containers) {
            String id = container.get("container").asText();
            answers.put(
                    id,
                    api.get("/api/v1/containers/" + Api.encode(id.substring(id.indexOf(':') + 1)))
                            .text());
        }
        answers.forEach((where, text) -> assertClean("the answer of " + where, text));
        assertThat(answers).hasSizeGreaterThan(30);
        Figure.say(PLANTED.size() + " secrets in none of " + answers.size() + " answers");
    }

    @Test
    @Order(3)
    void noRowOfTheDatabaseHoldsThemOpenly() throws SQLException {
        int rows = 0;
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet names = statement.executeQuery("select format('%I.%I', schemaname, tablename) from pg_tables"
                    + " where schemaname not in ('pg_catalog', 'information_schema')")) {
                while (names.next()) {
                    tables.add(names.getString(1));
                }
            }
            assertThat(tables).hasSizeGreaterThan(40);
            connection.setAutoCommit(false);
            for (String table : tables) {
                // Taken back below: its owner sees the rows of all teams meanwhile.
                statement.execute("alter table " + table + " no force row level security");
                try (ResultSet all = statement.executeQuery("select t::text from " + table + " t")) {
                    while (all.next()) {
                        assertClean("a row of " + table, all.getString(1));
                        rows++;
                    }
                }
                connection.rollback();
            }
        }
        Figure.say(PLANTED.size() + " in none of " + rows + " rows");
    }

    @Test
    @Order(4)
    void noFileOfThePanelHoldsThemOpenly() throws IOException {
        panel.launcher("stop", "--home", panel.home.toString());
        int files = 0;
        try (Stream<Path> all = Stream.concat(
                Files.walk(panel.home.resolve("log")),
                Stream.concat(Files.walk(panel.home.resolve("data")), Files.walk(panel.home.resolve("run"))))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                assertClean(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
                files++;
            }
        }
        panel.up();
        api = panel.owner();
        Figure.say(PLANTED.size() + " secrets in none of " + files + " files");
    }

    @Test
    @Order(5)
    void noCommandLineImageOrLabelHoldsThem() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(each -> each.getFileName().toString().matches("\\d+"))
                    .toList()) {
                assertClean("the command line of " + process, commandLine(process));
            }
        }
        String images = shell("docker images --filter reference='op/vault-*' -q --no-trunc | sort -u");
        assertThat(images).isNotBlank();
        for (String image : images.lines().toList()) {
            assertClean(
                    "the image " + image,
                    shell("docker image inspect " + image) + shell("docker history --no-trunc " + image));
        }
        String labels = shell("docker ps -a --filter label=op.app --format '{{.Labels}} {{.Command}}' --no-trunc");
        assertClean("a container's labels", labels);
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static String shell(String command) {
        return Panel.run(List.of("bash", "-c", command), Map.of(), null).output();
    }

    private static void assertClean(String where, String text) {
        PLANTED.forEach((name, secret) -> {
            for (String form : forms(secret)) {
                int at = text.indexOf(form);
                if (at >= 0) {
                    throw new AssertionError(name + " is in " + where + ": …"
                            + text.substring(Math.max(0, at - 80), Math.min(text.length(), at + 40)) + "…");
                }
            }
        });
    }

    /** As it is, and as text is usually written down. */
    private static Set<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        Set<String> forms = new LinkedHashSet<>(List.of(secret, new String(bytes, StandardCharsets.ISO_8859_1)));
        for (String line : secret.split("\n")) {
            if (line.length() > 8 && !line.startsWith("-----")) {
                forms.add(line);
            }
        }
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
        try {
            String json = Api.JSON.writeValueAsString(secret);
            forms.add(json.substring(1, json.length() - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bytes.length < 12) {
            // What is left of a short one in base64 stands in many files by chance.
            return forms;
        }
        for (int shift = 0; shift < 3; shift++) {
            byte[] shifted = new byte[bytes.length + shift];
            System.arraycopy(bytes, 0, shifted, shift, bytes.length);
            String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // The first and last characters hold bits of what is beside it.
            forms.add(base64.substring(shift == 0 ? 0 : shift + 1, base64.length() - 1));
        }
        return forms;
    }
}
