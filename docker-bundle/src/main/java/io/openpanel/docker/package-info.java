/** Containers and images of a Docker engine. */
@Plugin(id = "docker", title = "Containers")
package io.openpanel.docker;

import io.openpanel.api.Plugin;
