/** People, their sessions and keys, and what each may do. */
@Plugin(id = "teams", title = "Teams")
package io.openpanel.teams;

import io.openpanel.api.Plugin;
