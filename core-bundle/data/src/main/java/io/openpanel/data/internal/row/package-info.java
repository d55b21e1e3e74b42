/** Records and values to rows, arguments and jsonb, and back. */
package io.openpanel.data.internal.row;
