package io.openpanel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Ports for servers of a test that are told where to listen. None is given twice, nor to another test JVM of this machine
 * that runs at the same time: a port that was only looked at and let go again may be somebody else's by the time the
 * server has started, and so may that of a server which is stopped for a while.
 */
public final class FreePorts {
    /** Below the ports that the system gives by itself, and below those that the launcher draws for its database. */
    private static final int LOWEST = 10_000;

    private static final int BLOCKS = 100;
    private static final int BLOCK = 100;
    /** Kept until this JVM ends, however it ends. */
    private static final Map<Integer, FileLock> MINE = new HashMap<>();

    private static int next;
    private static int end;

    private FreePorts() {}

    /** A port on which nothing listens; from now on it is for this JVM alone. */
    public static synchronized int next() {
        while (true) {
            if (next == end) {
                next = LOWEST + BLOCK * takeBlock();
                end = next + BLOCK;
            }
            int port = next++;
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // By what is no test: the next one is tried.
            }
        }
    }

    private static int takeBlock() {
        try {
            Path folder = Files.createDirectories(Path.of(
                    System.getProperty("java.io.tmpdir"), "openpanel-test-ports-" + System.getProperty("user.name")));
            for (int block = 0; block < BLOCKS; block++) {
                if (!MINE.containsKey(block) && lock(folder, block)) {
                    return block;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("No ports could be taken", e);
        }
        throw new IllegalStateException("Other tests have all ports from " + LOWEST + " to " + (LOWEST + BLOCKS * BLOCK)
                + "; wait until one of them has ended");
    }

    private static boolean lock(Path folder, int block) throws IOException {
        FileChannel file = FileChannel.open(
                folder.resolve(String.valueOf(block)), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.tryLock();
        if (lock == null) {
            file.close();
            return false;
        }
        MINE.put(block, lock);
        return true;
    }
}
