/** Projects, apps, their variables, and deployments that never take the former version down before the new one works. */
@Plugin(
        id = "deploy",
        title = "Deployments",
        uses = {"image.*", "container.*", "network.*", "domain.*", "engine.get", "job.cancel", "job.get"})
package io.openpanel.deploy;

import io.openpanel.api.Plugin;
