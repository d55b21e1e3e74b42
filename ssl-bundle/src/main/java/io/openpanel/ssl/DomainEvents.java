package io.openpanel.ssl;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import java.util.List;

/** What happens to domains. */
public final class DomainEvents {
    private DomainEvents() {}

    @Topic(value = "domain.created", summary = "An app got a domain")
    public record Created(@Param(kind = "domain") Ref domain, @Param(kind = "app") Ref app, String host) {}

    @Topic(value = "domain.deleted", summary = "An app lost a domain")
    public record Deleted(@Param(kind = "domain") Ref domain, @Param(kind = "app") Ref app, String host) {}

    @Topic(value = "domain.applied", summary = "Requests for an app's domains go to other containers from now on")
    public record Applied(@Param(kind = "app") Ref app, List<String> hosts, List<String> upstreams, long version) {}
}
