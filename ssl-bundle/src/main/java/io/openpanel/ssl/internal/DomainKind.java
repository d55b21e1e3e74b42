package io.openpanel.ssl.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the panel finds domains. */
@Component(service = Resources.class)
public class DomainKind implements Resources {
    private final Panel panel;

    public record Found(String id, String host, Ref app, String teamId) {}

    /** A count. */
    public record Count(long number) {}

    @Activate
    public DomainKind(@Reference Panel panel) {
        this.panel = panel;
    }

    @Override
    public String kind() {
        return "domain";
    }

    @Override
    public String plural() {
        return "domains";
    }

    /** A host is a name of its own: no path of names leads to it. */
    @Override
    public Optional<Resource> find(String idOrHost) {
        return panel.database()
                .tx(tx -> tx.one(
                        Found.class,
                        "select id, host, app, team_id from domain where id = ? or host = ? limit 1",
                        idOrHost,
                        HostName.kept(idOrHost)))
                .map(found -> new Resource(
                        new Ref("domain", found.id),
                        found.host,
                        Optional.of(found.app),
                        Optional.of(new Ref("team", found.teamId)),
                        "1"));
    }

    /** The addresses that the panel makes up cost nobody anything. */
    @Override
    public List<Quota> quotas() {
        return List.of(Quota.count(
                "domains",
                "domains that were added to apps",
                () -> panel.database()
                        .tx(tx -> tx.one(Count.class, "select count(*) as number from domain where not generated"))
                        .orElseThrow()
                        .number(),
                "domain.create"));
    }
}
