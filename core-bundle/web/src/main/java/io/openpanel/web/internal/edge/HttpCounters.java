package io.openpanel.web.internal.edge;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Component;

/** How many requests were answered, by class of status, and how long that took. */
@Component(service = HttpCounters.class)
public final class HttpCounters {
    private static final int CLASSES = 6;

    private final LongAdder[] answers = new LongAdder[CLASSES];
    private final LongAdder nanos = new LongAdder();

    public HttpCounters() {
        for (int i = 0; i < CLASSES; i++) {
            answers[i] = new LongAdder();
        }
    }

    void count(int status, long took) {
        answers[Math.min(CLASSES - 1, Math.max(0, status / 100))].increment();
        nanos.add(took);
    }

    /** Prometheus text. */
    public void print(StringBuilder out) {
        out.append("# HELP openpanel_http_requests_total Requests answered, by class of status\n")
                .append("# TYPE openpanel_http_requests_total counter\n");
        for (int i = 1; i < CLASSES; i++) {
            out.append("openpanel_http_requests_total{status=\"")
                    .append(i)
                    .append("xx\"} ")
                    .append(answers[i].sum())
                    .append('\n');
        }
        out.append("# HELP openpanel_http_seconds_total Time spent on requests\n")
                .append("# TYPE openpanel_http_seconds_total counter\nopenpanel_http_seconds_total ")
                .append(nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1))
                .append('\n');
    }
}
