package io.openpanel.web.internal.docs;

import io.openpanel.spi.Catalogue;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.rest.Versions;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/v1/openapi.json}, made once for each version of the catalogue. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/openapi.json")
public final class OpenApiServlet extends Endpoint {
    private final KernelServices kernel;
    private final String release;
    private volatile Document document = new Document("", new byte[0]);

    private record Document(String version, byte[] json) {}

    @Activate
    public OpenApiServlet(BundleContext context, @Reference KernelServices kernel) {
        this.kernel = kernel;
        this.release = Optional.ofNullable(context.getProperty("openpanel.version"))
                .orElseGet(() -> context.getBundle().getVersion().toString());
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        Document current = current(kernel.catalogue());
        response.setHeader("ETag", Versions.tag(current.version));
        response.setHeader("Cache-Control", "no-cache");
        if (Versions.isKnown(request, current.version)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType("application/json");
        response.setContentLength(current.json.length);
        response.getOutputStream().write(current.json);
    }

    private Document current(Catalogue catalogue) {
        // Read before the operations: a change in between is caught by the next request.
        String version = catalogue.version();
        Document known = document;
        if (!known.version.equals(version)) {
            known = new Document(version, Json.bytes(OpenApi.of(catalogue.operations(), release)));
            document = known;
        }
        return known;
    }
}
