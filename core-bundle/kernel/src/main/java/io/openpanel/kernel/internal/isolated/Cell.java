package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.wire.Wire;
import io.openpanel.spi.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One life of a plugin's process: its folder, its socket, the process itself and the connection to it. */
final class Cell implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration ALIVE = Duration.ofSeconds(8);
    private static final Duration STUCK = Duration.ofSeconds(8);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final long LOOK_MILLIS = 20;
    private static final long MEMORY = 256L << 20;
    private static final int PROCESSES = 128;
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_ASKED = 32;
    private static final int TOKEN = 32;

    private final Path folder;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Sandbox.Inmate inmate;
    private final Wire wire;

    /** What is put into a cell, and who answers from outside. */
    record Content(String owner, String plugin, Path program, InputStream jar, String api, Wire.Answering answering) {}

    /** @throws Problem when nobody reports from there in time */
    Cell(Sandbox sandbox, Path parent, Content content) {
        String name = random(8);
        folder = parent.resolve(name);
        String token = random(TOKEN);
        try (ServerSocketChannel server = furnish(content, token)) {
            inmate = sandbox.start(
                    new Sandbox.Spec(content.owner(), content.plugin(), folder, arguments(content), MEMORY, PROCESSES));
            try {
                SocketChannel channel = await(server, token);
                wire = new Wire(
                        "plugin-" + content.plugin(),
                        channel,
                        MOST_BYTES,
                        MOST_ASKED,
                        content.answering(),
                        ended::countDown);
            } catch (IOException | RuntimeException e) {
                inmate.close();
                throw e;
            }
            wire.start();
        } catch (IOException e) {
            clear();
            throw new UncheckedIOException("The folder of the plugin " + content.plugin() + " cannot be made", e);
        } catch (RuntimeException e) {
            clear();
            throw e;
        }
    }

    private static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Half of the memory is the heap; the rest is what a JVM needs beside it. */
    private static List<String> arguments(Content content) {
        return List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms16m",
                "-Xmx112m",
                "-Xss512k",
                "-XX:MaxMetaspaceSize=64m",
                "-XX:ReservedCodeCacheSize=24m",
                "-XX:MaxDirectMemorySize=16m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-Dopenpanel.api=" + content.api(),
                "-jar",
                Sandbox.FOLDER + "/program.jar");
    }

    /** The folder is read by another user; what is above it is closed to everybody. */
    private ServerSocketChannel furnish(Content content, String token) throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder.getParent(), PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        open(Files.writeString(folder.resolve("token"), token));
        open(Files.copy(content.program(), folder.resolve("program.jar")));
        Path jar = folder.resolve("plugin.jar");
        Files.copy(content.jar(), jar);
        open(jar);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path socket = folder.resolve("gateway.sock");
        server.bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        server.configureBlocking(false);
        return server;
    }

    private static void open(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private SocketChannel await(ServerSocketChannel server, String token) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            SocketChannel channel = server.accept();
            if (channel != null && isKnown(channel, token)) {
                channel.configureBlocking(true);
                return channel;
            }
            inmate.ended().ifPresent(words -> {
                throw new Problem(Problem.Kind.CONFLICT, "its process ended at its start: " + words);
            });
            pause();
        }
        throw new Problem(Problem.Kind.CONFLICT, "its process did not report within " + PATIENCE.toSeconds() + " s");
    }

    /** Nobody else reaches the socket; the token is for the day somebody does. */
    private static boolean isKnown(SocketChannel channel, String token) throws IOException {
        channel.configureBlocking(false);
        ByteBuffer said = ByteBuffer.allocate(2 * TOKEN);
        long end = System.nanoTime() + LOOK.toNanos();
        while (said.hasRemaining() && System.nanoTime() < end && channel.read(said) >= 0) {
            pause();
        }
        if (!said.hasRemaining() && MessageDigest.isEqual(said.array(), token.getBytes(StandardCharsets.US_ASCII))) {
            return true;
        }
        channel.close();
        return false;
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
    }

    /** What its container uses. */
    Optional<Sandbox.Usage> usage() {
        return inmate.usage();
    }

    Wire wire() {
        return wire;
    }

    /** Waits until it has ended, or must be ended because it does not answer; returns why. */
    String await() throws InterruptedException {
        ObjectNode nothing = Json.object();
        while (!ended.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            if (wire.longestStuck().compareTo(STUCK) > 0) {
                return "it did not end a call that was given up";
            }
            try {
                wire.ask("ping", nothing, ALIVE);
            } catch (RuntimeException e) {
                if (wire.isOpen()) {
                    return "it does not answer any more";
                }
            }
        }
        return "its process ended: " + lastWords();
    }

    private String lastWords() throws InterruptedException {
        for (int i = 0; i < 20 && inmate.ended().isEmpty(); i++) {
            Thread.sleep(50);
        }
        return inmate.ended().orElse("it closed its connection");
    }

    @Override
    public void close() {
        wire.close();
        inmate.close();
        clear();
    }

    private void clear() {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            // The next start of the panel clears what is left.
        }
    }
}
