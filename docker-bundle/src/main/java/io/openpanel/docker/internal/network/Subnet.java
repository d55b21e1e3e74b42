package io.openpanel.docker.internal.network;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A block of IPv4 addresses.
 *
 * @param base its first address
 * @param bits length of the prefix
 */
public record Subnet(int base, int bits) {
    public Subnet {
        if (bits < 0 || bits > 32) {
            throw new IllegalArgumentException("A prefix has 0 to 32 bits, not " + bits);
        }
        base &= mask(bits);
    }

    /** Reads {@code 10.201.0.0/16}. */
    public static Subnet parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' is not a network such as 10.201.0.0/16");
        }
        return new Subnet(address(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /** An address as a number. */
    public static int address(String text) {
        String[] parts = text.split("\\.");
        if (parts.length != 4) {
            throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
        }
        int address = 0;
        for (String part : parts) {
            int octet = Integer.parseInt(part);
            if (octet < 0 || octet > 255) {
                throw new IllegalArgumentException("'" + text + "' is not an IPv4 address");
            }
            address = address << 8 | octet;
        }
        return address;
    }

    /** A number as an address. */
    public static String text(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 255) + "." + (address >>> 8 & 255) + "." + (address & 255);
    }

    private static int mask(int bits) {
        return bits == 0 ? 0 : -1 << 32 - bits;
    }

    private long size() {
        return 1L << 32 - bits;
    }

    public boolean contains(int address) {
        return (address & mask(bits)) == base;
    }

    public boolean overlaps(Subnet other) {
        return contains(other.base) || other.contains(base);
    }

    /** The blocks of a longer prefix it consists of, in order. */
    public Stream<Subnet> split(int longer) {
        return IntStream.range(0, 1 << longer - bits).mapToObj(i -> new Subnet(base + (i << 32 - longer), longer));
    }

    /** Its first address that a machine may have. */
    public int gateway() {
        return base + 1;
    }

    /** Its upper half: where the engine may choose addresses itself. */
    public Subnet upperHalf() {
        return new Subnet(base + (int) (size() / 2), bits + 1);
    }

    /** The addresses for containers: not the network's own, the gateway's or the broadcast one. */
    public IntStream hosts() {
        return IntStream.range(2, (int) size() - 1).map(i -> base + i);
    }

    @Override
    public String toString() {
        return text(base) + '/' + bits;
    }
}
