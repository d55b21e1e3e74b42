package io.openpanel.proxy;

import java.io.IOException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The threads that read and write, shared by clients and upstreams: a request that stays on one thread from its first
 * byte to its last costs a third less than one that is handed to a second loop and back.
 */
final class EventLoop extends ClientConnector {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final ThreadLocal<ManagedSelector> mine = new ThreadLocal<>();
    private Loop loop;

    EventLoop(Server server) {
        setSelectors(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        setExecutor(server.getThreadPool());
        setScheduler(server.getScheduler());
        setByteBufferPool(server.getByteBufferPool());
        setConnectTimeout(CONNECT);
        setIdleTimeout(Duration.ofMinutes(Exchange.IDLE_MINUTES));
    }

    /** Takes over a client that connected to a port. */
    void accept(SocketChannel client, Port port) {
        loop.accept(client, port);
    }

    @Override
    protected void configure(SelectableChannel channel) throws IOException {
        super.configure(channel);
        Port.findDeadPeers((NetworkChannel) channel);
    }

    @Override
    protected SelectorManager newSelectorManager() {
        loop = new Loop(getExecutor(), getScheduler(), getSelectors());
        return loop;
    }

    private final class Loop extends ClientSelectorManager {
        Loop(Executor executor, Scheduler scheduler, int selectors) {
            super(executor, scheduler, selectors);
        }

        /** An upstream's connection lives on the thread that asked for it. */
        @Override
        protected ManagedSelector chooseSelector() {
            ManagedSelector current = mine.get();
            return current == null ? super.chooseSelector() : current;
        }

        @Override
        protected ManagedSelector newSelector(int id) {
            return new ManagedSelector(this, id) {
                @Override
                protected int nioSelect(Selector selector, boolean now) throws IOException {
                    mine.set(this);
                    return super.nioSelect(selector, now);
                }
            };
        }

        @Override
        protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
            return key.attachment() instanceof Port port
                    ? new ClientEnd((SocketChannel) channel, selector, key, getScheduler(), port)
                    : super.newEndPoint(channel, selector, key);
        }

        @Override
        public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment)
                throws IOException {
            return attachment instanceof Port port
                    ? port.getDefaultConnectionFactory().newConnection(port, endPoint)
                    : super.newConnection(channel, endPoint, attachment);
        }

        @Override
        public void connectionOpened(Connection connection, Object attachment) {
            if (attachment instanceof Map) {
                super.connectionOpened(connection, attachment);
            } else {
                connection.onOpen();
            }
        }

        @Override
        protected void endPointOpened(EndPoint endPoint) {
            super.endPointOpened(endPoint);
            if (endPoint instanceof ClientEnd client) {
                client.port.opened(client);
            }
        }

        @Override
        protected void endPointClosed(EndPoint endPoint) {
            if (endPoint instanceof ClientEnd client) {
                client.port.closed(client);
            }
            super.endPointClosed(endPoint);
        }
    }

    private static final class ClientEnd extends SocketChannelEndPoint {
        private final Port port;

        ClientEnd(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Port port) {
            super(channel, selector, key, scheduler);
            this.port = port;
            setIdleTimeout(port.getIdleTimeout());
        }
    }
}
