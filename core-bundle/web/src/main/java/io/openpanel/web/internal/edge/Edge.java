package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.Preprocessor;

/** Stands before everything: names the request, sets what every answer carries, refuses ambiguous paths. */
@Component(property = "service.ranking:Integer=" + Integer.MAX_VALUE)
public final class Edge implements Preprocessor {
    private final HttpCounters counters;

    @Activate
    public Edge(@Reference HttpCounters counters) {
        this.counters = counters;
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
        HttpServletResponse answer = (HttpServletResponse) response;
        long begin = System.nanoTime();
        answer.setHeader(RequestId.HEADER, RequestId.give(request));
        SecurityHeaders.set(answer);
        String flaw = RawPath.flaw(http.getRequestURI());
        if (flaw.isEmpty()) {
            chain.doFilter(request, response);
        } else {
            Problems.answer(http, answer, new Problem(Problem.Kind.INVALID, flaw));
        }
        counters.count(answer.getStatus(), System.nanoTime() - begin);
    }
}
