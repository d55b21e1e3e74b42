/** Runs Java programs in containers of their own that reach nothing. */
package io.openpanel.docker.internal.sandbox;
