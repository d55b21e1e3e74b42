/** The panel's own networks on the engine, and the addresses in them. */
package io.openpanel.docker.internal.network;
