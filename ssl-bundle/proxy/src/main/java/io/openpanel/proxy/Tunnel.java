package io.openpanel.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IteratingCallback;

/** One direction's end of an upgraded connection: what its end point says is written to the other's, as it comes. */
final class Tunnel extends AbstractConnection implements Connection.UpgradeTo {
    /** How long both sides may be silent; the kernel's keep-alive finds dead peers long before. */
    private static final Duration IDLE = Duration.ofHours(1);

    private static final int BUFFER = 16 * 1024;

    private final ByteBufferPool buffers;
    private final Pipe pipe = new Pipe();
    private ByteBuffer early = BufferUtil.EMPTY_BUFFER;
    private Tunnel other;

    private Tunnel(EndPoint endPoint, Executor executor, ByteBufferPool buffers) {
        super(endPoint, executor);
        this.buffers = buffers;
    }

    /** Both ends; the first one is the client's. */
    static Tunnel[] between(EndPoint client, EndPoint upstream, Executor executor, ByteBufferPool buffers) {
        Tunnel down = new Tunnel(client, executor, buffers);
        Tunnel up = new Tunnel(upstream, executor, buffers);
        down.other = up;
        up.other = down;
        return new Tunnel[] {down, up};
    }

    @Override
    public void onUpgradeTo(ByteBuffer unread) {
        early = unread;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(IDLE.toMillis());
        pipe.iterate();
    }

    @Override
    public void onFillable() {
        pipe.iterate();
    }

    @Override
    protected void onFillInterestedFailed(Throwable cause) {
        pipe.end(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    private final class Pipe extends IteratingCallback {
        private RetainableByteBuffer buffer;

        @Override
        protected Action process() throws IOException {
            if (early.hasRemaining()) {
                ByteBuffer first = early;
                early = BufferUtil.EMPTY_BUFFER;
                other.getEndPoint().write(this, first);
                return Action.SCHEDULED;
            }
            buffer = buffers.acquire(BUFFER, true);
            int filled = getEndPoint().fill(buffer.getByteBuffer());
            if (filled > 0) {
                other.getEndPoint().write(this, buffer.getByteBuffer());
                return Action.SCHEDULED;
            }
            release();
            if (filled == 0) {
                fillInterested();
                return Action.IDLE;
            }
            other.getEndPoint().shutdownOutput();
            return Action.SUCCEEDED;
        }

        @Override
        protected void onSuccess() {
            release();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            release();
            end(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }

        private void release() {
            if (buffer != null) {
                buffer.release();
                buffer = null;
            }
        }

        private void end(Throwable cause) {
            getEndPoint().close(cause);
            other.getEndPoint().close(cause);
        }
    }
}
