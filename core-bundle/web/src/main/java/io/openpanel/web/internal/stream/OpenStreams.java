package io.openpanel.web.internal.stream;

import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The streams that clients read. */
@Component(service = OpenStreams.class)
public final class OpenStreams {
    private static final int MOST = 5_000;
    private static final int LARGEST_BUDGET = 1 << 20;
    private static final int LEAST_BUDGET = 16 << 10;
    /** What all of them may hold back together, so that many readers who stop reading do not fill the heap. */
    private static final int ALL_BUDGETS = 32 << 20;

    private static final long ONE_REST_MILLIS = 0;
    private static final long MANY_REST_MILLIS = 250;
    private static final byte[] EVENT_PING = Framing.ascii(": ping\n\n");
    private static final byte[] LINE_PING = Framing.ascii("\n");

    private final Pool pool = new Pool();
    private final Set<Consumer<End>> enders = ConcurrentHashMap.newKeySet();

    /** Sends one action's items, as events where the client asks for them, else as lines. */
    public void open(HttpServletRequest request, HttpServletResponse response, Flow.Publisher<Gateway.Item> items)
            throws IOException {
        String accept = request.getHeader("Accept");
        boolean events = accept != null && accept.contains("text/event-stream");
        Outlet outlet = outlet(request, response, events, ONE_REST_MILLIS);
        Intake intake = new Intake(events ? new Framing.Events() : new Framing.Lines(), budget(1), outlet);
        Consumer<End> ender = intake::finish;
        enders.add(ender);
        outlet.start(new OneStream(events, intake, () -> enders.remove(ender)));
        subscribe(items, intake);
    }

    /** How many bytes one of several topics of a stream may hold back. */
    int budget(int topics) {
        int stream = Math.min(LARGEST_BUDGET, ALL_BUDGETS / (enders.size() + 1));
        return Math.max(LEAST_BUDGET, stream / topics);
    }

    Outlet outletForMany(HttpServletRequest request, HttpServletResponse response) throws IOException {
        return outlet(request, response, true, MANY_REST_MILLIS);
    }

    private Outlet outlet(HttpServletRequest request, HttpServletResponse response, boolean events, long rest)
            throws IOException {
        if (enders.size() >= MOST) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "There are " + MOST + " open streams, the most there may be")
                    .retryAfter(Duration.ofSeconds(5));
        }
        response.setContentType(events ? "text/event-stream" : "application/x-ndjson");
        response.setCharacterEncoding("UTF-8");
        // Proxies that buffer would hold back the first items.
        response.setHeader("X-Accel-Buffering", "no");
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(0);
        response.flushBuffer();
        return new Outlet(async, response.getOutputStream(), pool, events ? EVENT_PING : LINE_PING, rest);
    }

    Consumer<End> register(Consumer<End> ender) {
        enders.add(ender);
        return ender;
    }

    void unregister(Consumer<End> ender) {
        enders.remove(ender);
    }

    void run(Runnable work) {
        pool.run(work);
    }

    static void subscribe(Flow.Publisher<Gateway.Item> items, Intake intake) {
        try {
            items.subscribe(intake);
        } catch (RuntimeException e) {
            intake.finish(End.of(e));
        }
    }

    /** Tells every client to come back: the kernel goes, or this bundle does. */
    public void endAll() {
        Set.copyOf(enders).forEach(ender -> ender.accept(End.MOVED));
    }

    /** How many there are. */
    public int count() {
        return enders.size();
    }

    @Deactivate
    void deactivate() {
        endAll();
        pool.close();
    }
}
