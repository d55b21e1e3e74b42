package io.openpanel.web.internal.stream;

import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Body;
import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.Credentials;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.RequestId;
import io.openpanel.web.internal.rest.LiveRoutes;
import io.openpanel.web.internal.rest.RestServlet;
import io.openpanel.web.internal.rest.Route;
import io.openpanel.web.internal.rest.Routes;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code POST /api/v1/stream}: everything one browser tab watches, over one connection. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/stream")
@HttpWhiteboardServletAsyncSupported
public final class StreamServlet extends Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(StreamServlet.class);

    private final KernelServices kernel;
    private final LiveRoutes routes;
    private final OpenStreams streams;

    @Activate
    public StreamServlet(
            @Reference KernelServices kernel, @Reference LiveRoutes routes, @Reference OpenStreams streams) {
        this.kernel = kernel;
        this.routes = routes;
        this.streams = streams;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "POST")) {
            return;
        }
        Gateway gateway = kernel.gateway();
        Routes current = routes.now();
        Gateway.Caller caller = Credentials.of(request);
        if (caller instanceof Gateway.Caller.Bearer
                && gateway.authenticate(caller).isEmpty()) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "The token is not valid or has expired; sign in again");
        }
        List<TopicRequest> topics = TopicRequest.read(Json.read(Body.read(request, RestServlet.MOST_BODY)));
        Call call = new Call(gateway, current, caller, Client.of(request).address(), RequestId.of(request));
        Outlet outlet = streams.outletForMany(request, response);
        open(call, topics, outlet);
    }

    private void open(Call call, List<TopicRequest> topics, Outlet outlet) {
        List<Consumer<End>> enders = new ArrayList<>(1);
        ManyStreams many = new ManyStreams(() -> enders.forEach(streams::unregister));
        int budget = streams.budget(topics.size());
        List<Intake> intakes = new ArrayList<>(topics.size());
        for (TopicRequest topic : topics) {
            boolean numbered =
                    call.routes.action(topic.action()).map(Route::isNumbered).orElse(false);
            Intake intake = new Intake(new Framing.Members(numbered), budget, outlet);
            many.add(topic.key(), intake);
            intakes.add(intake);
        }
        enders.add(streams.register(many::finish));
        outlet.start(many);
        for (int i = 0; i < intakes.size(); i++) {
            Intake intake = intakes.get(i);
            TopicRequest topic = topics.get(i);
            // Each by itself, so that one that hangs does not hold up the others.
            streams.run(() -> call.open(topic, intake));
        }
    }

    private record Call(Gateway gateway, Routes routes, Gateway.Caller caller, String address, String request) {
        void open(TopicRequest topic, Intake intake) {
            try {
                Route route = routes.action(topic.action())
                        .orElseThrow(() -> new Problem(
                                Problem.Kind.UNAVAILABLE,
                                "There is no action '" + topic.action() + "' now; its plugin may be stopped"));
                if (route.operation().form() != Operation.Form.STREAM) {
                    throw new Problem(Problem.Kind.INVALID, topic.action() + " is no stream; call it by itself");
                }
                Gateway.Reply reply = gateway.call(new Gateway.Invocation(
                        topic.action(),
                        topic.input(route.input().has("after")),
                        caller,
                        "rest",
                        address,
                        request,
                        Optional.empty(),
                        Optional.empty()));
                OpenStreams.subscribe(((Gateway.Reply.Streaming) reply).items(), intake);
                intake.flows();
            } catch (Problem problem) {
                intake.finish(End.of(problem));
            } catch (RuntimeException bug) {
                LOG.debug("The stream {} of request {} failed: {}", topic.action(), request, bug.toString());
                intake.finish(End.of(bug));
            }
        }
    }
}
