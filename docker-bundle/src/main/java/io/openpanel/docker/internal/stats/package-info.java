/** What containers use: read from the kernel's files where the engine runs here, else asked of the engine. */
package io.openpanel.docker.internal.stats;
