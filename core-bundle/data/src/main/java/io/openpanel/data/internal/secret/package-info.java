/** How texts are sealed: a data key for each team, wrapped by the key in the panel's home. */
package io.openpanel.data.internal.secret;
