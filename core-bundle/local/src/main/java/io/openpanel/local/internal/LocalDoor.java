package io.openpanel.local.internal;

import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The repair door: {@code run/panel.sock} in the home, open to the owner of the machine and nobody else. It works while
 * nobody can sign in, because the file's permissions and the peer's user id say who is there.
 */
@Component(service = LocalDoor.class, immediate = true)
public class LocalDoor {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDoor.class);
    private static final int MOST_VISITORS = 16;

    private final Gateway gateway;
    private final Path path;
    private final PeerCheck peers;
    private final ServerSocketChannel server;
    private final ThreadPoolExecutor visitors;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    @Activate
    public LocalDoor(@Reference Gateway gateway, BundleContext context) throws IOException {
        this(gateway, Path.of(context.getProperty("openpanel.home"), "run", "panel.sock"));
    }

    private LocalDoor(Gateway gateway, Path path) throws IOException {
        this(gateway, path, PeerCheck.ownerOrRoot(path));
    }

    LocalDoor(Gateway gateway, Path path, PeerCheck peers) throws IOException {
        this.gateway = gateway;
        this.path = path;
        this.peers = peers;
        server = listen(path);
        AtomicInteger number = new AtomicInteger();
        visitors = new ThreadPoolExecutor(
                0,
                MOST_VISITORS,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                work -> daemon(work, "local-" + number.incrementAndGet()));
        daemon(this::accept, "local-door").start();
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private static ServerSocketChannel listen(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        // A panel that was killed leaves its socket behind, and nothing can be bound over it.
        Files.deleteIfExists(path);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                admit(server.accept());
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.warn("The local door could not let a visitor in", e);
                    pause();
                }
            }
        }
    }

    /** Without file descriptors, accepting fails at once, again and again. */
    private static void pause() {
        try {
            Thread.sleep(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel channel) {
        open.add(channel);
        try {
            visitors.execute(() -> serve(channel));
        } catch (RejectedExecutionException e) {
            try (channel) {
                new Replies(channel).busy(MOST_VISITORS);
            } catch (IOException gone) {
                LOG.debug("A visitor left before it could be told to come back", gone);
            } finally {
                open.remove(channel);
            }
        }
    }

    private void serve(SocketChannel channel) {
        try (channel) {
            if (peers.mayEnter(channel)) {
                new Visit(gateway, channel).run();
                return;
            }
            new Replies(channel).stranger();
        } catch (IOException e) {
            LOG.debug("A visitor at the local door left", e);
        } finally {
            open.remove(channel);
        }
    }

    /** Ends every visit: nothing of this bundle runs afterwards. */
    @Deactivate
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
        visitors.shutdown();
        for (SocketChannel channel : open) {
            channel.close();
        }
        visitors.shutdownNow();
    }
}
