/** What people do with the key behind the stored secrets. */
package io.openpanel.kernel.internal.encryption;
