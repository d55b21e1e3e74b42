package io.openpanel.api;

import java.net.InetAddress;

/**
 * Which addresses lead somewhere else than to the public internet: into this machine, a private network, a cloud's metadata
 * service, or to many at once. Whoever connects to an address that a person or plugin named asks here first, and then
 * connects to the very address that was asked about: a name can lead elsewhere a moment later.
 */
public final class PrivateAddress {
    private PrivateAddress() {}

    /** Whether an address is none of the public internet; an IPv4 address written as IPv6 counts as what it is. */
    public static boolean is(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || (bytes.length == 4 ? is4(bytes) : is6(bytes));
    }

    private static boolean is4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        return first == 0
                || first == 100 && (second & 0xc0) == 64
                || first == 192 && second == 0 && bytes[2] == 0
                || first == 198 && (second & 0xfe) == 18
                || first >= 240;
    }

    /** Only 2000::/3 is given out for the internet; of that, 6to4 and Teredo are tunnels to IPv4 addresses. */
    private static boolean is6(byte[] bytes) {
        boolean given = (bytes[0] & 0xe0) == 0x20;
        boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
        boolean teredo = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0;
        return !given || sixToFour || teredo;
    }
}
