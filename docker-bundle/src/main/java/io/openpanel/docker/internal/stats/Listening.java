package io.openpanel.docker.internal.stats;

import io.openpanel.api.Param;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the programs of a container wait for connections, as this machine's kernel has it in {@code /proc/PID/net/tcp}. */
public final class Listening {
    private static final String LISTENS = "0A";
    /** The engine's name service, which is in each container's network. */
    private static final String RESOLVER = "127.0.0.11";

    private Listening() {}

    /** @param address 0.0.0.0 or :: for each of the container's */
    public record Socket(String address, @Param(min = 1, max = 65535) int port) {}

    /** None where the container does not run here, or the kernel does not say. */
    public static List<Socket> of(long pid) {
        List<Socket> sockets = new ArrayList<>();
        if (pid > 0) {
            for (String table : List.of("tcp", "tcp6")) {
                read(Path.of("/proc", String.valueOf(pid), "net", table), sockets);
            }
        }
        return sockets.stream()
                .filter(each -> !each.address().equals(RESOLVER))
                .distinct()
                .toList();
    }

    private static void read(Path table, List<Socket> sockets) {
        try {
            for (String line : Files.readAllLines(table)) {
                String[] columns = line.strip().split("\\s+");
                if (columns.length > 3 && columns[3].equals(LISTENS)) {
                    sockets.add(socket(columns[1]));
                }
            }
        } catch (IOException e) {
            // It ended meanwhile.
        }
    }

    /** {@code 0100007F:1F90}: four bytes at a time in the order of this machine's processor, then the port. */
    private static Socket socket(String local) throws UnknownHostException {
        int colon = local.indexOf(':');
        byte[] bytes = new byte[colon / 2];
        for (int i = 0; i < bytes.length; i++) {
            int at = (i / 4 * 4 + 3 - i % 4) * 2;
            bytes[i] = (byte) Integer.parseInt(local.substring(at, at + 2), 16);
        }
        boolean any = Arrays.equals(bytes, new byte[16]);
        return new Socket(
                any ? "::" : InetAddress.getByAddress(bytes).getHostAddress(),
                Integer.parseInt(local.substring(colon + 1), 16));
    }
}
