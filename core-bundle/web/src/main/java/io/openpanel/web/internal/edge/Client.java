package io.openpanel.web.internal.edge;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Who is at the other end. The panel listens on loopback only; what the built-in proxy says of its client is believed
 * because the proxy writes those headers afresh. Another program there may say that it was spoken to over HTTPS, which
 * is to its own harm alone, but not for whom.
 *
 * @param secure whether the client spoke HTTPS
 * @param direct whether no proxy stands between
 */
public record Client(String address, boolean secure, boolean direct) {
    public static Client of(HttpServletRequest request) {
        String peer = request.getRemoteAddr();
        String forwarded = request.getHeader("X-Forwarded-For");
        if (forwarded == null || !isLoopback(peer)) {
            return new Client(peer, request.isSecure(), forwarded == null);
        }
        return new Client(
                OwnProxy.sent(request) ? last(forwarded) : peer,
                "https".equals(last(request.getHeader("X-Forwarded-Proto"))),
                false);
    }

    /** Whether it is a program on the machine itself, talking to the panel without a proxy. */
    public boolean isLocal() {
        return direct && isLoopback(address);
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.")
                || address.equals("::1")
                || address.equals("0:0:0:0:0:0:0:1")
                || address.equals("[::1]")
                || address.equals("[0:0:0:0:0:0:0:1]");
    }

    private static String last(String list) {
        return list == null ? "" : list.substring(list.lastIndexOf(',') + 1).trim();
    }
}
