/** Making images from source trees, and fetching them. */
package io.openpanel.docker.internal.build;
