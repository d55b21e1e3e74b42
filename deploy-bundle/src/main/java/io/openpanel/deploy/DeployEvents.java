package io.openpanel.deploy;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;

/** What happens to projects and apps. */
public final class DeployEvents {
    private DeployEvents() {}

    @Topic(value = "deployment.started", summary = "A deployment has begun")
    public record Started(@Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app) {}

    @Topic(value = "deployment.finished", summary = "A deployment serves its app's requests")
    public record Finished(@Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app, String address) {}

    @Topic(value = "deployment.failed", summary = "A deployment failed or was cancelled; the former one serves on")
    public record Failed(@Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app, String reason) {}

    @Topic(value = "app.created", summary = "An app was made")
    public record AppCreated(@Param(kind = "app") Ref app, String name) {}

    @Topic(value = "app.deleted", summary = "An app was deleted")
    public record AppDeleted(@Param(kind = "app") Ref app, String name) {}

    @Topic(value = "project.created", summary = "A project was made")
    public record ProjectCreated(@Param(kind = "project") Ref project, String name) {}

    @Topic(value = "project.deleted", summary = "A project was deleted")
    public record ProjectDeleted(@Param(kind = "project") Ref project, String name) {}
}
