package io.openpanel.sso.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keeps the plugin's own books as the plugin itself, whoever calls: providers are of no team. */
@Component(service = Clerk.class)
public final class Clerk {
    private final Panel panel;

    @Activate
    public Clerk(@Reference Panel panel) {
        this.panel = panel;
    }

    /** One transaction. */
    public <T> T tx(Function<Database.Tx, T> work) {
        return panel.asItself(() -> panel.database().allTeams(work));
    }
}
