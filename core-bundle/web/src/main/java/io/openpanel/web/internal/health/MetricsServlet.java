package io.openpanel.web.internal.health;

import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.HttpCounters;
import io.openpanel.web.internal.edge.Problems;
import io.openpanel.web.internal.stream.OpenStreams;
import io.openpanel.web.internal.terminal.OpenTerminals;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /metrics} in Prometheus text, for programs on this machine; whoever has more to tell publishes a supplier. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/metrics")
public final class MetricsServlet extends Endpoint {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsServlet.class);

    private final HttpCounters counters;
    private final OpenStreams streams;
    private final OpenTerminals terminals;
    private final Set<Supplier<?>> others = new CopyOnWriteArraySet<>();

    @Activate
    public MetricsServlet(
            @Reference HttpCounters counters, @Reference OpenStreams streams, @Reference OpenTerminals terminals) {
        this.counters = counters;
        this.streams = streams;
        this.terminals = terminals;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!Client.of(request).isLocal() || !request.getRequestURI().equals("/metrics")) {
            Problems.answer(request, response, Failure.unknownPath(request.getRequestURI()));
            return;
        }
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        StringBuilder text = new StringBuilder(8192);
        JvmMetrics.print(text);
        counters.print(text);
        text.append(
                        "# HELP openpanel_streams Streams that clients read\n# TYPE openpanel_streams gauge\nopenpanel_streams ")
                .append(streams.count())
                .append(
                        "\n# HELP openpanel_terminals Terminals that clients have open\n# TYPE openpanel_terminals gauge\n")
                .append("openpanel_terminals ")
                .append(terminals.count())
                .append('\n');
        others.forEach(other -> append(text, other));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        response.setContentType("text/plain;version=0.0.4;charset=utf-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void append(StringBuilder text, Supplier<?> other) {
        try {
            String more = String.valueOf(other.get());
            text.append(more);
            if (!more.endsWith("\n")) {
                text.append('\n');
            }
        } catch (RuntimeException e) {
            LOG.warn("A supplier of metrics failed", e);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            target = "(openpanel.metrics=true)")
    void bindOther(Supplier<?> supplier) {
        others.add(supplier);
    }

    void unbindOther(Supplier<?> supplier) {
        others.remove(supplier);
    }
}
