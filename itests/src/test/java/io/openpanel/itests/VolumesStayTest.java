package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an app wrote into its volume outlives everything but somebody who deletes the volume. */
class VolumesStayTest {
    private static GitServer git;
    private static Panel panel;
    private static Api api;
    private static final List<String> APPS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        git = new GitServer();
        panel = Panel.start();
        api = panel.owner();
        git.commit(
                "ledger",
                Map.of(
                        "Dockerfile",
                        """
                FROM %s
                COPY run.sh /run.sh
                CMD ["/bin/sh", "/run.sh"]
                """
                                .formatted(Sources.BASE),
                        "run.sh",
                        """
                [ -f /data/index.html ] || echo "ledger $(cat /proc/sys/kernel/random/uuid)" > /data/index.html
                exec httpd -f -p "$PORT" -h /data
                """));
        git.commit("other", Sources.site("other"));
        api.post("/api/v1/projects", Map.of("name", "books")).ok();
        for (String name : List.of("ledger", "other")) {
            api.post(
                            "/api/v1/apps",
                            Map.of(
                                    "project",
                                    "books",
                                    "name",
                                    name,
                                    "git",
                                    git.url(name),
                                    "port",
                                    8080,
                                    "volumes",
                                    List.of(Map.of("name", "data", "path", "/data"))))
                    .ok();
            APPS.add(api.id("books/" + name));
            assertThat(api.deploy("books/" + name).get("state").asText()).isEqualTo("done");
        }
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
        for (String volume : volumes()) {
            Panel.run(List.of("docker", "volume", "rm", volume), Map.of(), null);
        }
    }

    @Test
    void aVolumeOutlivesDeploymentsRestartsCrashesRenamesAndTheDeletionOfOthers() {
        String written = read("books/ledger");
        assertThat(written).startsWith("ledger ");

        assertThat(api.deploy("books/ledger").get("state").asText()).isEqualTo("done");
        assertStays("a deployment", "books/ledger", written);

        done(api.post("/api/v1/deployments/rollback", Map.of("app", "books/ledger")));
        assertStays("a rollback", "books/ledger", written);

        api.post("/api/v1/apps/" + Api.encode("books/ledger") + "/stop", Map.of())
                .ok();
        done(api.delete("/api/v1/apps/" + Api.encode("books/other"), "other"));
        api.post("/api/v1/apps/" + Api.encode("books/ledger") + "/start", Map.of())
                .ok();
        assertStays("the deletion of another app while it was stopped", "books/ledger", written);

        panel.kill("panel");
        panel.awaitReady(Duration.ofSeconds(60));
        api = panel.owner();
        assertStays("a crash of the panel", "books/ledger", written);

        api.patch("/api/v1/apps/" + Api.encode("books/ledger"), Map.of("name", "accounts"))
                .ok();
        assertThat(api.deploy("books/accounts").get("state").asText()).isEqualTo("done");
        assertStays("a new name", "books/accounts", written);

        List<String> before = volumes();
        done(api.delete("/api/v1/apps/" + Api.encode("books/accounts"), "accounts"));
        assertThat(volumes()).as("its volume is kept when it is deleted").isEqualTo(before);
    }

    private static void done(Api.Answer answer) {
        JsonNode job = answer.ok().json() == null ? null : answer.json().get("job");
        if (job != null) {
            assertThat(api.await(job.asText(), Duration.ofSeconds(60))
                            .get("state")
                            .asText())
                    .isEqualTo("done");
        }
    }

    private static void assertStays(String after, String app, String written) {
        Wait.until(after + ": the app answers", Duration.ofSeconds(30), () -> !read(app)
                .isEmpty());
        assertThat(read(app)).as("after " + after).isEqualTo(written);
    }

    private static List<String> volumes() {
        return APPS.stream()
                .flatMap(app -> Panel.run(
                                List.of("docker", "volume", "ls", "-q", "--filter", "label=op.app=" + app),
                                Map.of(),
                                null)
                        .output()
                        .lines())
                .sorted()
                .toList();
    }

    private static String read(String app) {
        String address = api.get("/api/v1/apps/" + Api.encode(app) + "/open")
                .ok()
                .json()
                .findValue("address")
                .asText();
        String host = address.replaceFirst("^https?://", "").replaceFirst(":.*", "");
        try {
            Web.Page page = Web.get(panel.proxyPort, host, "/");
            return page.status() == 200 ? page.text().strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
