package io.openpanel.web.internal.terminal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.Credentials;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code GET /api/v1/terminals}, upgraded to WebSocket: one terminal for whoever holds a ticket for it. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern(TerminalServlet.PATH)
@HttpWhiteboardServletAsyncSupported
public final class TerminalServlet extends Endpoint {
    public static final String PATH = "/api/v1/terminals";
    private static final String PROTOCOL = "openpanel.terminal";
    /** In front of the ticket, which goes as a second protocol: that header is in no log and no history. */
    private static final String TICKET = "ticket.";

    private final KernelServices kernel;
    private final OpenTerminals terminals;

    @Activate
    public TerminalServlet(@Reference KernelServices kernel, @Reference OpenTerminals terminals) {
        this.kernel = kernel;
        this.terminals = terminals;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "GET")) {
            return;
        }
        Upgrade upgrade = Upgrade.of(request);
        if (!upgrade.isWanted()) {
            response.setHeader("Upgrade", "websocket");
            Problems.answer(request, response, Failure.upgradeRequired(request.getRequestURI()));
            return;
        }
        requireOwnSite(request);
        Gateway gateway = kernel.gateway();
        Tickets.Held held = held(request, gateway);
        TerminalSocket socket = new TerminalSocket(terminals, gateway, held.call());
        if (!upgrade.accept(socket, PROTOCOL)) {
            throw new Problem(Problem.Kind.INVALID, "This is no proper WebSocket handshake");
        }
    }

    /** Browsers say where a page is from, and let any page open a WebSocket to anywhere. */
    private static void requireOwnSite(HttpServletRequest request) {
        String own = (Client.of(request).secure() ? "https://" : "http://") + request.getHeader("Host");
        if (!own.equalsIgnoreCase(request.getHeader("Origin"))) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "This page is from another site; open the panel itself. Programs send the panel's own address as Origin");
        }
    }

    private Tickets.Held held(HttpServletRequest request, Gateway gateway) {
        Optional<Tickets.Held> held = protocols(request)
                .filter(each -> each.startsWith(TICKET))
                .findFirst()
                .map(each -> each.substring(TICKET.length()))
                .flatMap(terminals.tickets()::spend);
        Gateway.Caller caller = Credentials.of(request);
        if (caller instanceof Gateway.Caller.Bearer && held.isPresent()) {
            Optional<Principal> other = gateway.authenticate(caller);
            held = held.filter(each -> other.filter(each::isOf).isPresent());
        }
        boolean speaks = protocols(request).anyMatch(PROTOCOL::equals);
        return held.filter(each -> speaks)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UNAUTHENTICATED,
                        "The ticket is not good, or not any more: each opens one terminal within "
                                + Tickets.LIFE.toSeconds()
                                + " s, for whoever asked for it. Send the protocols " + PROTOCOL + " and " + TICKET
                                + "<ticket>"));
    }

    private static Stream<String> protocols(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Sec-WebSocket-Protocol")).stream()
                .flatMap(header -> Stream.of(header.split(",")))
                .map(String::trim);
    }
}
