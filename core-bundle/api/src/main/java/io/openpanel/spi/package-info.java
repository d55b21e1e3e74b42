/** What the bundles of the kernel, and those that take the place of one of its parts, say to each other. Not for plugins. */
@Export
@Version("1.0.0")
package io.openpanel.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
