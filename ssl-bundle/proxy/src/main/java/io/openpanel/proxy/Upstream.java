package io.openpanel.proxy;

import java.net.InetSocketAddress;
import java.net.URI;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpFields;

/** One address of an app, with its pool of connections. */
final class Upstream {
    private final HttpClient client;
    private final InetSocketAddress address;
    private final Origin origin;
    private final URI uri;

    Upstream(HttpClient client, InetSocketAddress address) {
        this.client = client;
        this.address = address;
        String host = address.getAddress().getHostAddress();
        this.origin = new Origin(
                "http",
                new Origin.Address(host, address.getPort()),
                null,
                HttpClientTransportOverHTTP.HTTP11,
                org.eclipse.jetty.io.Transport.TCP_IP);
        this.uri = URI.create(
                "http://" + (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + address.getPort() + '/');
    }

    InetSocketAddress address() {
        return address;
    }

    /** A request with exactly this method and target, neither parsed nor made nicer. */
    Request newRequest(String method, String target, HttpFields head) {
        Verbatim request = new Verbatim(client, uri, method, target);
        request.headers(fields -> fields.add(head));
        return request;
    }

    void send(Request request, Response.CompleteListener listener) {
        client.resolveDestination(origin).send(request, listener);
    }

    private static final class Verbatim extends HttpRequest {
        private final String method;
        private final String target;

        Verbatim(HttpClient client, URI uri, String method, String target) {
            super(client, new HttpConversation(), uri);
            this.method = method;
            this.target = target;
        }

        @Override
        public String getMethod() {
            return method;
        }

        @Override
        public String getPath() {
            return target;
        }

        @Override
        public String getQuery() {
            return null;
        }

        /** Only cookie and authentication stores want it, which a proxy has not. */
        @Override
        public URI getURI() {
            return null;
        }
    }
}
