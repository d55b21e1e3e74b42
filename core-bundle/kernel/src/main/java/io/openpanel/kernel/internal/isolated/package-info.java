/** The panel's side of plugins that run in a process of their own. Whatever they send is somebody else's word. */
package io.openpanel.kernel.internal.isolated;
