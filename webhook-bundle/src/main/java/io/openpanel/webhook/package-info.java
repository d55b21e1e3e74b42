/** What Git hosts and other programs tell the panel. */
@Plugin(
        id = "webhook",
        title = "Webhooks",
        uses = {"app.get", "deployment.start"})
package io.openpanel.webhook;

import io.openpanel.api.Plugin;
