/** Making containers. */
package io.openpanel.docker.internal.run;
