/**
 * The built-in reverse proxy: a process of its own, fed by one file on disk, so that apps stay reachable while the panel
 * is stopped, updated or killed. It reads its folder and nothing else.
 */
package io.openpanel.proxy;
