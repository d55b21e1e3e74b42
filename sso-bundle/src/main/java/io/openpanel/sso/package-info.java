/** People who sign in with an account elsewhere. */
@Plugin(
        id = "sso",
        title = "Single sign-on",
        uses = {
            "api-key.create",
            "api-key.delete",
            "api-key.list",
            "api-key.rotate",
            "member.list",
            "member.remove",
            "role.create",
            "role.list",
            "role.update",
            "service-account.create",
            "team.deleted"
        })
package io.openpanel.sso;

import io.openpanel.api.Plugin;
