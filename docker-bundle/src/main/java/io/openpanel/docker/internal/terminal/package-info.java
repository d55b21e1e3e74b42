/** Terminals into containers. */
package io.openpanel.docker.internal.terminal;
