/** Domains of apps, the proxy that serves them, and the certificate of the panel itself. */
@Plugin(
        id = "ssl",
        title = "Domains",
        uses = {"app.get", "app.list", "project.get", "container.list"})
package io.openpanel.ssl;

import io.openpanel.api.Plugin;
