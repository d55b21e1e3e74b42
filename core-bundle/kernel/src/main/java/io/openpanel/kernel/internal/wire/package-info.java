/** How the panel and a plugin in another process talk: questions and answers both ways over one socket. */
package io.openpanel.kernel.internal.wire;
