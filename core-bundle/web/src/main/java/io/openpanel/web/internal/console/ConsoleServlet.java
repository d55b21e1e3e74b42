package io.openpanel.web.internal.console;

import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.rest.Versions;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/v1/console}: pages, tabs, widgets and words of the plugins that run; open, there is nothing secret in it. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/v1/console")
public final class ConsoleServlet extends Endpoint {
    private final ConsoleBundles bundles;

    @Activate
    public ConsoleServlet(@Reference ConsoleBundles bundles) {
        this.bundles = bundles;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        ConsoleBundles.Listing listing = bundles.listing();
        response.setHeader("ETag", Versions.tag(listing.version()));
        response.setHeader("Cache-Control", "no-cache");
        if (Versions.isKnown(request, listing.version())) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType("application/json");
        response.setContentLength(listing.json().length);
        response.getOutputStream().write(listing.json());
    }
}
