package io.openpanel.web.internal.door;

import io.openpanel.api.Door;
import io.openpanel.web.internal.edge.CamelNames;
import io.openpanel.web.internal.edge.Client;
import io.openpanel.web.internal.edge.OwnProxy;
import io.openpanel.web.internal.edge.TooLarge;
import io.openpanel.web.internal.rest.Query;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request as a door gets it. */
final class Requests {
    static final long MOST_BODY = 25L << 20;

    private Requests() {}

    static Door.Request of(HttpServletRequest request, String path) throws IOException {
        if (request.getContentLengthLong() > MOST_BODY) {
            throw new TooLarge(MOST_BODY);
        }
        Client client = Client.of(request);
        return new Door.Request(
                request.getMethod(),
                path,
                Query.first(request.getQueryString()),
                headers(request),
                client.address(),
                client.secure(),
                new LimitedStream(request.getInputStream(), request.getContentLengthLong(), MOST_BODY));
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        Map<String, List<String>> headers = new HashMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            if (!CamelNames.has(name) && !OwnProxy.isMark(name)) {
                headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), any -> new ArrayList<>(1))
                        .addAll(Collections.list(request.getHeaders(name)));
            }
        }
        return headers;
    }
}
