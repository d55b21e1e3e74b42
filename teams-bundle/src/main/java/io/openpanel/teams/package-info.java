/** People, their sessions and keys, and what each may do. */
@Plugin(
        id = "teams",
        title = "Teams",
        uses = {"mail.invite", "project.list"})
package io.openpanel.teams;

import io.openpanel.api.Plugin;
