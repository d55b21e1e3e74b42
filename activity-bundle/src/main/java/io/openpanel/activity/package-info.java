/** What happens in a team, what people say about it, and who is told. */
@Plugin(
        id = "activity",
        title = "Activity",
        uses = {
            "app.*",
            "deployment.*",
            "domain.*",
            "git.pushed",
            "grant.*",
            "invitation.*",
            "member.*",
            "profile.get",
            "project.*",
            "role.*",
            "team.*"
        })
package io.openpanel.activity;

import io.openpanel.api.Plugin;
