package io.openpanel.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.UpgradeProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.client.transport.internal.HttpConnectionOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/** The client towards the apps: pooled connections, nothing followed, decoded, remembered or added. */
final class Upstreams {
    /** Shorter than the keep-alive of the usual application servers, so that they seldom close on a request. */
    private static final Duration POOLED_IDLE = Duration.ofSeconds(4);

    private static final int CONNECTIONS_EACH = 8192;
    private static final int HEAD_BYTES = 32 * 1024;

    private final Set<Pooled> connections = ConcurrentHashMap.newKeySet();
    private final HttpClient client;

    Upstreams(Server server, EventLoop loop) {
        client = new HttpClient(new Transport(loop));
        client.setExecutor(server.getThreadPool());
        client.setScheduler(server.getScheduler());
        client.setByteBufferPool(server.getByteBufferPool());
        client.setConnectTimeout(loop.getConnectTimeout().toMillis());
        client.setIdleTimeout(loop.getIdleTimeout().toMillis());
        client.setDestinationIdleTimeout(Duration.ofMinutes(1).toMillis());
        client.setMaxConnectionsPerDestination(CONNECTIONS_EACH);
        client.setMaxRequestsQueuedPerDestination(CONNECTIONS_EACH);
        client.setMaxRequestHeadersSize(HEAD_BYTES);
        client.setMaxResponseHeadersSize(HEAD_BYTES);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setDefaultRequestContentType(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setSocketAddressResolver(new Numeric());
    }

    HttpClient client() {
        return client;
    }

    /** Takes away what a started client would still do by itself. */
    void makePlain() {
        client.getContentDecoderFactories().clear();
        client.getProtocolHandlers().clear();
        client.getProtocolHandlers().put(new AnyInterim());
        client.getProtocolHandlers().put(new AnyUpgrade());
    }

    /**
     * Closes connections that nothing was sent on for a while. A time-out for each connection would have to be moved at
     * each request, which costs more than the request.
     */
    void sweep() {
        connections.forEach(Pooled::closeWhenUnused);
    }

    /** 100, 102, 103 and what may come: read over, the answer follows. */
    private static final class AnyInterim extends ProcessingProtocolHandler {
        @Override
        public boolean accept(Request request, Response response) {
            return HttpStatus.isInterim(response.getStatus());
        }
    }

    private static final class AnyUpgrade extends UpgradeProtocolHandler {
        @Override
        protected boolean acceptHeaders(Request request, Response response) {
            return true;
        }
    }

    /** The addresses are numbers: nothing to ask a name server. */
    private static final class Numeric implements SocketAddressResolver {
        @Override
        public void resolve(String host, int port, Promise<List<InetSocketAddress>> promise) {
            promise.succeeded(List.of(new InetSocketAddress(host, port)));
        }
    }

    /** Answers are handled on the thread that reads them, since nothing in an {@link Exchange} blocks. */
    private final class Transport extends HttpClientTransportOverHTTP {
        Transport(ClientConnector connector) {
            super(connector);
        }

        /**
         * A destination counts as idle since for ever until it was asked for twice, so that the client's sweep could stop
         * it under its first request.
         */
        @Override
        public Destination newDestination(Origin origin) {
            HttpDestination destination = (HttpDestination) super.newDestination(origin);
            destination.stale();
            return destination;
        }

        @Override
        public Connection newConnection(EndPoint endPoint, Map<String, Object> context) {
            return new Pooled(endPoint, context);
        }
    }

    /** A connection to an upstream. */
    private final class Pooled extends HttpConnectionOverHTTP {
        Pooled(EndPoint endPoint, Map<String, Object> context) {
            super(endPoint, context);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        @Override
        public void onOpen() {
            connections.add(this);
            super.onOpen();
        }

        @Override
        public void onClose(Throwable cause) {
            connections.remove(this);
            super.onClose(cause);
        }

        /** The time-out's own guard keeps a request that is just being sent from losing its connection. */
        void closeWhenUnused() {
            if (getHttpChannel().getHttpExchange() == null && onIdleTimeout(2 * POOLED_IDLE.toMillis())) {
                close();
            }
        }
    }
}
