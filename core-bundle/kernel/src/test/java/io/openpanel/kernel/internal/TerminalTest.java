package io.openpanel.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Duplex;
import io.openpanel.api.Extension;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

@ExtendWith(OpenPanelExtension.class)
@Tag("slow")
class TerminalTest {
    private static final Principal OWNER = TestPanel.local(Ref.create("team"));
    private static TestPanel panel;
    private static Bundle bundle;
    private static ServiceRegistration<Extension> registration;

    public record Opening(Optional<Integer> code) {}

    public static final class Lines implements Extension {
        static final AtomicInteger OPEN = new AtomicInteger();

        @Action(value = "line.open", summary = "Opens a line", effect = Effect.CHANGE)
        public Duplex open(Opening in) {
            OPEN.incrementAndGet();
            return new SilentTerminal() {
                @Override
                public OptionalInt exitCode() {
                    return in.code().map(OptionalInt::of).orElse(OptionalInt.empty());
                }

                @Override
                public void close() {
                    OPEN.decrementAndGet();
                }
            };
        }
    }

    @BeforeAll
    static void install(TestPanel started) {
        panel = started;
        bundle = panel.plugin("lines", List.of(), Map.of("OPENPANEL-INF/roles.yaml", "line.open: [owner]\n"));
        publish();
    }

    private static void publish() {
        registration = bundle.getBundleContext().registerService(Extension.class, new Lines(), null);
        panel.awaitActions("line.open", "audit.list");
    }

    private static Gateway.Reply.Terminal open(String json) {
        return (Gateway.Reply.Terminal) panel.call(OWNER, "line.open", json);
    }

    private static int rows(String text) {
        return panel.json(OWNER, "audit.list", "{\"action\":\"line.open\",\"limit\":500}")
                        .split(text, -1)
                        .length
                - 1;
    }

    @Test
    void theAuditHasItsOpeningWhileItIsOpenAndItsEndOnceItIsClosed() {
        int before = rows("exit code 9");
        Gateway.Reply.Terminal terminal = open("{\"code\":9}");
        assertThat(rows("exit code 9")).isEqualTo(before);
        terminal.duplex().close();
        terminal.duplex().close();
        assertThat(rows("Open for PT0S, exit code 9")).isEqualTo(before + 1);
    }

    @Test
    void onePersonHasSoManyAndNoMore() {
        int before = Lines.OPEN.get();
        List<Gateway.Reply.Terminal> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(open("{}"));
        }
        assertThatThrownBy(() -> open("{}")).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.kind())
                .isEqualTo(Problem.Kind.LIMITED));
        assertThat(Lines.OPEN).hasValue(before + 20);
        all.remove(0).duplex().close();
        all.add(open("{}"));
        all.forEach(each -> each.duplex().close());
        assertThat(Lines.OPEN).hasValue(before);
    }

    @Test
    void aPluginThatGoesTakesItsTerminalsWithIt() throws Exception {
        Gateway.Reply.Terminal terminal = open("{}");
        int before = Lines.OPEN.get();
        registration.unregister();
        Problem why = terminal.ended().toCompletableFuture().get(5, TimeUnit.SECONDS);
        assertThat(why.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
        assertThat(why).hasMessageStartingWith("moved");
        assertThat(Lines.OPEN).hasValue(before - 1);
        publish();
        assertThat(rows("ended by the panel: moved")).isEqualTo(1);
    }

    @Test
    void whoWouldBeRefusedIsToldBeforeAndNothingIsDone() {
        int before = Lines.OPEN.get();
        int noted = rows("line.open");
        Gateway gateway = panel.get(Gateway.class);
        assertThat(gateway.check(invocation(OWNER, "{\"code\":1}"))).isEqualTo(OWNER);
        assertThatThrownBy(() -> gateway.check(invocation(OWNER, "{\"cod\":1}")))
                .isInstanceOf(Problem.class);
        Principal nobody = new Principal(new Ref("anonymous", "x"), "", Optional.empty(), Optional.empty());
        assertThatThrownBy(() -> gateway.check(invocation(nobody, "{}"))).isInstanceOf(Problem.class);
        assertThat(Lines.OPEN).hasValue(before);
        assertThat(rows("line.open")).isEqualTo(noted);
    }

    private static Gateway.Invocation invocation(Principal caller, String json) {
        return new Gateway.Invocation(
                "line.open",
                json.getBytes(),
                new Gateway.Caller.Known(caller),
                "rest",
                "",
                "r",
                Optional.empty(),
                Optional.empty());
    }
}
