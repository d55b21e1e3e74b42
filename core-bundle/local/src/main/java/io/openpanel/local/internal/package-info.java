/** The repair door: a socket that only the owner of the machine can open, for when nobody can sign in. */
package io.openpanel.local.internal;
