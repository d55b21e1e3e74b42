package io.openpanel.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Database;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import io.openpanel.spi.MasterKey;
import io.openpanel.spi.Storage;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

class HealthTest {
    private WebHost host;

    @BeforeEach
    void start() throws Exception {
        host = new WebHost();
    }

    @AfterEach
    void stop() throws Exception {
        host.close();
    }

    @Test
    void itIsReadyOnceNothingIsMissing() throws Exception {
        HttpResponse<String> starting = host.get("/health/ready");
        assertThat(starting.statusCode()).isEqualTo(503);
        assertThat(starting.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(starting.body())
                .isEqualTo(
                        "{\"status\":\"starting\",\"missing\":[\"the database is not open yet\","
                                + "\"the plugin that knows people and their rights is not running\",\"there is no action in the catalogue\"]}");
        assertThat(host.get("/health/live").body()).isEqualTo("{\"status\":\"live\"}");

        FakeStorage storage = new FakeStorage();
        host.publishRest(new FakeAuthority(), storage);
        host.kernel().add("app.list", "GET", "/apps", "{}");
        WebHost.await(() -> host.get("/health/ready").statusCode() == 200);
        assertThat(host.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");

        storage.healthy = false;
        WebHost.await(() -> host.get("/health/ready").statusCode() == 503);
        assertThat(host.get("/health/ready").body()).contains("the database does not answer");
        assertThat(host.send("POST", "/health/ready", null).statusCode()).isEqualTo(405);
    }

    @Test
    void metricsAreForProgramsOnThisMachine() {
        host.publish(
                Supplier.class,
                () -> "openpanel_action_seconds_count{action=\"app.list\"} 3",
                "openpanel.metrics",
                "true");
        host.publish(
                Supplier.class,
                () -> {
                    throw new IllegalStateException("broken");
                },
                "openpanel.metrics",
                "true");
        HttpResponse<String> answer = host.get("/metrics");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain;version=0.0.4");
        assertThat(answer.body())
                .contains("openpanel_action_seconds_count{action=\"app.list\"} 3\n")
                .contains("jvm_heap_used_bytes ")
                .contains("process_uptime_seconds ")
                .contains("openpanel_http_requests_total{status=\"2xx\"} ")
                .contains("openpanel_streams 0\n");
        assertThat(answer.body().lines())
                .allMatch(line -> line.matches("# (HELP|TYPE) .+|[a-z_]+(\\{[^}]*})? [-0-9.Ee]+"));
        assertThat(host.get("/metrics", "X-Forwarded-For", "127.0.0.1").statusCode())
                .isEqualTo(404);
    }

    @Test
    void withoutAKernelTheApiSaysThatItIsStarting() throws Exception {
        Bundle web = host.web();
        web.stop();
        assertThat(host.get("/health/live").statusCode()).isEqualTo(404);
        web.start();
        WebHost.await(() -> host.get("/health/live").statusCode() == 200);
        host.withdrawKernel();
        HttpResponse<String> answer = host.get("/api/v1/apps");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(host.get("/api/v1/openapi.json").statusCode()).isEqualTo(503);
        assertThat(host.get("/health/ready").body()).contains("the kernel is not running");
    }

    private static final class FakeStorage implements Storage {
        private volatile boolean healthy = true;

        @Override
        public Database open(String schema, Bundle bundle, Context context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Database openApart(String schema, Bundle bundle, Context context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void drop(String schema) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DataSource dataSource(String schema) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String seal(String plain, String place) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String unseal(String ciphertext, String place) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MasterKey masterKey() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean healthy() {
            if (!healthy) {
                throw new IllegalStateException("connection refused");
            }
            return true;
        }
    }

    private static final class FakeAuthority implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> team) {
            return Optional.empty();
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return false;
        }

        @Override
        public Reach reach(Principal principal, String kind) {
            return new Reach(false, Set.of());
        }

        @Override
        public AutoCloseable onRevoked(Consumer<Ref> listener) {
            return () -> {};
        }
    }
}
