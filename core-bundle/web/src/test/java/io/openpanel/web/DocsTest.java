package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Operation;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsTest {
    private static final String INPUT =
            "{\"type\":\"object\",\"properties\":{\"app\":{\"type\":\"string\",\"format\":\"ref\","
                    + "\"x-kind\":\"app\"},\"tail\":{\"type\":\"integer\",\"description\":\"How many lines\"},"
                    + "\"token\":{\"type\":\"string\",\"format\":\"password\",\"writeOnly\":true}},"
                    + "\"required\":[\"app\",\"token\"],\"additionalProperties\":false}";

    private WebHost host;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        host.kernel().add("app.update", "PATCH", "/apps/{app}", INPUT);
        host.kernel()
                .add(
                        "app.delete",
                        "DELETE",
                        "/apps/{app}",
                        "{\"type\":\"object\",\"properties\":{\"app\":{},\"confirm\":{\"type\":\"string\"}}}");
        host.kernel()
                .add("app.deploy", "POST", "/apps/{app}/deploy", "{\"type\":\"object\",\"properties\":{\"app\":{}}}");
        host.kernel().add("app.logs", "GET", "/apps/{app}/logs", INPUT, Operation.Form.STREAM, "{\"type\":\"object\"}");
        host.kernel().add("app.file", "GET", "/apps/{app}/file", "", Operation.Form.FILE, "");
        host.kernel().add("app.shell", "POST", "/apps/{app}/shell", "{}", Operation.Form.DUPLEX, "{}");
        host.kernel().add("setup.get", "GET", "/setup", "{}");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    private JsonNode document() {
        return FakeKernel.parse(host.get("/api/v1/openapi.json").body().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachOperationIsDescribed() {
        JsonNode api = document();
        assertThat(api.get("openapi").asText()).isEqualTo("3.1.0");
        assertThat(api.at("/info/version").asText()).isEqualTo("9.9.9");
        assertThat(api.at("/servers/0/url").asText()).isEqualTo("/api/v1");
        JsonNode update = api.at("/paths/~1apps~1{app}/patch");
        assertThat(update.get("operationId").asText()).isEqualTo("app.update");
        assertThat(update.at("/tags/0").asText()).isEqualTo("app");
        assertThat(update.at("/parameters/0").toString())
                .contains("\"name\":\"app\",\"in\":\"path\"")
                .contains("\"required\":true");
        JsonNode body = update.at("/requestBody/content/application~1json/schema");
        assertThat(body.get("properties").fieldNames()).toIterable().containsExactly("tail", "token");
        assertThat(body.at("/required/0").asText()).isEqualTo("token");
        assertThat(update.get("x-openpanel-effect").asText()).isEqualTo("change");
        JsonNode deploy = api.at("/paths/~1apps~1{app}~1deploy/post");
        assertThat(deploy.get("x-openpanel-job").asBoolean()).isTrue();
        assertThat(deploy.get("x-openpanel-cli").asText()).isEqualTo("deploy {app}");
        assertThat(deploy.get("responses").has("202")).isTrue();
        assertThat(deploy.has("requestBody")).isFalse();
        assertThat(api.at("/paths/~1setup/get/security")).isEmpty();
        assertThat(api.at("/paths/~1setup/get/security").isArray()).isTrue();
        assertThat(api.at("/paths/~1apps~1{app}~1logs/get/responses/200/content")
                        .fieldNames())
                .toIterable()
                .containsExactly("text/event-stream", "application/x-ndjson");
        assertThat(api.at("/paths/~1apps~1{app}~1logs/get/parameters").toString())
                .contains("{\"name\":\"tail\",\"in\":\"query\",\"description\":\"How many lines\"");
        assertThat(api.at("/paths/~1apps~1{app}/delete/parameters").toString()).contains("\"name\":\"confirm\"");
        assertThat(api.at("/components/securitySchemes/token/scheme").asText()).isEqualTo("bearer");
    }

    @Test
    void theDocumentIsKnownByTheCataloguesVersion() {
        HttpResponse<String> first = host.get("/api/v1/openapi.json");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(host.get("/api/v1/openapi.json", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        host.kernel().add("volume.list", "GET", "/volumes", "{}");
        HttpResponse<String> second = host.get("/api/v1/openapi.json", "If-None-Match", tag);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).contains("volume.list");
        host.kernel().remove("volume.list");
        assertThat(host.get("/api/v1/openapi.json").body()).doesNotContain("volume.list");
    }

    @Test
    void theExplorerComesFromHereWithoutInlineScript() {
        HttpResponse<String> page = host.get("/api/docs");
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("script-src 'self';")
                .doesNotContain("unsafe");
        assertThat(page.body())
                .doesNotContainPattern("<script>")
                .doesNotContain("http://")
                .doesNotContain("https://");
        assertThat(host.get("/api/docs/swagger-ui-bundle.js").body()).hasSizeGreaterThan(1_000_000);
        assertThat(host.get("/api/docs/swagger-ui.css").headers().firstValue("Content-Type"))
                .hasValue("text/css;charset=utf-8");
        assertThat(host.get("/api/docs/nosuch.js").statusCode()).isEqualTo(404);
        assertThat(host.get("/api/docs/x/docs.js").statusCode()).isEqualTo(404);
        assertThat(host.get("/api/docs/").statusCode()).isEqualTo(301);
        assertThat(host.send("POST", "/api/docs", null).statusCode()).isEqualTo(405);
        assertThat(host.send("POST", "/api/v1/openapi.json", null).statusCode()).isEqualTo(405);
    }
}
