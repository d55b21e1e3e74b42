package io.openpanel.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.AbstractNetworkConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;

/** A port clients connect to: finds dead peers, limits how many there are, cuts those that never say what they want. */
final class Port extends AbstractNetworkConnector {
    /** Each takes two file descriptors while it is proxied. */
    private static final int CONNECTIONS = 20_000;

    private static final int BACKLOG = 1024;

    private final EventLoop loop;
    /** Clients that have not ended their TLS handshake, since when. */
    private final Map<EndPoint, Long> handshakes = new ConcurrentHashMap<>();

    private volatile ServerSocketChannel channel;

    Port(String name, Server server, EventLoop loop, ConnectionFactory... protocols) {
        super(server, inline(server.getThreadPool()), null, null, 1, protocols);
        this.loop = loop;
        setName(name);
        setIdleTimeout(TimeUnit.MINUTES.toMillis(Exchange.IDLE_MINUTES));
    }

    /**
     * Nothing here blocks, so a connection goes on to its next request on the thread that ended the former one: a change
     * of threads would cost more than all the rest.
     */
    private static Executor inline(Executor pool) {
        return task -> {
            if (task instanceof HttpConnection) {
                task.run();
            } else {
                pool.execute(task);
            }
        };
    }

    @Override
    public void open() throws IOException {
        if (channel != null) {
            return;
        }
        ServerSocketChannel opened = ServerSocketChannel.open();
        try {
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            opened.bind(
                    getHost() == null ? new InetSocketAddress(getPort()) : new InetSocketAddress(getHost(), getPort()),
                    BACKLOG);
        } catch (IOException e) {
            opened.close();
            throw new IOException("Port " + getPort() + " cannot be opened: " + e.getMessage(), e);
        }
        channel = opened;
        super.open();
    }

    @Override
    protected void accept(int acceptor) throws IOException {
        SocketChannel client = channel.accept();
        if (getConnectedEndPoints().size() >= CONNECTIONS) {
            client.close();
            return;
        }
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        findDeadPeers(client);
        loop.accept(client, this);
    }

    static void findDeadPeers(NetworkChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
    }

    void opened(EndPoint client) {
        onEndPointOpened(client);
    }

    void closed(EndPoint client) {
        handshakes.remove(client);
        onEndPointClosed(client);
    }

    /** Cuts connections whose client is too slow. */
    void sweep(long now) {
        for (EndPoint client : getConnectedEndPoints()) {
            Connection connection = client.getConnection();
            if (connection instanceof SslConnection tls) {
                connection = tls.getSslEndPoint().getConnection();
            }
            if (connection instanceof GuardedConnection guarded) {
                guarded.cutWhenSlow(now);
            }
            if (!(connection instanceof NegotiatingServerConnection)) {
                handshakes.remove(client);
            } else if (now - handshakes.computeIfAbsent(client, key -> now) > GuardedConnection.HEAD_NANOS) {
                client.close();
            }
        }
    }

    @Override
    public boolean isOpen() {
        return channel != null && channel.isOpen();
    }

    @Override
    public int getLocalPort() {
        return isOpen() ? channel.socket().getLocalPort() : -1;
    }

    @Override
    public Object getTransport() {
        return channel;
    }

    @Override
    public void close() {
        super.close();
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("The port {} did not close", getPort(), e);
        }
    }
}
