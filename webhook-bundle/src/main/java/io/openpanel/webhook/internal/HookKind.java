package io.openpanel.webhook.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the panel finds hooks. */
@Component(service = Resources.class)
public class HookKind implements Resources {
    private final Panel panel;

    /** A hook's row. */
    public record Found(String id, Ref app, String teamId) {}

    @Activate
    public HookKind(@Reference Panel panel) {
        this.panel = panel;
    }

    @Override
    public String kind() {
        return "hook";
    }

    @Override
    public String plural() {
        return "hooks";
    }

    @Override
    public Optional<Resource> find(String idOrPath) {
        return panel.database()
                .tx(tx -> tx.one(Found.class, "select id, app, team_id from hook where id = ?", idOrPath))
                .map(found -> new Resource(
                        new Ref("hook", found.id),
                        found.id,
                        Optional.of(found.app),
                        Optional.of(new Ref("team", found.teamId)),
                        "1"));
    }
}
