package io.openpanel.docker.internal.engine;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Map;

/** One request to the engine and its answer, which another thread can abort at any moment. */
public final class Exchange implements AutoCloseable {
    private final DockerHttpClient client;
    private final Runnable ended;
    private Thread sender;
    private Response response;
    private boolean aborted;
    private boolean interrupted;
    private volatile boolean timedOut;

    /** @param ended runs when the exchange is over, however it ended */
    Exchange(DockerHttpClient client, Runnable ended) {
        this.client = client;
        this.ended = ended;
    }

    /** Sends the request and waits for the head of the answer. */
    public Response send(Request request) {
        synchronized (this) {
            if (aborted) {
                throw failure(new IOException("The call to the engine was cancelled"));
            }
            sender = Thread.currentThread();
        }
        Response answer = null;
        try {
            answer = client.execute(request);
            return take(answer);
        } catch (RuntimeException e) {
            throw isAborted() ? failure(e) : e;
        } finally {
            release(answer == null || isAborted());
        }
    }

    private synchronized boolean isAborted() {
        return aborted;
    }

    private synchronized Response take(Response answer) {
        if (aborted) {
            answer.close();
            throw failure(new IOException("The call to the engine was cancelled"));
        }
        response = answer;
        return new Guarded(answer);
    }

    private void release(boolean failed) {
        synchronized (this) {
            sender = null;
            if (interrupted) {
                // Ours, not the caller's.
                Thread.interrupted();
            }
        }
        if (failed) {
            ended.run();
        }
    }

    void expire() {
        timedOut = true;
        abort();
    }

    /** Ends the exchange at once; whoever waits for it gets an exception. */
    public void abort() {
        Response open;
        synchronized (this) {
            if (aborted) {
                return;
            }
            aborted = true;
            open = response;
            if (open == null && sender != null) {
                interrupted = true;
                sender.interrupt();
            }
        }
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        abort();
        ended.run();
    }

    private UncheckedIOException failure(Exception cause) {
        if (timedOut) {
            SocketTimeoutException timeout = new SocketTimeoutException("The engine did not answer in time");
            timeout.initCause(cause);
            return new UncheckedIOException(timeout);
        }
        return new UncheckedIOException(cause instanceof IOException io ? io : new IOException(cause));
    }

    /** An answer whose late bytes are reported as a time-out, not as the closed channel they end in. */
    private final class Guarded implements Response {
        private final Response answer;
        private final InputStream body;

        Guarded(Response answer) {
            this.answer = answer;
            this.body = new FilterInputStream(answer.getBody()) {
                @Override
                public int read() throws IOException {
                    try {
                        return in.read();
                    } catch (IOException e) {
                        throw timedOut ? failure(e).getCause() : e;
                    }
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    try {
                        return in.read(buffer, offset, length);
                    } catch (IOException e) {
                        throw timedOut ? failure(e).getCause() : e;
                    }
                }
            };
        }

        @Override
        public int getStatusCode() {
            return answer.getStatusCode();
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            return answer.getHeaders();
        }

        @Override
        public InputStream getBody() {
            return body;
        }

        @Override
        public void close() {
            answer.close();
            ended.run();
        }
    }
}
