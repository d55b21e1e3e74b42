/** What containers print, as streams that wait for their reader. */
package io.openpanel.docker.internal.logs;
