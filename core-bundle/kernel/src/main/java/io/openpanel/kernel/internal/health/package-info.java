/** How the components of a plugin are, wherever they run. */
package io.openpanel.kernel.internal.health;
