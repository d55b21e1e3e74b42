package io.openpanel.kernel.internal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.ServiceRegistration;

/** Who tries what they may not stands in the trail, where owners see it. */
@ExtendWith(OpenPanelExtension.class)
class RefusalsAreWrittenTest {
    private final TestPanel panel;
    private final Ref team = Ref.create("team");
    private ServiceRegistration<Authority> authority;

    RefusalsAreWrittenTest(TestPanel panel) {
        this.panel = panel;
    }

    /** Everybody may look at plugins, and nothing else. */
    private final class OnlyLooking implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> wanted) {
            return Optional.of(new Principal(Ref.parse(token), token, Optional.of(team), Optional.empty()));
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return operation.id().equals("plugin.get");
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

    @BeforeEach
    void open() {
        panel.awaitActions("plugin.purge", "audit.list", "audit.verify");
        authority = panel.context().registerService(Authority.class, new OnlyLooking(), null);
    }

    @AfterEach
    void close() {
        authority.unregister();
    }

    private Problem.Kind tried(String who, String action, String input) {
        Gateway.Caller caller =
                who.isEmpty() ? new Gateway.Caller.Anonymous() : new Gateway.Caller.Bearer(who, Optional.empty());
        return catchThrowableOfType(Problem.class, () -> panel.get(Gateway.class)
                        .call(new Gateway.Invocation(
                                action,
                                input.getBytes(StandardCharsets.UTF_8),
                                caller,
                                "rest",
                                "192.0.2.7",
                                "test",
                                Optional.empty(),
                                Optional.empty())))
                .kind();
    }

    private List<Map<String, String>> written() {
        List<Map<String, String>> rows = new ArrayList<>();
        JsonNode listed =
                Json.parse(panel.json(TestPanel.local(team), "audit.list", "{}").getBytes(StandardCharsets.UTF_8));
        listed.path("items")
                .forEach(row -> rows.add(Map.of(
                        "who", row.path("caller").asText(),
                        "action", row.path("action").asText(),
                        "about", row.path("resources").path(0).asText(""),
                        "from", row.path("address").asText(),
                        "outcome", row.path("outcome").asText())));
        return rows;
    }

    private static Map<String, String> denied(String who, String action, String about) {
        return Map.of("who", who, "action", action, "about", about, "from", "192.0.2.7", "outcome", "denied");
    }

    @Test
    void aReadAndAChangeThatAreRefusedAreWrittenWithWhoAndFromWhere() {
        assertThat(tried("user:ana", "audit.list", "{}")).isEqualTo(Problem.Kind.DENIED);
        assertThat(tried("user:ana", "plugin.purge", "{\"plugin\":\"kernel\",\"confirm\":\"kernel\"}"))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(written())
                .containsExactly(
                        denied("user:ana", "plugin.purge", "plugin:kernel"), denied("user:ana", "audit.list", ""));
    }

    @Test
    void theSameAttemptIsWrittenOnceAMinuteAndAnothersAtOnce() {
        for (int i = 0; i < 20; i++) {
            tried("user:bia", "audit.verify", "{}");
        }
        tried("user:caio", "audit.verify", "{}");
        assertThat(written())
                .containsExactly(denied("user:caio", "audit.verify", ""), denied("user:bia", "audit.verify", ""));
    }

    @Test
    void whoNamesWhatIsNotThereOrIsNobodyFillsNoTable() {
        assertThat(tried("user:ana", "plugin.purge", "{\"plugin\":\"none\"}")).isEqualTo(Problem.Kind.MISSING);
        assertThat(tried("", "audit.verify", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(written()).isEmpty();
    }
}
