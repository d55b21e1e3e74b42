package io.openpanel.ssl;

import java.util.List;

/**
 * All that a proxy serves, of all teams.
 *
 * @param version grows with each change
 */
public record Configuration(long version, List<Route> routes) {
    /**
     * One host.
     *
     * @param app {@code app:…}
     * @param upstreams {@code ip:port}; empty while the app is not running
     * @param tls whether the host is served with a certificate too
     */
    public record Route(String host, String app, List<String> upstreams, boolean tls) {}
}
