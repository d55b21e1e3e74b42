package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Repositories as people publish them: a static site, a Node service, a Python service, a build in several stages. */
class PublicStyleTest {
    private static final String NODE = "openpanel-test/node:1";
    private static final String PYTHON = "openpanel-test/python:1";

    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void start() {
        git = new GitServer();
        panel = Panel.start();
        api = panel.owner();
        api.post("/api/v1/projects", Map.of("name", "public")).ok();
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    private static void assumeImage(String image) {
        assumeTrue(
                Panel.run(List.of("docker", "image", "inspect", image), Map.of(), null)
                                .exitCode()
                        == 0,
                "needs " + image);
    }

    /** Deploys and gives what the app says at a path. */
    private static String answer(String name, Map<String, String> files, Map<String, ?> more, String path)
            throws IOException {
        git.commit(name, files);
        Map<String, Object> app =
                new HashMap<>(Map.of("project", "public", "name", name, "git", git.url(name), "port", 8080));
        app.putAll(more);
        api.post("/api/v1/apps", app).ok();
        long begun = System.nanoTime();
        JsonNode job = api.deploy("public/" + name);
        assertThat(job.get("state").asText())
                .as(job + api.log(job.get("job").asText()))
                .isEqualTo("done");
        Figure.say(name + " " + OutageStage.millis(begun) + " ms");
        String host = api.get("/api/v1/domains?app=public%2F" + name)
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
        return Web.get(panel.proxyPort, host, path).text();
    }

    @Test
    void aStaticSiteInASubdirectoryWithAnIgnoreFile() throws IOException {
        Map<String, String> files = new HashMap<>();
        Sources.site("<h1>Bakery</h1>").forEach((name, text) -> files.put("site/" + name, text));
        files.put("site/www/about/index.html", "<p>Since 1962</p>");
        files.put("site/www/secret.env", "never sent");
        files.put("site/.dockerignore", "www/*.env\n");
        files.put("README.md", "# Bakery");
        assertThat(answer("static", files, Map.of("directory", "site"), "/about/"))
                .contains("Since 1962");
        String host = api.get("/api/v1/domains?app=public%2Fstatic")
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
        assertThat(Web.get(panel.proxyPort, host, "/secret.env").status()).isEqualTo(404);
    }

    @Test
    void aPythonServiceWithAHealthPath() throws IOException {
        assumeImage(PYTHON);
        Map<String, String> files = Map.of(
                "Dockerfile",
                """
                FROM %s
                WORKDIR /app
                COPY app.py .
                USER 1000
                CMD ["python", "app.py"]
                """
                        .formatted(PYTHON),
                "app.py",
                """
                import http.server, json, os, time

                ready = time.time() + 1

                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        up = self.path != "/healthz" or time.time() > ready
                        body = json.dumps({"path": self.path, "user": os.getuid()}).encode()
                        self.send_response(200 if up else 503)
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)

                http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
                """);
        assertThat(answer("python", files, Map.of("healthPath", "/healthz"), "/orders?day=1"))
                .contains("\"path\": \"/orders?day=1\"", "\"user\": 1000");
    }

    @Test
    void aNodeServiceBuiltInSeveralStages() throws IOException {
        assumeImage(NODE);
        Map<String, String> files = Map.of(
                "Dockerfile",
                """
                ARG BASE=%1$s
                FROM ${BASE} AS build
                WORKDIR /src
                COPY package.json build.js ./
                COPY pages pages
                RUN ["node", "build.js"]

                FROM ${BASE}
                ENV NODE_ENV=production
                WORKDIR /app
                COPY --from=build /src/dist dist
                COPY server.js .
                EXPOSE 8080
                ENTRYPOINT ["node"]
                CMD ["server.js"]
                """
                        .formatted(NODE),
                "package.json",
                "{\"name\": \"shop\", \"version\": \"1.2.3\", \"private\": true}",
                "build.js",
                """
                const fs = require("fs");
                const { version } = require("./package.json");
                fs.mkdirSync("dist");
                const page = fs.readFileSync("pages/index.html", "utf8");
                fs.writeFileSync("dist/index.html", page.replace("VERSION", version));
                """,
                "pages/index.html",
                "<title>Shop VERSION</title>",
                "server.js",
                """
                const fs = require("fs");
                const page = fs.readFileSync("dist/index.html");
                const server = require("http").createServer((request, response) => response.end(page));
                server.listen(process.env.PORT);
                process.on("SIGTERM", () => server.close(() => process.exit(0)));
                """);
        assertThat(answer("node", files, Map.of(), "/")).contains("Shop 1.2.3");
    }
}
