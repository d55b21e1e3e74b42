/** The program in which a plugin that nobody trusts runs, apart from the panel. */
package io.openpanel.isolate;
