package io.openpanel.deploy;

import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.deploy.internal.Allowances;
import io.openpanel.deploy.internal.Apps;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Apps by id or {@code project/app}. */
@Component(service = Resources.class)
public final class AppResources implements Resources {
    private final Apps apps;
    private final Allowances allowances;

    @Activate
    public AppResources(@Reference Apps apps, @Reference Allowances allowances) {
        this.apps = apps;
        this.allowances = allowances;
    }

    @Override
    public String kind() {
        return "app";
    }

    @Override
    public String plural() {
        return "apps";
    }

    @Override
    public Optional<Resource> find(String idOrPath) {
        return apps.find(idOrPath)
                .map(row -> new Resource(
                        row.ref(),
                        row.name(),
                        Optional.of(new Ref("project", row.projectId())),
                        Optional.of(new Ref("team", row.teamId())),
                        String.valueOf(row.version())));
    }

    @Override
    public List<Quota> quotas() {
        return allowances.ofApps();
    }
}
