package io.openpanel.web.internal.door;

import io.openpanel.api.Problem;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.Problems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/** Refuses addresses from which the panel may not be used: its pages, signing in, calls and streams. */
@Component
public final class AddressGate implements Preprocessor {
    /** What watches over the panel asks these; the last answers programs on the machine only. */
    private static final Set<String> FOR_ALL = Set.of("/health/live", "/health/ready", "/metrics");

    private final KernelServices kernel;
    private final Doors doors;

    @Activate
    public AddressGate(@Reference KernelServices kernel, @Reference Doors doors) {
        this.kernel = kernel;
        this.doors = doors;
    }

    @Override
    public void init(FilterConfig config) {
        // It has no settings.
    }

    @Override
    public void destroy() {
        // It holds nothing.
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        Optional<Problem> refusal = kernel.findGateway()
                .flatMap(gateway -> gateway.refusal(Client.of(http).address()))
                .filter(any -> !FOR_ALL.contains(http.getRequestURI()) && !doors.isOpen(http.getRequestURI()));
        if (refusal.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            Problems.answer(http, (HttpServletResponse) response, refusal.get());
        }
    }
}
