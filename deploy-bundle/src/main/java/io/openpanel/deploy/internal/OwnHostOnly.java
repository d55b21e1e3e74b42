package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;

/**
 * Looks at each connection of a clone before it is made: a redirect must not lead inside, nor take the token elsewhere. A
 * server that sends a byte now and then does not hold the clone up for ever.
 */
final class OwnHostOnly implements HttpConnectionFactory {
    private final Apps.Row app;
    private final CloneProgress progress;
    private final URI own;
    private volatile HttpURLConnection last;

    OwnHostOnly(Apps.Row app, CloneProgress progress) {
        this.progress = progress;
        this.app = app;
        this.own = URI.create(GitAddress.parse(app.git().orElseThrow()).url());
    }

    /** Has a transport go by these connections. */
    void use(Transport transport) {
        ((TransportHttp) transport).setHttpConnectionFactory(this);
    }

    /** Ends what is read from now, in whichever thread. */
    void end() {
        HttpURLConnection open = last;
        if (open != null) {
            open.disconnect();
        }
    }

    /** The same address, whose connection is known here: JGit's own cannot be closed while it is waited for. */
    private URL known(URL url) throws IOException {
        return new URL(null, url.toString(), new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL asked) throws IOException {
                return openConnection(asked, Proxy.NO_PROXY);
            }

            @Override
            protected URLConnection openConnection(URL asked, Proxy proxy) throws IOException {
                last = (HttpURLConnection) url.openConnection(proxy);
                return last;
            }
        });
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        check(url);
        return new Limited(url, Proxy.NO_PROXY);
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        check(url);
        return new Limited(url, proxy);
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
                    "The repository has moved to " + url.getProtocol() + "://" + url.getAuthority()
                            + "; its token is not sent there, save the new address if it is right");
        }
        boolean allowed = app.privateSource() && samePlace;
        if (!allowed
                && new GitAddress(
                                url.toString(), url.getProtocol(), url.getHost().replaceAll("[\\[\\]]", ""))
                        .isPrivate()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The repository leads to " + url.getAuthority()
                            + ", a private address; an owner or admin must save that address to allow it");
        }
    }

    private static int port(String scheme, int port) {
        return port >= 0 ? port : scheme.equalsIgnoreCase("https") ? 443 : 80;
    }

    private final class Limited extends JDKHttpConnection {
        Limited(URL url, Proxy proxy) throws IOException {
            super(known(url), proxy);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    progress.checkTime();
                    return super.read();
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    progress.checkTime();
                    return super.read(bytes, offset, length);
                }
            };
        }
    }
}
