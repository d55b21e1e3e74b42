/** What the bundle's actions share. */
package io.openpanel.docker.internal;
