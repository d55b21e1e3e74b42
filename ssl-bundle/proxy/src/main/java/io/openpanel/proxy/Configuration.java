package io.openpanel.proxy;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What {@code proxy.json} says. */
record Configuration(
        long version, OptionalInt httpPort, OptionalInt httpsPort, Optional<Panel> panel, List<Route> routes) {
    /** The listener for the panel itself: TLS with its own certificate, in front of one upstream. */
    record Panel(OptionalInt port, InetSocketAddress upstream, String keyStore, String keyStorePassword) {
        /**
         * What the panel knows this proxy by, and nobody else on the machine can say: made of the password that only the
         * two of them can read. The panel makes the same of it.
         */
        String mark() {
            try {
                String text = RequestHead.MARK + ' ' + keyStorePassword;
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** One host. An empty list of upstreams means that the app is not running. */
    record Route(String host, String app, List<InetSocketAddress> upstreams, boolean tls) {}

    /** Nothing known yet. */
    static final Configuration EMPTY =
            new Configuration(0, OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), List.of());

    /** @throws IllegalArgumentException saying what is wrong with the text */
    static Configuration parse(String json) {
        Map<?, ?> root = object(Json.read(json), "the document");
        List<Route> routes = new ArrayList<>();
        for (Object route : list(root, "routes")) {
            routes.add(route(object(route, "a route")));
        }
        return new Configuration(
                number(root, "version"),
                port(root, "httpPort"),
                port(root, "httpsPort"),
                Optional.ofNullable(root.get("panel")).map(panel -> panel(object(panel, "panel"))),
                List.copyOf(routes));
    }

    private static Panel panel(Map<?, ?> panel) {
        return new Panel(
                port(panel, "httpsPort"),
                address(text(panel, "upstream")),
                text(panel, "keyStore"),
                text(panel, "keyStorePassword"));
    }

    private static Route route(Map<?, ?> route) {
        List<InetSocketAddress> upstreams = new ArrayList<>();
        for (Object upstream : list(route, "upstreams")) {
            upstreams.add(address(String.valueOf(upstream)));
        }
        return new Route(
                text(route, "host").toLowerCase(Locale.ROOT),
                text(route, "app"),
                List.copyOf(upstreams),
                Boolean.TRUE.equals(route.get("tls")));
    }

    private static Map<?, ?> object(Object value, String name) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(name + " is not an object");
    }

    private static List<?> list(Map<?, ?> object, String name) {
        if (object.get(name) instanceof List<?> items) {
            return items;
        }
        throw new IllegalArgumentException(name + " is missing or not a list");
    }

    private static String text(Map<?, ?> object, String name) {
        if (object.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IllegalArgumentException(name + " is missing or not a text");
    }

    private static long number(Map<?, ?> object, String name) {
        if (object.get(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException(name + " is missing or not a whole number");
    }

    private static OptionalInt port(Map<?, ?> object, String name) {
        if (object.get(name) == null) {
            return OptionalInt.empty();
        }
        long port = number(object, name);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " is not a port: " + port);
        }
        return OptionalInt.of((int) port);
    }

    /** Numeric addresses only, so that reading a configuration never waits for a name server. */
    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        boolean numeric = host.matches("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+]");
        if (!numeric || !port.matches("[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not an upstream, expected an address and a port like" + " 10.201.0.2:8080");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }
}
