package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestTest {
    private static final String INPUT = "{\"type\":\"object\",\"properties\":{\"container\":{\"type\":\"string\"},"
            + "\"limit\":{\"type\":\"integer\"},\"ratio\":{\"type\":\"number\"},\"force\":{\"type\":\"boolean\"},"
            + "\"names\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
            + "\"labels\":{\"type\":\"object\"},\"text\":{\"type\":\"string\"}}}";

    private WebHost host;
    private FakeKernel kernel;

    @BeforeAll
    void start() throws Exception {
        host = new WebHost();
        kernel = host.kernel();
        kernel.add("container.list", "GET", "/containers", INPUT);
        kernel.add("container.get", "GET", "/containers/{container}", INPUT);
        kernel.add("container.create", "POST", "/containers", INPUT);
        kernel.add("container.update", "PATCH", "/containers/{container}", INPUT);
        kernel.add("container.delete", "DELETE", "/containers/{container}", INPUT);
        kernel.add("container.start", "POST", "/containers/{container}/start", INPUT);
        kernel.add("container.prune", "POST", "/containers/prune", INPUT);
        kernel.add("app.deploy", "POST", "/apps/{app}/deploy", "{}");
        kernel.add("app.download", "GET", "/apps/{app}/download", "{}");
    }

    @AfterAll
    void stop() throws Exception {
        host.close();
    }

    @BeforeEach
    void forget() {
        kernel.calls();
    }

    private String inputOf(String path) {
        HttpResponse<String> answer = host.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void anActionIsCalledAtItsPath() {
        HttpResponse<String> answer = host.post("/api/v1/containers/web-1/start", "{\"force\":true}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.body()).isEqualTo("{\"container\":\"web-1\",\"force\":true}");
        Gateway.Invocation call = kernel.call();
        assertThat(call.action()).isEqualTo("container.start");
        assertThat(call.surface()).isEqualTo("rest");
        assertThat(call.address()).isEqualTo("127.0.0.1");
        assertThat(call.requestId()).matches("[0-9a-hjkmnp-tv-z]{16}");
        assertThat(answer.headers().firstValue("OpenPanel-Request")).hasValue(call.requestId());
    }

    @Test
    void aLiteralPathGoesBeforeAVariableOneButOnlyForItsMethod() {
        host.post("/api/v1/containers/prune", "{}");
        assertThat(kernel.call().action()).isEqualTo("container.prune");
        assertThat(inputOf("/api/v1/containers/prune")).isEqualTo("{\"container\":\"prune\"}");
    }

    @Test
    void anEncodedSlashStaysInsideItsSegment() {
        assertThat(inputOf("/api/v1/containers/shop%2Fweb")).isEqualTo("{\"container\":\"shop/web\"}");
        assertThat(inputOf("/api/v1/containers/shop%2fweb%20%c3%a9%25")).isEqualTo("{\"container\":\"shop/web é%\"}");
        assertThat(inputOf("/api/v1/containers/container:abc")).isEqualTo("{\"container\":\"container:abc\"}");
        assertThat(host.get("/api/v1/containers/shop/web").statusCode()).isEqualTo(404);
        assertThat(host.get("/api%2Fv1%2Fcontainers").body()).doesNotContain("items");
    }

    @Test
    void queryTextBecomesTheTypeTheSchemaSays() {
        assertThat(inputOf("/api/v1/containers?limit=10&ratio=1.5&force=true&text=5"))
                .isEqualTo("{\"limit\":10,\"ratio\":1.5,\"force\":true,\"text\":\"5\"}");
        assertThat(inputOf("/api/v1/containers?names=a&names=b%2Cc")).isEqualTo("{\"names\":[\"a\",\"b,c\"]}");
        assertThat(inputOf("/api/v1/containers?names=a,b")).isEqualTo("{\"names\":[\"a\",\"b\"]}");
        assertThat(inputOf("/api/v1/containers?names=a%2Cb")).isEqualTo("{\"names\":[\"a,b\"]}");
        assertThat(inputOf("/api/v1/containers?force&text=a+b")).isEqualTo("{\"force\":true,\"text\":\"a b\"}");
        assertThat(inputOf("/api/v1/containers?labels=%7B%22a%22%3A%22b%22%7D"))
                .isEqualTo("{\"labels\":{\"a\":\"b\"}}");
    }

    @Test
    void textThatDoesNotFitIsLeftToTheGateway() {
        assertThat(inputOf("/api/v1/containers?limit=ten&nosuch=1&force=yes"))
                .isEqualTo("{\"limit\":\"ten\",\"nosuch\":\"1\",\"force\":\"yes\"}");
    }

    @Test
    void malformedQueriesAreRefusedByName() {
        assertThat(host.get("/api/v1/containers?limit=1&limit=2").body()).contains("limit is given 2 times");
        assertThat(host.get("/api/v1/containers/a?container=b").body()).contains("container is given twice");
        assertThat(host.get("/api/v1/containers?labels=x").body()).contains("labels must be a JSON object");
        assertThat(host.get("/api/v1/containers?a=%25zz".replace("%25", "%").replace("%zz", "%C3"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void namesOfCamelAreDropped() {
        HttpResponse<String> answer = host.get(
                "/api/v1/containers?CamelExecCommandExecutable=x&cAmElFoo=1"
                        + "&org.apache.camel.x=1&websocket.y=2&limit=1",
                "CamelHttpUri",
                "http://evil");
        assertThat(answer.body()).isEqualTo("{\"limit\":1}");
    }

    @Test
    void aBodyThatNothingIsAddedToIsHandedOnAsItCame() {
        byte[] body = "{ \"text\" : 1.0 }".getBytes(StandardCharsets.UTF_8);
        host.send("POST", "/api/v1/containers", body, "Content-Type", "application/json; charset=UTF-8");
        assertThat(kernel.call().input()).isEqualTo(body);
    }

    @Test
    void aComponentGivenTwiceIsRefused() {
        HttpResponse<String> answer = host.post("/api/v1/containers/a/start", "{\"container\":\"b\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"errors\":{\"container\":\"container is given twice");
    }

    @Test
    void problemsAreToldInTheirStandardForm() {
        kernel.answer("container.create", call -> {
            throw Problem.invalid(Map.of("name", "name is taken"));
        });
        HttpResponse<String> answer = host.post("/api/v1/containers", "{}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body())
                .isEqualTo("{\"type\":\"urn:openpanel:problem:invalid\",\"title\":\"Not valid\",\"status\":400,"
                        + "\"detail\":\"name is taken\",\"instance\":\""
                        + kernel.call().requestId()
                        + "\",\"kind\":\"invalid\",\"errors\":{\"name\":\"name is taken\"}}");
        kernel.answer("container.create", call -> new Gateway.Reply.Done(call.input(), Optional.empty()));
    }

    @Test
    void aProblemSaysWhenToTryAgain() {
        kernel.answer("app.deploy", call -> {
            throw new Problem(Problem.Kind.UNAVAILABLE, "busy").retryAfter(Duration.ofMillis(1500));
        });
        HttpResponse<String> answer = host.post("/api/v1/apps/a/deploy", "{}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("2");
    }

    @Test
    void aBugShowsItsRequestIdAndNothingElse() {
        kernel.answer("app.deploy", call -> {
            throw new IllegalStateException("secret detail");
        });
        HttpResponse<String> answer = host.post("/api/v1/apps/a/deploy", "{}");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body())
                .contains(kernel.call().requestId())
                .doesNotContain("secret")
                .doesNotContain("Illegal");
    }

    @Test
    void aJobIsAcceptedWithItsPlace() {
        kernel.answer("app.deploy", call -> new Gateway.Reply.Accepted(new Ref("job", "j1")));
        HttpResponse<String> answer = host.send("POST", "/api/v1/apps/shop%2Fweb/deploy", null);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/v1/jobs/j1");
        assertThat(answer.body()).isEqualTo("{\"job\":\"job:j1\"}");
    }

    @Test
    void aFileComesAsAnAttachmentInASandbox() {
        kernel.answer("app.download", call -> new Gateway.Reply.File(new ByteArrayInputStream("hello".getBytes())));
        HttpResponse<String> answer = host.get("/api/v1/apps/a/download");
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.headers().firstValue("Content-Disposition")).hasValue("attachment; filename=\"app\"");
        assertThat(answer.headers().firstValue("Content-Security-Policy")).hasValue("sandbox; frame-ancestors 'none'");
    }

    @Test
    void versionsTravelAsEntityTags() {
        kernel.answer("container.get", call -> new Gateway.Reply.Done("{}".getBytes(), Optional.of("v7")));
        HttpResponse<String> answer = host.get("/api/v1/containers/a");
        assertThat(answer.headers().firstValue("ETag")).hasValue("\"v7\"");
        assertThat(host.get("/api/v1/containers/a", "If-None-Match", "\"v7\"").statusCode())
                .as("what is said of a resource may change without its version, as how often a route ran")
                .isEqualTo(200);
        host.send(
                "PATCH",
                "/api/v1/containers/a",
                "{}".getBytes(),
                "Content-Type",
                "application/json",
                "If-Match",
                "\"v7\"",
                "Idempotency-Key",
                "k-1");
        Gateway.Invocation call = kernel.call();
        assertThat(call.ifMatch()).hasValue("v7");
        assertThat(call.idempotencyKey()).hasValue("k-1");
        kernel.answer("container.get", call2 -> new Gateway.Reply.Done(call2.input(), Optional.empty()));
    }

    @Test
    void malformedConditionsAndKeysAreRefused() {
        assertThat(host.post("/api/v1/containers", "{}", "If-Match", "\"a\", \"b\"")
                        .statusCode())
                .isEqualTo(400);
        assertThat(host.post("/api/v1/containers", "{}", "Idempotency-Key", "a b")
                        .statusCode())
                .isEqualTo(400);
        assertThat(host.post("/api/v1/containers", "{}", "Idempotency-Key", "k".repeat(201))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theCallerIsReadFromTheHeaders() {
        host.get(
                "/api/v1/containers",
                "Authorization",
                "bearer good-1",
                "OpenPanel-Team",
                "team:t1",
                "User-Agent",
                "openpanel-cli");
        Gateway.Invocation call = kernel.call();
        assertThat(call.caller()).isEqualTo(new Gateway.Caller.Bearer("good-1", Optional.of(new Ref("team", "t1"))));
        assertThat(call.surface()).isEqualTo("cli");
        host.get("/api/v1/containers");
        assertThat(kernel.call().caller()).isEqualTo(new Gateway.Caller.Anonymous());
        HttpResponse<String> basic = host.get("/api/v1/containers", "Authorization", "Basic eDp5");
        assertThat(basic.statusCode()).isEqualTo(401);
        assertThat(basic.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    }

    @Test
    void theProxysWordForTheClientsAddressIsTaken() {
        host.get(
                "/api/v1/containers",
                "X-Forwarded-For",
                "6.6.6.6, 203.0.113.9",
                "X-Forwarded-Proto",
                "https",
                "OpenPanel-Proxy",
                WebHost.PROXY);
        assertThat(kernel.call().address()).isEqualTo("203.0.113.9");
    }

    @Test
    void noOtherProgramOnTheMachineClaimsAnAddress() {
        host.get("/api/v1/containers", "X-Forwarded-For", "203.0.113.9");
        assertThat(kernel.call().address()).isEqualTo("127.0.0.1");
        host.get("/api/v1/containers", "X-Forwarded-For", "203.0.113.9", "OpenPanel-Proxy", "f".repeat(64));
        assertThat(kernel.call().address()).isEqualTo("127.0.0.1");
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        HttpResponse<String> unknown = host.get("/api/v1/nosuch");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        HttpResponse<String> method = host.send("PUT", "/api/v1/containers/a", null);
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.headers().firstValue("Allow")).hasValue("DELETE, GET, HEAD, PATCH");
        assertThat(host.send("TRACE", "/api/v1/containers", null).statusCode()).isEqualTo(405);
        assertThat(host.send("INVENTED", "/api/v1/containers", null).statusCode())
                .isEqualTo(405);
    }

    @Test
    void aHeadHasTheHeadersOnly() {
        HttpResponse<String> answer = host.send("HEAD", "/api/v1/containers?limit=1", null);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).hasValue("11");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void bodiesAreJsonOfDecentSize() {
        assertThat(host.send(
                                "POST",
                                "/api/v1/containers",
                                "a=b".getBytes(),
                                "Content-Type",
                                "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(415);
        assertThat(host.send("POST", "/api/v1/containers", "{}".getBytes()).statusCode())
                .isEqualTo(415);
        assertThat(host.send(
                                "POST",
                                "/api/v1/containers",
                                "{}".getBytes(),
                                "Content-Type",
                                "application/json; charset=latin1")
                        .statusCode())
                .isEqualTo(415);
        assertThat(host.send("POST", "/api/v1/containers", null, "Content-Type", "application/json")
                        .statusCode())
                .isEqualTo(400);
        assertThat(host.send("POST", "/api/v1/containers", null).statusCode()).isEqualTo(200);
        assertThat(host.send("GET", "/api/v1/containers", "{}".getBytes(), "Content-Type", "application/json")
                        .statusCode())
                .isEqualTo(400);
        String large = "{\"text\":\"" + "x".repeat(1 << 20) + "\"}";
        HttpResponse<String> answer = host.post("/api/v1/containers", large);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("1024 KiB");
        String largest = "{\"text\":\"" + "x".repeat((1 << 20) - 11) + "\"}";
        assertThat(largest).hasSize(1 << 20);
        assertThat(host.post("/api/v1/containers", largest).statusCode()).isEqualTo(200);
    }

    @Test
    void pathsComeAndGoWithTheCatalogue() {
        assertThat(host.get("/api/v1/volumes").statusCode()).isEqualTo(404);
        kernel.add("volume.list", "GET", "/volumes", "{}");
        assertThat(host.get("/api/v1/volumes").statusCode()).isEqualTo(200);
        kernel.remove("volume.list");
        assertThat(host.get("/api/v1/volumes").statusCode()).isEqualTo(404);
    }
}
