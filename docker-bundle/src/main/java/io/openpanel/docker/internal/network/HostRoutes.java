package io.openpanel.docker.internal.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The networks this machine already reaches, which ours must not hide. */
final class HostRoutes {
    private static final Path TABLE = Path.of("/proc/net/route");

    private HostRoutes() {}

    static List<Subnet> read() {
        try {
            return Files.isReadable(TABLE) ? parse(Files.readAllLines(TABLE)) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the routes of this machine", e);
        }
    }

    /** Lines as {@code eth0 0000C90A 00000000 0001 0 0 0 C0FFFFFF 0 0 0}: destination and mask, bytes reversed. */
    static List<Subnet> parse(List<String> lines) {
        return lines.stream()
                .skip(1)
                .map(line -> line.split("\\s+"))
                .filter(parts -> parts.length > 7)
                .map(parts -> new Subnet(number(parts[1]), Integer.bitCount(number(parts[7]))))
                .filter(route -> route.bits() > 0)
                .toList();
    }

    private static int number(String hex) {
        return Integer.reverseBytes(Integer.parseUnsignedInt(hex, 16));
    }
}
