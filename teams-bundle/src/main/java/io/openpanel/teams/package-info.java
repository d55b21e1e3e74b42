/** People, their sessions and keys, and what each may do. */
@Plugin(
        id = "teams",
        title = "Teams",
        uses = {"mail.account", "mail.invite", "mail.status", "project.list"})
package io.openpanel.teams;

import io.openpanel.api.Plugin;
