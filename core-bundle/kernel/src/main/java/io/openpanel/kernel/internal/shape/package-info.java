/** The one reading of a Java type that its JSON, its schema and its validation all come from. */
package io.openpanel.kernel.internal.shape;
