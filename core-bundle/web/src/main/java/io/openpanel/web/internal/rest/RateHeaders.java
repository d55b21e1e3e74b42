package io.openpanel.web.internal.rest;

import io.openpanel.spi.Gateway;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Tells the client what its limits leave: {@code RateLimit-Policy} and {@code RateLimit} as of
 * draft-ietf-httpapi-ratelimit-headers-10, each a list with one item for each limit.
 */
final class RateHeaders implements Consumer<Gateway.Allowance> {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final HttpServletResponse response;
    private String policies = "";
    private String states = "";

    RateHeaders(HttpServletResponse response) {
        this.response = response;
    }

    @Override
    public void accept(Gateway.Allowance allowance) {
        String comma = policies.isEmpty() ? "" : ", ";
        policies += comma + '"' + allowance.limit() + "\";q=" + allowance.quota() + ";w="
                + allowance.window().toSeconds();
        states += comma + '"' + allowance.limit() + "\";r=" + allowance.left() + ";t="
                + (allowance.reset().toNanos() + SECOND - 1) / SECOND;
        response.setHeader("RateLimit-Policy", policies);
        response.setHeader("RateLimit", states);
    }
}
