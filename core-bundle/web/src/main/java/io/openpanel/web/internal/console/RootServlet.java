package io.openpanel.web.internal.console;

import io.openpanel.api.Problem;
import io.openpanel.web.internal.door.Doors;
import io.openpanel.web.internal.edge.Endpoint;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import io.openpanel.web.internal.edge.SecurityHeaders;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** Whatever nobody else takes: doors, the console's files, and its page for every address the console itself knows. */
@Component(service = Servlet.class)
@HttpWhiteboardServletPattern("/*")
public final class RootServlet extends Endpoint {
    private static final List<String> OTHERS = List.of("/api", "/ui", "/health", "/metrics");

    private final ConsoleBundles bundles;
    private final Doors doors;

    @Activate
    public RootServlet(@Reference ConsoleBundles bundles, @Reference Doors doors) {
        this.bundles = bundles;
        this.doors = doors;
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        if (doors.answer(request, response, path)) {
            return;
        }
        boolean reading =
                request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        if (!reading || OTHERS.stream().anyMatch(other -> isBelow(path, other))) {
            Problems.answer(request, response, Failure.unknownPath(path));
            return;
        }
        Shell shell = bundles.shell().orElseThrow(() -> new Problem(
                        Problem.Kind.UNAVAILABLE, "The console is starting or being updated; the API is at /api/v1")
                .retryAfter(Duration.ofSeconds(1)));
        String file = path.substring(1);
        boolean hashed = isBelow(path, "/assets");
        boolean kit = isBelow(path, Framing.KIT);
        boolean page = file.isEmpty() || file.equals("index.html");
        if (kit) {
            Framing.apply(response, path);
        }
        if (!page
                && shell.files()
                        .send(request, response, file, hashed ? Assets.Keeping.FOREVER : Assets.Keeping.CHECKED)) {
            return;
        }
        if (hashed || kit) {
            Problems.answer(request, response, Failure.unknownPath(path));
            return;
        }
        page(response, shell.page());
    }

    private static boolean isBelow(String path, String base) {
        return path.startsWith(base) && (path.length() == base.length() || path.charAt(base.length()) == '/');
    }

    private static void page(HttpServletResponse response, Shell.Page page) throws IOException {
        response.setContentType("text/html;charset=utf-8");
        response.setHeader(SecurityHeaders.POLICY, page.policy());
        response.setContentLength(page.html().length);
        response.getOutputStream().write(page.html());
    }
}
