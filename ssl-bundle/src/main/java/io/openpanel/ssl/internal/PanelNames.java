package io.openpanel.ssl.internal;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The names and addresses under which people open the panel. */
@Component(service = PanelNames.class)
public class PanelNames {
    private final String address;

    @Activate
    public PanelNames(BundleContext context) {
        this(context.getProperty("openpanel.address"));
    }

    PanelNames(String address) {
        this.address = address == null || address.isBlank() ? "127.0.0.1" : address.strip();
    }

    List<String> all() {
        Set<String> names = new LinkedHashSet<>(List.of(address, "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
        names.addAll(interfaces());
        return List.copyOf(names);
    }

    /** Whether it is a number rather than a name; nothing is looked up. */
    static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    /** Those of the machine, without the networks that containers bring and take. */
    private static Set<String> interfaces() {
        Set<String> addresses = new TreeSet<>();
        try {
            for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!network.isUp()
                        || network.isLoopback()
                        || network.getName().matches("(docker|br-|veth|virbr|cni).*")) {
                    continue;
                }
                for (InetAddress address : Collections.list(network.getInetAddresses())) {
                    if (!address.isLinkLocalAddress()) {
                        addresses.add(address.getHostAddress().replaceFirst("%.*", ""));
                    }
                }
            }
        } catch (SocketException e) {
            // Then the configured address must do.
        }
        return addresses;
    }
}
