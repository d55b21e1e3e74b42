/** Camel in a box: routes in YAML that bundles ship, wiring events to actions. */
@Plugin(id = "routes", title = "Routes")
package io.openpanel.routes;

import io.openpanel.api.Plugin;
