package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import java.time.Duration;
import java.util.Optional;

/** A plugin's door as the web uses it: it runs as its plugin, and stays where it is while the plugin is exchanged. */
final class LiveDoor implements Door {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String path;
    private final String plugin;
    private final Turnstile turnstile;
    private final Calls calls;
    private volatile Door door;

    LiveDoor(Door door, String plugin, Turnstile turnstile, Calls calls) {
        this.path = door.path();
        this.door = door;
        this.plugin = plugin;
        this.turnstile = turnstile;
        this.calls = calls;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public boolean open() {
        Door behind = door;
        return behind != null && behind.open();
    }

    String plugin() {
        return plugin;
    }

    boolean isOf(Door candidate) {
        return door == candidate;
    }

    /** Lets another answer from now on; null for nobody. */
    void leadTo(Door next) {
        door = next;
    }

    @Override
    public Reply handle(Request request) {
        if (!turnstile.enter(PATIENCE)) {
            throw exchanged();
        }
        try {
            Door behind = door;
            if (behind == null) {
                throw exchanged();
            }
            return calls.as(InnerCalls.asPlugin(plugin, Optional.empty(), "door"), () -> behind.handle(request));
        } finally {
            turnstile.leave();
        }
    }

    private Problem exchanged() {
        return new Problem(
                        Problem.Kind.UNAVAILABLE, "The plugin " + plugin + " is being updated; try again in a moment")
                .retryAfter(Duration.ofSeconds(1));
    }
}
