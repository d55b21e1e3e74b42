/** {@code openpanel dev}: what changes in a plugin's folder is live in the panel a moment later. */
package io.openpanel.dev;
