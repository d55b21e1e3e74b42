package io.openpanel.ssl.internal;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The names under which apps of this machine can be reached. */
@Component(service = Addresses.class)
public class Addresses {
    private static final int LONGEST_LABEL = 63;

    private final String address;
    private final int port;

    @Activate
    public Addresses(BundleContext context) {
        this(
                property(context, "openpanel.address", "127.0.0.1"),
                Integer.parseInt(property(context, "openpanel.proxy.port", "8000")));
    }

    Addresses(String address, int port) {
        this.address = address;
        this.port = port;
    }

    private static String property(BundleContext context, String name, String otherwise) {
        String value = context.getProperty(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    /** A host as a person wrote it; see {@link HostName}. */
    public String host(String text) {
        return HostName.of(text, Set.of(address.toLowerCase(Locale.ROOT)));
    }

    /** The host in its own letters; see {@link ReadableHost}. */
    public Optional<String> readable(String host) {
        return ReadableHost.of(host);
    }

    /** What to open in a browser. */
    public String of(String host) {
        return "http://" + host + (port == 80 ? "" : ":" + port);
    }

    /** Hosts for an app, the nicest first: the first one is number 1. */
    public IntFunction<String> generated(String app, String project) {
        String dashes = publicAddress();
        String zone = dashes.isEmpty() ? ".localhost" : '.' + dashes + ".sslip.io";
        String name = slug(app) + '-' + slug(project);
        // The name service takes the first thing that looks like an address in the whole name.
        String label = dashes.isEmpty() ? name : name.replaceAll("(?<=\\d)-(?=\\d)", "");
        return number -> {
            String suffix = number == 1 ? "" : "-" + number;
            return cut(label, LONGEST_LABEL - suffix.length()) + suffix + zone;
        };
    }

    static String slug(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT);
        String slug = plain.replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
        return slug.isEmpty() ? "app" : cut(slug, 40);
    }

    private static String cut(String label, int length) {
        return label.length() <= length ? label : label.substring(0, length).replaceAll("-+$", "");
    }

    /** The address with dashes, or nothing where it cannot be reached from everywhere. */
    private String publicAddress() {
        InetAddress parsed;
        try {
            // Only numbers: a name would be looked up.
            parsed = address.matches("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*") ? InetAddress.getByName(address) : null;
        } catch (UnknownHostException e) {
            return "";
        }
        if (parsed == null
                || parsed.isLoopbackAddress()
                || parsed.isSiteLocalAddress()
                || parsed.isLinkLocalAddress()
                || parsed.isAnyLocalAddress()
                || isShared(parsed.getAddress())) {
            return "";
        }
        return parsed instanceof Inet4Address
                ? address.replace('.', '-')
                : parsed.getHostAddress().replace(':', '-');
    }

    /** Carrier-grade 100.64.0.0/10 and unique local fc00::/7. */
    private static boolean isShared(byte[] bytes) {
        return bytes.length == 4 ? bytes[0] == 100 && (bytes[1] & 0xc0) == 64 : (bytes[0] & 0xfe) == 0xfc;
    }
}
