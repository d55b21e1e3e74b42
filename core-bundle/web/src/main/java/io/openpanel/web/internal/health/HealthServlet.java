package io.openpanel.web.internal.health;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Storage;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /health/live}: the process answers. {@code /health/ready}: it can do its work, or what is missing. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/health/*")
public final class HealthServlet extends Endpoint {
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(250);

    private final KernelServices kernel;
    private volatile Checked checked;

    private record Checked(long at, List<String> missing) {}

    @Activate
    public HealthServlet(@Reference KernelServices kernel) {
        this.kernel = kernel;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        if (!path.equals("/health/live") && !path.equals("/health/ready")) {
            Problems.answer(request, response, Failure.unknownPath(path));
            return;
        }
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        if (path.endsWith("live")) {
            send(response, Json.object().put("status", "live"));
            return;
        }
        List<String> missing = missing();
        ObjectNode json = Json.object().put("status", missing.isEmpty() ? "ready" : "starting");
        if (!missing.isEmpty()) {
            missing.forEach(json.putArray("missing")::add);
            response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            response.setHeader("Retry-After", "1");
        }
        send(response, json);
    }

    /** Asked anew at most four times a second: the question goes to the database. */
    private List<String> missing() {
        Checked last = checked;
        if (last == null || System.nanoTime() - last.at > FRESH) {
            last = new Checked(System.nanoTime(), check());
            checked = last;
        }
        return last.missing;
    }

    private List<String> check() {
        List<String> missing = new ArrayList<>();
        if (!kernel.findStorage().map(HealthServlet::isHealthy).orElse(false)) {
            missing.add(
                    kernel.findStorage().isPresent() ? "the database does not answer" : "the database is not open yet");
        }
        if (kernel.findGateway().isEmpty()) {
            missing.add("the kernel is not running");
        }
        if (kernel.findAuthority().isEmpty()) {
            missing.add("the plugin that knows people and their rights is not running");
        }
        if (kernel.findCatalogue()
                .map(catalogue -> catalogue.operations().isEmpty())
                .orElse(true)) {
            missing.add("there is no action in the catalogue");
        }
        kernel.findCatalogue()
                .map(Catalogue::pending)
                .filter(pending -> !pending.isEmpty())
                .ifPresent(pending -> missing.add("plugins still start: " + String.join(", ", pending)));
        return missing;
    }

    private static boolean isHealthy(Storage storage) {
        try {
            return storage.healthy();
        } catch (RuntimeException e) {
            return false;
        }
    }

    private static void send(HttpServletResponse response, ObjectNode json) throws IOException {
        byte[] body = Json.bytes(json);
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
