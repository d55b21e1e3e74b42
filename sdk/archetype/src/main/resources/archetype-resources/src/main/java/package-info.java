/** Says hello. */
@Plugin(id = "${artifactId}", title = "${title}")
package ${package};

import io.openpanel.api.Plugin;
