package io.openpanel.kernel.internal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Duplex;
import io.openpanel.api.Extension;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.SilentTerminal;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** Somebody opens something that stays open, and loses the right to it before it is. */
@ExtendWith(OpenPanelExtension.class)
class RevokedMeanwhileTest {
    private static final Ref SESSION = Ref.create("session");
    private static final Principal PERSON =
            new Principal(Ref.create("user"), "Ana", Optional.of(Ref.create("team")), Optional.of(SESSION));
    private static final String ROLES = "tap.open: [owner]\ntap.watch: [owner]\n";

    private final TestPanel panel;
    private final Person person = new Person();
    private ServiceRegistration<Authority> authority;

    RevokedMeanwhileTest(TestPanel panel) {
        this.panel = panel;
    }

    public record Drop(int number) {}

    private static final class Person implements Authority {
        volatile boolean signedIn = true;
        volatile boolean allowed = true;
        volatile Consumer<Ref> revoked = any -> {};

        void signOut() {
            signedIn = false;
            revoked.accept(SESSION);
        }

        void loseRole() {
            allowed = false;
            revoked.accept(PERSON.ref());
        }

        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> team) {
            return signedIn ? Optional.of(PERSON) : Optional.empty();
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return allowed;
        }

        @Override
        public Reach reach(Principal principal, String kind) {
            return new Reach(true, Set.of());
        }

        @Override
        public AutoCloseable onRevoked(Consumer<Ref> listener) {
            revoked = listener;
            return () -> {};
        }
    }

    public static final class Taps implements Extension {
        volatile Runnable meanwhile = () -> {};

        @Action(value = "tap.open", summary = "Opens a tap", effect = Effect.CHANGE)
        public Duplex open() {
            meanwhile.run();
            return new SilentTerminal();
        }

        @Action(value = "tap.watch", summary = "Watches a tap", effect = Effect.READ)
        public Flow.Publisher<Drop> watch() {
            meanwhile.run();
            return new SubmissionPublisher<>();
        }
    }

    private final Taps taps = new Taps();

    @BeforeEach
    void install() {
        Bundle bundle = panel.plugin("taps", List.of(), Map.of("OPENPANEL-INF/roles.yaml", ROLES));
        bundle.getBundleContext().registerService(Extension.class, taps, null);
        authority = panel.context().registerService(Authority.class, person, null);
        panel.awaitActions("tap.open", "tap.watch");
    }

    @AfterEach
    void remove() throws Exception {
        authority.unregister();
        for (Bundle each : panel.context().getBundles()) {
            if (each.getSymbolicName() != null && each.getSymbolicName().endsWith("taps")) {
                each.uninstall();
            }
        }
    }

    private Gateway.Reply call(String action) {
        return panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        "{}".getBytes(StandardCharsets.UTF_8),
                        new Gateway.Caller.Bearer("token", Optional.empty()),
                        "rest",
                        "203.0.113.7",
                        "r",
                        Optional.empty(),
                        Optional.empty()));
    }

    private Problem endOfTerminal() throws Exception {
        return ((Gateway.Reply.Terminal) call("tap.open"))
                .ended()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private Throwable endOfStream() throws Exception {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        ((Gateway.Reply.Streaming) call("tap.watch")).items().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(1);
            }

            @Override
            public void onNext(Gateway.Item item) {
                // None comes.
            }

            @Override
            public void onError(Throwable problem) {
                end.complete(problem);
            }

            @Override
            public void onComplete() {
                end.complete(null);
            }
        });
        return end.get(10, TimeUnit.SECONDS);
    }

    private static Problem.Kind kind(Throwable problem) {
        return ((Problem) problem).kind();
    }

    @Test
    void aTerminalThatWasBeingOpenedEndsWithTheSession() throws Exception {
        taps.meanwhile = person::signOut;
        assertThat(kind(endOfTerminal())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aTerminalThatWasBeingOpenedEndsWithTheRole() throws Exception {
        taps.meanwhile = person::loseRole;
        assertThat(kind(endOfTerminal())).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aStreamThatWasBeingOpenedEndsWithTheSession() throws Exception {
        taps.meanwhile = person::signOut;
        assertThat(kind(endOfStream())).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aStreamThatWasBeingOpenedEndsWithTheRole() throws Exception {
        taps.meanwhile = person::loseRole;
        assertThat(kind(endOfStream())).isEqualTo(Problem.Kind.DENIED);
    }
}
