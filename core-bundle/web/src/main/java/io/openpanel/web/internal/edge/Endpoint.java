package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A servlet whose failures are told as problem+json, and whose methods are what it says they are. */
public abstract class Endpoint extends HttpServlet {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

    /** Answers one request; may throw {@link Problem}. */
    protected abstract void answer(HttpServletRequest request, HttpServletResponse response) throws IOException;

    /** A bug that is already in the log under the request's id. */
    public static final class Reported extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Reported(RuntimeException bug) {
            super(bug);
        }
    }

    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            answer(request, response);
        } catch (Problem problem) {
            Problems.answer(request, response, problem);
        } catch (Body.Incomplete e) {
            response.setHeader("Connection", "close");
            Problems.answer(request, response, Failure.incomplete());
        } catch (Reported e) {
            Problems.answer(request, response, Failure.internal());
        } catch (RuntimeException bug) {
            LOG.error(
                    "{} {} failed, request {}",
                    request.getMethod(),
                    request.getRequestURI(),
                    RequestId.of(request),
                    bug);
            Problems.answer(request, response, Failure.internal());
        } catch (IOException e) {
            LOG.debug("Request {} broke off: {}", RequestId.of(request), e.toString());
            if (!response.isCommitted()) {
                Problems.answer(request, response, Failure.internal());
            }
        }
    }

    /** Whether the method is one of those; answers 405 where it is not. */
    protected static boolean takes(HttpServletRequest request, HttpServletResponse response, String... methods)
            throws IOException {
        if (List.of(methods).contains(request.getMethod())) {
            return true;
        }
        refuseMethod(request, response, String.join(", ", methods));
        return false;
    }

    protected static void refuseMethod(HttpServletRequest request, HttpServletResponse response, String allowed)
            throws IOException {
        response.setHeader("Allow", allowed);
        Problems.answer(request, response, Failure.wrongMethod(request.getMethod(), request.getRequestURI(), allowed));
    }
}
