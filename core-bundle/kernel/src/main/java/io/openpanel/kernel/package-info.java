/** The kernel: the catalogue of actions, the gateway to them, jobs, events, audit and plugins. */
@Plugin(id = "kernel", title = "Kernel")
package io.openpanel.kernel;

import io.openpanel.api.Plugin;
