package io.openpanel.proxy;

import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** The client's body on its way to an upstream, chunk by chunk; knows whether any of it left. */
final class Body extends ContentSourceRequestContent {
    private volatile boolean begun;
    private volatile boolean ended;
    private volatile boolean failed;
    private Content.Chunk peeked;

    private Body(Request request, Content.Chunk peeked) {
        super(request, null);
        this.peeked = peeked;
    }

    /** The body of a request; null where it has none. */
    static Body of(Request request) {
        long length = request.getLength();
        if (length == 0) {
            return null;
        }
        if (length > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            return new Body(request, null);
        }
        if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
            return null;
        }
        // HTTP/2 tells the end of a request without a body by a flag, not by a header.
        Content.Chunk first = request.read();
        if (first != null && first.isLast() && !first.hasRemaining() && !Content.Chunk.isFailure(first)) {
            first.release();
            return null;
        }
        return new Body(request, first);
    }

    /** Whether a part of it was taken, so that it cannot be sent again. */
    boolean begun() {
        return begun;
    }

    /** Whether all of it was taken. */
    boolean ended() {
        return ended;
    }

    /** Whether the client broke off or sent something that cannot be read. */
    boolean failed() {
        return failed;
    }

    @Override
    public Content.Chunk read() {
        begun = true;
        Content.Chunk next = peeked == null ? super.read() : peeked;
        peeked = null;
        if (next != null) {
            failed = Content.Chunk.isFailure(next);
            ended = next.isLast();
        }
        return next;
    }

    @Override
    public void demand(Runnable demandCallback) {
        if (peeked != null) {
            demandCallback.run();
        } else {
            super.demand(demandCallback);
        }
    }

    /**
     * Nothing: what an upstream does says nothing about the client, whose body another upstream may get. The exchange
     * ends the request when the upstream's side has let go of the body, never both at once.
     */
    @Override
    public void fail(Throwable failure, boolean last) {
        // See above.
    }
}
