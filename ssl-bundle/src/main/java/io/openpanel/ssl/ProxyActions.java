package io.openpanel.ssl;

import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.ssl.internal.Routing;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The proxy as the panel sees it. */
@Component(service = Extension.class)
public class ProxyActions implements Extension {
    private final Proxy proxy;
    private final Routing routing;

    /** Whether requests reach the apps as the panel wants. */
    public enum State {
        SERVING,
        BEHIND,
        DOWN
    }

    /**
     * @param version of the configuration it was given
     * @param applied of the configuration it serves
     */
    public record Status(State state, long version, long applied, Optional<String> reason) {}

    @Activate
    public ProxyActions(@Reference Proxy proxy, @Reference Routing routing) {
        this.proxy = proxy;
        this.routing = routing;
    }

    @Action(value = "proxy.get", summary = "Shows whether the proxy runs and what it serves", effect = READ)
    public Status get() {
        Proxy.State now = proxy.state();
        State state = !now.running() ? State.DOWN : now.applied() < now.given() ? State.BEHIND : State.SERVING;
        return new Status(state, now.given(), now.applied(), now.trouble());
    }

    /** What a crash between two steps, or a hand in the proxy's folder, left different from the tables. */
    @Every("PT1M")
    public void reconcile() {
        routing.reconcile();
    }

    @Every("PT6H")
    public void renew() {
        routing.renew();
    }
}
