package io.openpanel.web.internal.docs;

import io.openpanel.web.internal.console.Assets;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import io.openpanel.web.internal.edge.SecurityHeaders;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /api/docs}: the explorer, from this bundle's own files. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/api/docs/*")
public final class DocsServlet extends Endpoint {
    private static final String BASE = "/api/docs";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    + "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Assets assets;

    @Activate
    public DocsServlet(BundleContext context) {
        this.assets = new Assets(context.getBundle(), "OPENPANEL-INF/docs/");
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        String path = request.getRequestURI();
        if (path.equals(BASE + '/')) {
            response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
            response.setHeader("Location", BASE);
            return;
        }
        String file = path.equals(BASE) ? "index.html" : path.substring(path.lastIndexOf('/') + 1);
        boolean own = path.equals(BASE) || path.equals(BASE + '/' + file);
        response.setHeader(SecurityHeaders.POLICY, POLICY);
        if (!own || !assets.send(request, response, file, Assets.Keeping.CHECKED)) {
            Problems.answer(request, response, Failure.unknownPath(path));
        }
    }
}
