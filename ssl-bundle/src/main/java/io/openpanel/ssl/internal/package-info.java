/** Rows, the way to the proxy, and the panel's certificate authority. */
package io.openpanel.ssl.internal;
