package io.openpanel.routes.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.time.InstantSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Remembers which routes somebody switched off. */
@Component(service = RouteSwitches.class)
public final class RouteSwitches {
    private final Panel panel;
    private final InstantSource clock;

    @Activate
    public RouteSwitches(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    public record Row(boolean enabled) {}

    /** Read by the bundle itself when a route is loaded. */
    boolean isEnabled(String route) {
        return panel.database()
                .allTeams(tx -> tx.one(Row.class, "select enabled from route_switch where id = ?", route))
                .map(Row::enabled)
                .orElse(true);
    }

    /** Called in an action, as its caller. */
    void set(String route, boolean enabled, Ref by) {
        panel.database()
                .tx(tx -> tx.update(
                        """
                insert into route_switch (id, enabled, changed_by, changed_at) values (?, ?, ?, ?)
                on conflict (id) do update set enabled = excluded.enabled, changed_by = excluded.changed_by,
                    changed_at = excluded.changed_at
                """,
                        route,
                        enabled,
                        by,
                        clock.instant()));
    }
}
