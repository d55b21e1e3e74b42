package io.openpanel.web.internal.edge;

import jakarta.servlet.ServletRequest;
import java.util.concurrent.ThreadLocalRandom;

/** Names a request, so that a person can find it in the log. */
public final class RequestId {
    static final String HEADER = "OpenPanel-Request";
    private static final String ATTRIBUTE = "openpanel.request";
    private static final char[] CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
    private static final int HALF = 8;

    private RequestId() {}

    /** The name given to a request. */
    public static String of(ServletRequest request) {
        Object id = request.getAttribute(ATTRIBUTE);
        return id == null ? give(request) : (String) id;
    }

    static String give(ServletRequest request) {
        String id = next();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    /** 16 characters; unique, not secret. */
    private static String next() {
        char[] id = new char[2 * HALF];
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int half = 0; half < 2; half++) {
            long bits = random.nextLong();
            for (int i = 0; i < HALF; i++) {
                id[half * HALF + i] = CROCKFORD[(int) (bits >>> (5 * i)) & 31];
            }
        }
        return new String(id);
    }
}
