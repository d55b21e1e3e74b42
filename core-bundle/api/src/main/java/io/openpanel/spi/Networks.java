package io.openpanel.spi;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses and networks, IPv4 and IPv6, as people write them: {@code 203.0.113.7}, {@code 203.0.113.0/24}, {@code 2001:db8::/32}. */
public final class Networks {
    /** Of no more than 255: the JDK takes what is more for a name, and asks for it. */
    private static final String OCTET = "0*(25[0-5]|2[0-4]\\d|1?\\d?\\d)";

    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9A-Fa-f:.]{2,45}");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,3}");

    private final List<Network> networks;

    private record Network(byte[] start, int length) {
        boolean contains(byte[] address) {
            if (address.length != start.length) {
                return false;
            }
            int whole = length / 8;
            if (Arrays.mismatch(start, 0, whole, address, 0, whole) >= 0) {
                return false;
            }
            int rest = length % 8;
            return rest == 0 || (start[whole] & 0xff) >> (8 - rest) == (address[whole] & 0xff) >> (8 - rest);
        }
    }

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /** @throws IllegalArgumentException naming the one that is neither an address nor a network, and what is wrong with it */
    public static Networks of(Collection<String> texts) {
        return new Networks(texts.stream().map(Networks::network).toList());
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        String first = slash < 0 ? text : text.substring(0, slash);
        byte[] start = bytes(first)
                .orElseThrow(() -> new IllegalArgumentException("'" + text
                        + "' is no address and no network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"));
        int most = 8 * start.length;
        String said = slash < 0 ? Integer.toString(most) : text.substring(slash + 1);
        int length = LENGTH.matcher(said).matches() ? Integer.parseInt(said) : -1;
        if (length < 0 || length > most) {
            throw new IllegalArgumentException(
                    "'" + text + "' has no length of 0 to " + most + " after the slash, as 203.0.113.0/24 has");
        }
        Network network = new Network(start, length);
        byte[] masked = masked(start, length);
        if (!Arrays.equals(masked, start)) {
            throw new IllegalArgumentException(
                    "'" + text + "' says an address inside a network; the network is " + text(masked) + "/" + length);
        }
        return network;
    }

    private static byte[] masked(byte[] address, int length) {
        byte[] masked = address.clone();
        for (int bit = length; bit < 8 * masked.length; bit++) {
            masked[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return masked;
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether none is named. */
    public boolean isEmpty() {
        return networks.isEmpty();
    }

    /** Whether an address is in one of them; what is no address never is. */
    public boolean contains(String address) {
        return bytes(address)
                .filter(bytes -> networks.stream().anyMatch(each -> each.contains(bytes)))
                .isPresent();
    }

    /**
     * Who counts as one caller: the address, or the /64 of an IPv6 one, because whoever has one address there has all of
     * them; what is no address is given back as it is.
     */
    public static String caller(String address) {
        return bytes(address)
                .map(bytes -> bytes.length == 4 ? text(bytes) : HexFormat.of().formatHex(Arrays.copyOf(bytes, 8)))
                .orElse(address);
    }

    /** Never asks a name server: what is no address by its looks is none. */
    private static Optional<byte[]> bytes(String said) {
        String text = said.startsWith("[") && said.endsWith("]") ? said.substring(1, said.length() - 1) : said;
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text).getAddress());
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
