package io.openpanel.web.internal.rest;

import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Body;
import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.Credentials;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import io.openpanel.web.internal.edge.RequestId;
import io.openpanel.web.internal.stream.OpenStreams;
import io.openpanel.web.internal.terminal.TicketDesk;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** Every action at its place below {@code /api/v1}. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/*")
@HttpWhiteboardServletAsyncSupported
public final class RestServlet extends Endpoint {
    public static final int MOST_BODY = 1 << 20;
    private static final String BASE = "/api/v1/";

    private final KernelServices kernel;
    private final LiveRoutes routes;
    private final Answers answers;
    private final TicketDesk desk;

    @Activate
    public RestServlet(
            @Reference KernelServices kernel,
            @Reference LiveRoutes routes,
            @Reference OpenStreams streams,
            @Reference TicketDesk desk) {
        this.kernel = kernel;
        this.routes = routes;
        this.desk = desk;
        this.answers = new Answers(streams);
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        Routes current = routes.now();
        String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
        Routes.Match match = path.startsWith(BASE) ? current.find(method, path, BASE.length()) : null;
        if (match == null) {
            refuse(request, response, path, current);
            return;
        }
        if (request.getMethod().equals("HEAD") && match.route().operation().form() == Operation.Form.STREAM) {
            refuseMethod(request, response, "GET");
            return;
        }
        byte[] body = Body.read(request, MOST_BODY);
        if (!isJson(request, body)) {
            Problems.answer(request, response, Failure.wrongType(request.getContentType()));
            return;
        }
        if (body.length > 0 && !match.route().takesBody()) {
            throw Problem.invalid("body", request.getMethod() + " takes no body; send the input as query parameters");
        }
        Gateway.Invocation invocation = invocation(request, match, body);
        RateHeaders rates = new RateHeaders(response);
        if (match.route().operation().form() == Operation.Form.DUPLEX) {
            Answers.json(response, reported(() -> desk.ticket(invocation, rates)));
            return;
        }
        answers.give(request, response, match.route(), reported(() -> kernel.gateway()
                .call(invocation, rates)));
    }

    private static Gateway.Invocation invocation(HttpServletRequest request, Routes.Match match, byte[] body) {
        Operation operation = match.route().operation();
        byte[] input = Inputs.of(match, request.getQueryString(), resumeAfter(request, match.route()), body);
        String agent = request.getHeader("User-Agent");
        return new Gateway.Invocation(
                operation.id(),
                input,
                Credentials.of(request),
                agent != null && agent.startsWith("openpanel-cli") ? "cli" : "rest",
                Client.of(request).address(),
                RequestId.of(request),
                Versions.idempotencyKey(request),
                Versions.ifMatch(request));
    }

    private static <T> T reported(Supplier<T> call) {
        try {
            return call.get();
        } catch (Problem problem) {
            throw problem;
        } catch (RuntimeException bug) {
            throw new Reported(bug);
        }
    }

    private static Map<String, String> resumeAfter(HttpServletRequest request, Route route) {
        String last = route.operation().form() == Operation.Form.STREAM ? request.getHeader("Last-Event-ID") : null;
        return last != null && !last.isEmpty() && route.input().has("after") ? Map.of("after", last) : Map.of();
    }

    /** An empty body may be of no type; one that says it is JSON must be. */
    private static boolean isJson(HttpServletRequest request, byte[] body) {
        String type = request.getContentType();
        if (type == null) {
            return body.length == 0;
        }
        int semicolon = type.indexOf(';');
        String media = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        boolean json = media.equalsIgnoreCase("application/json")
                || media.regionMatches(true, 0, "application/", 0, 12)
                        && media.regionMatches(true, media.length() - 5, "+json", 0, 5);
        String charset = request.getCharacterEncoding();
        if (json
                && body.length == 0
                && !request.getMethod().equals("GET")
                && !request.getMethod().equals("HEAD")) {
            throw Problem.invalid("body", "The body is empty; send {} or leave Content-Type out");
        }
        return body.length == 0 || json && (charset == null || charset.equalsIgnoreCase("utf-8"));
    }

    private static void refuse(HttpServletRequest request, HttpServletResponse response, String path, Routes routes)
            throws IOException {
        Set<String> methods = path.startsWith(BASE) ? routes.methods(path, BASE.length()) : Set.of();
        if (methods.isEmpty()) {
            Problems.answer(request, response, Failure.unknownPath(path));
            return;
        }
        refuseMethod(request, response, String.join(", ", methods));
    }
}
