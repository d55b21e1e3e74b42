package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** Looks at each connection of a clone before it is made: a redirect must not lead inside, nor take the token elsewhere. */
final class OwnHostOnly implements HttpConnectionFactory {
    private final HttpConnectionFactory connections = new JDKHttpConnectionFactory();
    private final Apps.Row app;
    private final URI own;

    OwnHostOnly(Apps.Row app) {
        this.app = app;
        this.own = URI.create(app.git().orElseThrow());
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        check(url);
        return connections.create(url);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        check(url);
        return connections.create(url, proxy);
    }

    private void check(URL url) {
        boolean sameHost = url.getHost().equalsIgnoreCase(own.getHost());
        boolean samePlace = sameHost
                && (port(url.getProtocol(), url.getPort()) == port(own.getScheme(), own.getPort())
                        || (own.getScheme().equals("http") && url.getProtocol().equals("https") && url.getPort() < 0));
        boolean downgraded =
                own.getScheme().equalsIgnoreCase("https") && !url.getProtocol().equals("https");
        if ((!samePlace || downgraded) && app.token().isPresent()) {
            throw new Problem(
                    Problem.Kind.INVALID,
                    "The repository has moved to " + url.getProtocol() + "://" + url.getHost()
                            + "; its token is not sent there, save the new address if it is right");
        }
        boolean allowed = app.privateSource() && samePlace;
        if (!allowed
                && new GitAddress(
                                url.toString(), url.getProtocol(), url.getHost().replaceAll("[\\[\\]]", ""))
                        .isPrivate()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The repository leads to " + url.getHost()
                            + ", a private address; an owner or admin must save that address to allow it");
        }
    }

    private static int port(String scheme, int port) {
        return port >= 0 ? port : scheme.equalsIgnoreCase("https") ? 443 : 80;
    }
}
