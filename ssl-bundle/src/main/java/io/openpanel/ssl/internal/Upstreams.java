package io.openpanel.ssl.internal;

import io.openpanel.api.Problem;
import java.util.List;

/** Reads addresses of containers. */
public final class Upstreams {
    private static final int MOST = 64;

    private Upstreams() {}

    /** @throws Problem {@code INVALID} for anything but {@code ip:port} of something that is not this machine */
    public static List<String> check(List<String> upstreams) {
        if (upstreams.size() > MOST) {
            throw Problem.invalid("upstreams", "An app has at most " + MOST + " upstreams");
        }
        upstreams.forEach(Upstreams::check);
        return upstreams.stream().distinct().toList();
    }

    static String ip(String upstream) {
        return upstream.substring(0, upstream.lastIndexOf(':'));
    }

    private static void check(String upstream) {
        String octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
        if (!upstream.matches("(" + octet + "\\.){3}" + octet + ":[1-9]\\d{0,4}")
                || Integer.parseInt(upstream.substring(upstream.lastIndexOf(':') + 1)) > 65_535) {
            throw Problem.invalid(
                    "upstreams", "'" + upstream + "' is not an address and a port, such as 10.201.0.2:8080");
        }
        if (upstream.matches("(127|0|169\\.254|22[4-9]|2[3-5]\\d)\\..*")) {
            throw Problem.invalid("upstreams", upstream + " is not the address of a container");
        }
    }
}
