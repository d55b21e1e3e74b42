package io.openpanel.web.internal.terminal;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.websocket.server.JettyWebSocketServerContainer;
import org.eclipse.jetty.util.FutureCallback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.WebSocketContainer;
import org.eclipse.jetty.websocket.common.JettyWebSocketFrameHandlerFactory;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.server.WebSocketMappings;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/**
 * From HTTP to WebSocket. As {@code JettyWebSocketServlet} does it, but with a factory of our own: the server's keeps
 * each class it was ever given, and so the class loader of every version of this bundle.
 */
final class Upgrade {
    static final int LARGEST_FRAME = 64 * 1024;
    private static final int LARGEST_TEXT = 4 * 1024;

    private final ServletContextRequest request;
    private final WebSocketMappings mappings;
    private final WebSocketContainer container;

    private Upgrade(ServletContextRequest request) {
        ServletContextHandler context = request.getServletContext().getServletContextHandler();
        this.request = request;
        this.mappings = new WebSocketMappings(WebSocketServerComponents.getWebSocketComponents(context));
        this.container = JettyWebSocketServerContainer.getContainer(context.getServletContext());
    }

    static Upgrade of(HttpServletRequest request) {
        return new Upgrade(ServletContextRequest.getServletContextRequest(request));
    }

    boolean isWanted() {
        return mappings.getHandshaker().isWebSocketUpgradeRequest(request);
    }

    /** Hands the connection over; false where the request is no proper one. */
    boolean accept(Session.Listener socket, String protocol) throws IOException {
        JettyWebSocketFrameHandlerFactory handlers =
                new JettyWebSocketFrameHandlerFactory(container, mappings.getWebSocketComponents());
        WebSocketNegotiator negotiator = WebSocketNegotiator.from(
                (asked, answer, callback) -> {
                    // Not compressed: what is typed and printed may be secret beside what is not.
                    answer.setExtensions(List.of());
                    answer.setAcceptedSubProtocol(protocol);
                    return socket;
                },
                (listener, asked, answer) -> handlers.newJettyFrameHandler(listener),
                Upgrade::limit);
        FutureCallback done = new FutureCallback();
        if (!mappings.upgrade(negotiator, request, request.getServletContextResponse(), done, null)) {
            return false;
        }
        done.block();
        return true;
    }

    private static void limit(Configuration of) {
        of.setMaxFrameSize(LARGEST_FRAME);
        of.setMaxBinaryMessageSize(LARGEST_FRAME);
        of.setMaxTextMessageSize(LARGEST_TEXT);
        // Silence is watched by the pings.
        of.setIdleTimeout(Duration.ZERO);
    }
}
