package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.osgi.framework.Bundle;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleTest {
    private static final String IMPORT_MAP = "{\"imports\":{\"react\":\"/assets/react-1.js\"}}";
    private static final String PAGE = "<!doctype html><html><head><meta name=\"csp-nonce\" content=\"__NONCE__\">"
            + "<script type=\"importmap\">" + IMPORT_MAP + "</script>"
            + "<script type=\"module\" src=\"/assets/index-1.js\"></script></head><body></body></html>";

    private WebHost host;
    private Bundle plugin;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        assertThat(host.get("/").statusCode()).isEqualTo(503);
        host.install(
                "io.openpanel.console",
                Map.of(),
                Map.of(
                        "OPENPANEL-INF/console/index.html", bytes(PAGE),
                        "OPENPANEL-INF/console/favicon.svg", bytes("<svg/>"),
                        "OPENPANEL-INF/console/frame/panel.js", bytes("// the console"),
                        "OPENPANEL-INF/console/assets/index-1.js", bytes("// " + "x".repeat(5_000))));
        plugin = install("one");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Bundle install(String script) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes(script));
        }
        return host.install(
                "io.openpanel.docker",
                Map.of("Provide-Capability", "openpanel.plugin;id=docker;title=Containers;uses:List<String>=\"\""),
                Map.of(
                        "OPENPANEL-INF/console.json", bytes("{\"nav\":[],\"pages\":[{\"path\":\"/containers\"}]}"),
                        "OPENPANEL-INF/i18n/en.json", bytes("{\"nav.containers\":\"Containers\"}"),
                        "OPENPANEL-INF/i18n/pt-BR.json", bytes("{\"nav.containers\":\"Contêineres\"}"),
                        "OPENPANEL-INF/ui/containers.js", bytes(script),
                        "OPENPANEL-INF/ui/containers.js.gz", packed.toByteArray()));
    }

    private JsonNode console() {
        return FakeKernel.parse(bytes(host.get("/api/v1/console").body()));
    }

    @Test
    void thePageHasAPolicyThatFitsItsScriptsAndAFreshNonce() throws Exception {
        HttpResponse<String> answer = host.get("/");
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes(IMPORT_MAP)));
        String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        Matcher nonce = Pattern.compile("style-src 'self' 'nonce-([^']+)'").matcher(policy);
        assertThat(nonce.find()).isTrue();
        assertThat(policy)
                .contains("script-src 'self' 'sha256-" + hash + "';")
                .contains("default-src 'none'")
                .contains("img-src 'self' data:")
                .contains("connect-src 'self'")
                .contains("font-src 'self'")
                .contains("frame-ancestors 'none'")
                .contains("base-uri 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.body()).contains("content=\"" + nonce.group(1) + '"').doesNotContain("__NONCE__");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(host.get("/").body()).doesNotContain(nonce.group(1));
    }

    @Test
    void theConsolesOwnAddressesGetItsPage() {
        assertThat(host.get("/containers/web.1").body()).contains("importmap");
        assertThat(host.get("/apps/shop%2Fweb/").body()).contains("importmap");
        assertThat(host.get("/apiary").body()).contains("importmap");
        for (String path :
                new String[] {"/api", "/api/v2/x", "/ui/x", "/health", "/health/nosuch", "/metrics/x", "/assets/no.js"
                }) {
            HttpResponse<String> answer = host.get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        }
        assertThat(host.send("POST", "/auth/login", null).statusCode()).isEqualTo(404);
    }

    @Test
    void hashedFilesAreKeptForEverAndOthersChecked() {
        HttpResponse<String> script = host.get("/assets/index-1.js");
        assertThat(script.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(script.headers().firstValue("Content-Type")).hasValue("text/javascript;charset=utf-8");
        HttpResponse<String> icon = host.get("/favicon.svg");
        assertThat(icon.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(icon.headers().firstValue("Content-Type")).hasValue("image/svg+xml");
        String tag = icon.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = host.get("/favicon.svg", "If-None-Match", tag);
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void largeTextsArePackedWhereTheBrowserTakesIt() {
        HttpResponse<String> plain = host.get("/assets/index-1.js");
        HttpResponse<String> packed = host.get("/assets/index-1.js", "Accept-Encoding", "gzip, br");
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isLessThan(200);
        assertThat(packed.headers().firstValue("Vary")).hasValue("Accept-Encoding");
        assertThat(packed.headers().firstValue("ETag")).get().asString().startsWith("W/\"");
    }

    @Test
    void aPluginsPartIsListedAndServedUnderItsDigest() {
        JsonNode part = console().get("plugins").get(0);
        assertThat(part.get("id").asText()).isEqualTo("docker");
        assertThat(part.get("title").asText()).isEqualTo("Containers");
        assertThat(part.at("/console/pages/0/path").asText()).isEqualTo("/containers");
        assertThat(part.at("/i18n/pt-BR/nav.containers").asText()).isEqualTo("Contêineres");
        String base = "/ui/docker/" + part.get("digest").asText();
        HttpResponse<String> script = host.get(base + "/containers.js");
        assertThat(script.body()).isEqualTo("one");
        assertThat(script.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(host.get(base + "/containers.js", "Accept-Encoding", "gzip")
                        .headers()
                        .firstValue("Content-Encoding"))
                .hasValue("gzip");
        assertThat(host.get(base + "/nosuch.js").statusCode()).isEqualTo(404);
        assertThat(host.get(base + "/").statusCode()).isEqualTo(404);
        assertThat(host.get("/ui/docker/0000000000000000/containers.js").statusCode())
                .isEqualTo(404);
        assertThat(host.get("/ui/docker").statusCode()).isEqualTo(404);
    }

    @Test
    void aPluginsOwnPageIsFramedWithoutTheConsolesOrigin() throws Exception {
        Bundle bundle = host.install(
                "org.example.board",
                Map.of("Provide-Capability", "openpanel.plugin;id=board;title=Board;isolated=true"),
                Map.of(
                        "OPENPANEL-INF/console.json",
                                bytes("{\"pages\":[{\"path\":\"/board\",\"frame\":\"board.html\"}]}"),
                        "OPENPANEL-INF/ui/board.html", bytes("<script type=module src=board.js></script>"),
                        "OPENPANEL-INF/ui/board.js", bytes("1")));
        JsonNode part = console().get("plugins").findParents("digest").stream()
                .filter(each -> each.get("id").asText().equals("board"))
                .findFirst()
                .orElseThrow();
        String base = "/ui/board/" + part.get("digest").asText();
        HttpResponse<String> page =
                host.get(base + "/board.html", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "iframe");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(String.join(", ", page.headers().allValues("Vary")))
                .contains("Accept-Encoding", "Sec-Fetch-Site", "Sec-Fetch-Dest");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("sandbox allow-scripts allow-forms; default-src 'none'")
                .doesNotContain("allow-same-origin")
                .contains("connect-src 'none'", "form-action 'none'", "frame-ancestors 'self'");
        for (String file : new String[] {base + "/board.js", "/frame/panel.js"}) {
            HttpResponse<String> script =
                    host.get(file, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "script", "Origin", "null");
            assertThat(script.statusCode()).as(file).isEqualTo(200);
            assertThat(script.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue("*");
            assertThat(script.headers().firstValue("Cross-Origin-Resource-Policy"))
                    .hasValue("cross-origin");
        }
        assertThat(host.get(base + "/board.js", "Sec-Fetch-Site", "same-origin", "Sec-Fetch-Dest", "script")
                        .statusCode())
                .as("a page of the panel itself never runs it")
                .isEqualTo(404);
        assertThat(host.get("/frame/nosuch.js").statusCode()).isEqualTo(404);
        assertThat(host.get("/").headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-src 'self'");
        bundle.uninstall();
    }

    @Test
    void theListHasAVersionAndAStoppedPluginLeavesIt() throws Exception {
        HttpResponse<String> first = host.get("/api/v1/console");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).isEqualTo('"' + console().get("version").asText() + '"');
        assertThat(host.get("/api/v1/console", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        String digest = console().at("/plugins/0/digest").asText();
        plugin.stop();
        assertThat(console().get("plugins")).isEmpty();
        assertThat(host.get("/ui/docker/" + digest + "/containers.js").statusCode())
                .isEqualTo(404);
        assertThat(host.get("/api/v1/console", "If-None-Match", tag).statusCode())
                .isEqualTo(200);
        plugin.start();
        assertThat(console().at("/plugins/0/digest").asText()).isEqualTo(digest);
        assertThat(host.get("/api/v1/console").headers().firstValue("ETag")).hasValue(tag);
        plugin.uninstall();
        plugin = install("two");
        assertThat(console().at("/plugins/0/digest").asText()).isNotEqualTo(digest);
        plugin.uninstall();
        plugin = install("one");
        assertThat(console().at("/plugins/0/digest").asText()).isEqualTo(digest);
    }

    @Test
    void aPluginWithABrokenFileIsLeftOut() throws Exception {
        Bundle broken = host.install(
                "io.openpanel.broken",
                Map.of("Provide-Capability", "openpanel.plugin;id=broken;title=Broken"),
                Map.of("OPENPANEL-INF/console.json", bytes("{")));
        assertThat(host.get("/api/v1/console").body()).doesNotContain("broken");
        broken.uninstall();
    }
}
