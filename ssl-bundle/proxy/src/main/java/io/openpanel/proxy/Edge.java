package io.openpanel.proxy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Takes each request to the upstream of its host, or answers why it cannot. */
final class Edge extends Handler.Abstract.NonBlocking {
    /** The connector in front of the panel; the others are in front of the apps. */
    static final String PANEL = "panel";

    private final Routes routes;
    private final Log log;

    Edge(Routes routes, Log log) {
        this.routes = routes;
        this.log = log;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (HttpMethod.CONNECT.is(request.getMethod())) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            Pages.write(request, response, callback, HttpStatus.NOT_IMPLEMENTED_501, "This is not a forward proxy.");
            return true;
        }
        String asked = request.getHttpURI().getPathQuery();
        String target = asked == null || asked.isEmpty() ? "/" : wire(asked);
        if (target == null) {
            Pages.write(request, response, callback, HttpStatus.BAD_REQUEST_400, "The address cannot be read.");
            return true;
        }
        Supplier<Routes.Target> route = route(request);
        Routes.Target found = route.get();
        if (found == null) {
            unknown(request, response, callback);
            return true;
        }
        Upstream upstream = found.next(null);
        if (upstream == null) {
            unavailable(request, response, callback, found);
            return true;
        }
        new Exchange(request, response, callback, route, target, log).send(found, upstream);
        return true;
    }

    static void unavailable(Request request, Response response, Callback callback, Routes.Target target) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, 5);
        Pages.write(
                request,
                response,
                callback,
                HttpStatus.SERVICE_UNAVAILABLE_503,
                "The app at " + target.name() + " is not running. Try again in a moment.");
    }

    private Supplier<Routes.Target> route(Request request) {
        if (PANEL.equals(request.getConnectionMetaData().getConnector().getName())) {
            return routes::panel;
        }
        HttpURI uri = request.getHttpURI();
        String host = uri.getHost() == null ? "" : uri.getHost();
        return () -> routes.host(host);
    }

    private static void unknown(Request request, Response response, Callback callback) {
        String host = request.getHttpURI().getHost();
        Pages.write(
                request,
                response,
                callback,
                HttpStatus.NOT_FOUND_404,
                host == null || host.isEmpty()
                        ? "The request names no host."
                        : "No app on this server answers to " + host + ".");
    }

    /**
     * A target as it may stand in a request line; null where a space or control character, which HTTP/2 can carry, would
     * start something else there. Bytes above ASCII, which Jetty has read as UTF-8, are written as they must be.
     */
    private static String wire(String target) {
        boolean ascii = true;
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                return null;
            }
            ascii &= c < 0x7f;
        }
        return ascii ? target : encode(target);
    }

    private static String encode(String target) {
        StringBuilder encoded = new StringBuilder();
        for (byte each : target.getBytes(StandardCharsets.UTF_8)) {
            if (each >= 0) {
                encoded.append((char) each);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
            }
        }
        return encoded.toString();
    }
}
