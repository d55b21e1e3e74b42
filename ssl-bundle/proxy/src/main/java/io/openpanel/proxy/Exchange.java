package io.openpanel.proxy;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** One request on its way to an upstream and the answer on its way back; holds at most one chunk of each. */
final class Exchange implements org.eclipse.jetty.client.Response.Listener, HttpUpgrader {
    /** How long an upstream or a client may be silent in the middle of an exchange. */
    static final long IDLE_MINUTES = 15;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Supplier<Routes.Target> route;
    private final String address;
    private final Log log;
    private final Body body;
    private final String upgrade;
    /** The last write to the client, and the end of the exchange with the upstream. */
    private final AtomicInteger open = new AtomicInteger(2);

    private final Write write = new Write();
    private HttpFields head;
    private Routes.Target target;
    private Upstream upstream;
    private org.eclipse.jetty.client.Request sent;
    private boolean triedAgain;
    private boolean answered;
    private long left = -1;
    private volatile boolean lastWritten;
    private volatile boolean broken;

    Exchange(
            Request request,
            Response response,
            Callback callback,
            Supplier<Routes.Target> route,
            String address,
            Log log) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.route = route;
        this.address = address;
        this.log = log;
        this.body = Body.of(request);
        this.upgrade = body == null ? RequestHead.upgrade(request) : null;
    }

    void send(Routes.Target to, Upstream by) {
        target = to;
        upstream = by;
        if (head == null) {
            head = RequestHead.toUpstream(request, to.mark(), upgrade);
        }
        sent = by.newRequest(request.getMethod(), address, head);
        if (body != null) {
            sent.body(body);
        }
        if (upgrade != null) {
            sent.attribute(HttpUpgrader.Factory.class.getName(), (HttpUpgrader.Factory) version -> this);
        }
        by.send(sent, this);
    }

    @Override
    public void onHeaders(org.eclipse.jetty.client.Response from) {
        answered = true;
        response.setStatus(from.getStatus());
        copy(from.getHeaders());
        if (!response.getHeaders().contains(HttpHeader.DATE)) {
            response.getHeaders()
                    .put(request.getConnectionMetaData()
                            .getConnector()
                            .getServer()
                            .getDateField());
        }
        left = HttpMethod.HEAD.is(request.getMethod()) ? -1 : from.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    }

    @Override
    public void onContent(org.eclipse.jetty.client.Response from, Content.Chunk chunk, Runnable demander) {
        ByteBuffer bytes = chunk.getByteBuffer();
        boolean last = left >= 0 && (left -= bytes.remaining()) == 0;
        chunk.retain();
        write.begin(chunk, demander, last);
        response.write(last, bytes, write);
    }

    @Override
    public void onSuccess(org.eclipse.jetty.client.Response from) {
        if (!lastWritten) {
            write.begin(null, null, true);
            response.write(true, BufferUtil.EMPTY_BUFFER, write);
        }
    }

    @Override
    public void onComplete(Result result) {
        if (broken) {
            return;
        }
        if (result.isSucceeded() || lastWritten) {
            end();
            return;
        }
        Throwable failure = result.getFailure();
        if (response.isCommitted() || body != null && body.failed()) {
            callback.failed(failure);
        } else if (!tryAgain(failure)) {
            refuse(failure);
        }
    }

    private void end() {
        if (open.decrementAndGet() == 0) {
            callback.succeeded();
        }
    }

    /** Once, and only where the first upstream cannot have done anything with the request. */
    private boolean tryAgain(Throwable failure) {
        boolean bodyLeft = body != null && body.begun();
        HttpMethod method = HttpMethod.fromString(request.getMethod());
        boolean repeatable = isUnreachable(failure)
                || body == null
                        && !answered
                        && method != null
                        && method.isSafe()
                        && !(failure instanceof TimeoutException);
        if (triedAgain || bodyLeft || !repeatable) {
            return false;
        }
        triedAgain = true;
        Routes.Target now = route.get();
        Upstream other = now == null ? null : now.next(isUnreachable(failure) ? upstream : null);
        if (other == null) {
            return false;
        }
        response.reset();
        send(now, other);
        return true;
    }

    private void refuse(Throwable failure) {
        target.failed(log, upstream, failure);
        response.reset();
        if (failure instanceof RejectedExecutionException) {
            Edge.unavailable(request, response, callback, target);
        } else if (failure instanceof TimeoutException && !isUnreachable(failure)) {
            Pages.write(
                    request,
                    response,
                    callback,
                    HttpStatus.GATEWAY_TIMEOUT_504,
                    "The app at " + target.name() + " did not answer in time.");
        } else {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, 5);
            Pages.write(
                    request,
                    response,
                    callback,
                    HttpStatus.BAD_GATEWAY_502,
                    "The app at " + target.name() + " does not answer. Try again in a moment.");
        }
    }

    private static boolean isUnreachable(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof NoRouteToHostException
                || failure instanceof SocketTimeoutException;
    }

    private void copy(HttpFields from) {
        HttpFields.Mutable to = response.getHeaders();
        for (HttpField field : from) {
            if (!RequestHead.isHopByHop(field)) {
                to.add(field);
            }
        }
    }

    @Override
    public void prepare(org.eclipse.jetty.client.Request prepared) {
        // The head says all there is to say.
    }

    /** The upstream agreed to change the protocol: from here on bytes go both ways unread. */
    @Override
    public void upgrade(org.eclipse.jetty.client.Response from, EndPoint upstreamEnd, Callback upgraded) {
        EndPoint clientEnd = request.getConnectionMetaData().getConnection().getEndPoint();
        Tunnel[] ends = Tunnel.between(
                clientEnd,
                upstreamEnd,
                request.getComponents().getExecutor(),
                request.getComponents().getByteBufferPool());
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        copy(from.getHeaders());
        response.getHeaders().put(HttpHeader.CONNECTION, "Upgrade");
        response.getHeaders().put(HttpHeader.UPGRADE, from.getHeaders().get(HttpHeader.UPGRADE));
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, ends[0]);
        response.write(
                true,
                BufferUtil.EMPTY_BUFFER,
                Callback.from(
                        () -> {
                            callback.succeeded();
                            upstreamEnd.upgrade(ends[1]);
                            upgraded.succeeded();
                        },
                        failure -> {
                            upstreamEnd.close(failure);
                            callback.failed(failure);
                        }));
    }

    /** One write to the client; there is never a second one under way. */
    private final class Write implements Callback {
        private Content.Chunk chunk;
        private Runnable demander;
        private boolean last;

        void begin(Content.Chunk content, Runnable more, boolean isLast) {
            chunk = content;
            demander = more;
            last = isLast;
            lastWritten = isLast;
        }

        @Override
        public void succeeded() {
            Runnable more = demander;
            boolean wasLast = last;
            release();
            if (more != null) {
                more.run();
            }
            if (wasLast) {
                if (body != null && !body.ended()) {
                    // Answered before all of the body was there: nobody is going to read the rest.
                    sent.abort(new IllegalStateException("The upstream answered before the end of the request"));
                }
                end();
            }
        }

        @Override
        public void failed(Throwable failure) {
            release();
            broken = true;
            sent.abort(failure);
            callback.failed(failure);
        }

        private void release() {
            if (chunk != null) {
                chunk.release();
                chunk = null;
            }
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
