package io.openpanel.proxy;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;

/** An HTTP/1 connection from a client that may neither send its head for ever nor do nothing for ever. */
final class GuardedConnection extends HttpConnection {
    /** How long the head of a request may take, however its bytes are spread; looked at once a second, so 30 s at most. */
    static final long HEAD_NANOS = TimeUnit.SECONDS.toNanos(28);
    /** How long a connection may wait for its next request. */
    static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(75);

    private volatile long waitingSince = System.nanoTime();
    private volatile long headSince;
    private volatile boolean inHead;
    // Set by a method that the super constructor calls, so it must not have an initialiser.
    private RequestHandler requests;

    private GuardedConnection(HttpConfiguration configuration, Connector connector, EndPoint endPoint) {
        super(configuration, connector, endPoint);
    }

    @Override
    protected RequestHandler newRequestHandler() {
        requests = super.newRequestHandler();
        return requests;
    }

    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
        HttpParser parser = new StrictParser(requests, getHttpConfiguration().getRequestHeaderSize());
        parser.setHeaderCacheSize(getHttpConfiguration().getHeaderCacheSize());
        return parser;
    }

    /** Called about once a second; cuts the connection where its time is up. */
    boolean cutWhenSlow(long now) {
        HttpParser.State state = getParser().getState();
        boolean head = state != HttpParser.State.START && state.ordinal() < HttpParser.State.CONTENT.ordinal();
        boolean waiting = state == HttpParser.State.START && getHttpChannel().getRequest() == null;
        if (head && !inHead) {
            headSince = now;
        }
        inHead = head;
        if (!head && !waiting) {
            waitingSince = now;
        }
        boolean slow = head && now - headSince > HEAD_NANOS || waiting && now - waitingSince > KEEP_ALIVE_NANOS;
        if (slow) {
            getEndPoint().close();
        }
        return slow;
    }

    /** Makes them. */
    static final class Factory extends HttpConnectionFactory {
        Factory(HttpConfiguration configuration) {
            super(configuration);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            GuardedConnection connection = new GuardedConnection(getHttpConfiguration(), connector, endPoint);
            connection.setUseInputDirectByteBuffers(isUseInputDirectByteBuffers());
            connection.setUseOutputDirectByteBuffers(isUseOutputDirectByteBuffers());
            return configure(connection, connector, endPoint);
        }
    }
}
