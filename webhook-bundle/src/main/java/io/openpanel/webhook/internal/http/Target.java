package io.openpanel.webhook.internal.http;

import io.openpanel.api.PrivateAddress;
import io.openpanel.api.Problem;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a request goes. The path may let in whoever knows it, so it is told to nobody; the host may be told.
 *
 * @param host in lower case, an IPv6 address without brackets
 * @param path with the query
 */
public record Target(boolean tls, String host, int port, String path) {
    private static final int MOST_ADDRESSES = 4;

    /** @throws Problem naming the field url, and nothing of what is in it but the host */
    public static Target parse(String text) {
        URI uri = parsed(text);
        String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw wrong("must begin with https://");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getPort() > 65_535 || uri.getPort() == 0) {
            throw wrong("must be https://host/path, without a name or password before the host");
        }
        boolean tls = scheme.equals("https");
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new Target(
                tls,
                host(uri.getHost()),
                uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80,
                uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery());
    }

    /** The message of a syntax error repeats what it read. */
    private static URI parsed(String text) {
        try {
            if (text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
                return new URI(text);
            }
        } catch (URISyntaxException e) {
            throw wrong("is no address");
        }
        throw wrong("must be of letters, digits and signs of ASCII; write others as %C3%A3");
    }

    private static Problem wrong(String message) {
        return Problem.invalid("url", "url " + message);
    }

    private static String host(String host) {
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return (plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain).toLowerCase(Locale.ROOT);
    }

    /**
     * The addresses of the host, looked up once: connect to one of these and to no other.
     *
     * @param named whether whoever runs the panel named this host, wherever it leads
     * @throws Problem when the request must not go there
     */
    public List<InetAddress> addresses(boolean named) {
        if (!tls && !named) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "Requests go out over https; " + host + " is reached over http only where an owner named it in the"
                            + " setting privateHosts");
        }
        try {
            List<InetAddress> all = List.of(InetAddress.getAllByName(host));
            if (!named && all.stream().anyMatch(PrivateAddress::is)) {
                throw new Problem(
                        Problem.Kind.DENIED,
                        host + " leads into this machine or a private network; an owner may allow it by naming it in"
                                + " the setting privateHosts");
            }
            return all.subList(0, Math.min(MOST_ADDRESSES, all.size()));
        } catch (UnknownHostException e) {
            throw new Problem(Problem.Kind.UPSTREAM, "There is no host " + host + ", or its name cannot be looked up");
        }
    }

    URI uri() {
        String name = host.contains(":") ? '[' + host + ']' : host;
        return URI.create((tls ? "https://" : "http://") + name + (port == (tls ? 443 : 80) ? "" : ":" + port) + path);
    }

    @Override
    public String toString() {
        return host;
    }
}
