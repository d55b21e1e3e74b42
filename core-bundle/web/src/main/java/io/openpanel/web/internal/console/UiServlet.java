package io.openpanel.web.internal.console;

import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** {@code /ui/<plugin>/<digest>/<file>}: the modules and framed pages of a plugin. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/ui/*")
public final class UiServlet extends Endpoint {
    private static final int PARTS = 5;

    private final ConsoleBundles bundles;

    @Activate
    public UiServlet(@Reference ConsoleBundles bundles) {
        this.bundles = bundles;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!takes(request, response, "GET", "HEAD")) {
            return;
        }
        String path = request.getRequestURI();
        Framing.apply(response, path);
        String[] parts = path.split("/", PARTS);
        Optional<ConsolePlugin> plugin =
                parts.length == PARTS && parts[1].equals("ui") ? bundles.plugin(parts[2]) : Optional.empty();
        if (plugin.isPresent() && plugin.get().isolated()) {
            // The browser keeps these files for ever: not what the frame was given for the panel, nor the refusal
            response.addHeader("Vary", "Sec-Fetch-Site, Sec-Fetch-Dest");
        }
        if (plugin.isEmpty()
                || !plugin.get().digest().equals(parts[3])
                || plugin.get().isolated() && Framing.isForThePanel(request)
                || !plugin.get().files().send(request, response, parts[4], Assets.Keeping.FOREVER)) {
            Problems.answer(request, response, Failure.unknownPath(path));
        }
    }
}
