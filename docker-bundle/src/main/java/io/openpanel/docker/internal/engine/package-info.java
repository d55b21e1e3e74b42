/** The engine: finding it, calling it without ever hanging, and keeping its containers in mind. */
package io.openpanel.docker.internal.engine;
