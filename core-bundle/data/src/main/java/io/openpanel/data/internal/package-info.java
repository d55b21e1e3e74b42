/** The server: how it is reached, what the panel needs in it, the schemas of the bundles, transactions. */
package io.openpanel.data.internal;
