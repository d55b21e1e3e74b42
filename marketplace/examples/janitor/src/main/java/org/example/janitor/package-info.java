/** Clears away containers that ended and that nothing needs any more. */
@Plugin(
        id = "janitor",
        title = "Janitor",
        uses = {"container.delete", "container.list", "deployment.get"})
package org.example.janitor;

import io.openpanel.api.Plugin;
