/** Routes of plugins that nobody trusts: read by an allow-list, and made of nothing else than what is in it. */
package io.openpanel.routes.internal.strict;
