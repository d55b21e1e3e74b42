/** People who sign in with an account elsewhere. */
@Plugin(id = "sso", title = "Single sign-on")
package io.openpanel.sso;

import io.openpanel.api.Plugin;
