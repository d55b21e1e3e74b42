/** Everything a plugin compiles against. Only types of this package, of the JDK and of OSGi appear here. */
@Export
@Version("1.0.0")
@Capability(namespace = "openpanel.host", attribute = "api:Long=1")
package io.openpanel.api;

import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
