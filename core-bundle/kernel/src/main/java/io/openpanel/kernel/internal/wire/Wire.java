package io.openpanel.kernel.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Both ways over one socket: many questions at once, each with one answer. Nobody who asks or answers ever waits for the
 * other side to read; a side that does not read is cut off.
 */
public final class Wire implements AutoCloseable {
    private static final long MOST_UNSENT = 16 << 20;

    private final String name;
    private final SocketChannel channel;
    private final Frames frames;
    private final Answering answering;
    private final Runnable onEnd;
    private final ThreadPoolExecutor workers;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong unsent = new AtomicLong();
    private final LinkedBlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final Map<Long, Long> givenUp = new ConcurrentHashMap<>();
    private final Map<Long, Future<?>> working = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** Answers the other side's questions, each on a thread of its own. */
    @FunctionalInterface
    public interface Answering {
        /** @return null for nothing to say */
        JsonNode answer(Wire asker, String what, ObjectNode body);
    }

    /**
     * @param mostBytes of one message of the other side
     * @param mostAsked questions of the other side that are worked on at once
     * @param onEnd runs when the connection has ended, however it did
     */
    public Wire(String name, SocketChannel channel, int mostBytes, int mostAsked, Answering answering, Runnable onEnd) {
        this.name = name;
        this.channel = channel;
        this.frames = new Frames(channel, mostBytes);
        this.answering = answering;
        this.onEnd = onEnd;
        this.workers = new ThreadPoolExecutor(
                0, mostAsked, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> thread(work, name + "-work"));
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to listen. */
    public Wire start() {
        thread(this::read, name + "-read").start();
        thread(this::write, name + "-write").start();
        return this;
    }

    /**
     * Asks the other side.
     *
     * @throws Problem what the other side threw, or {@link Problem.Kind#TIMEOUT}, or {@link Problem.Kind#UNAVAILABLE}
     *     when it has gone
     * @throws IllegalStateException a bug of the other side
     */
    public JsonNode ask(String what, ObjectNode body, Duration patience) {
        long id = next.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        send(Json.object().put("id", id).put("ask", what).<ObjectNode>set("body", body));
        if (closed) {
            waiting.remove(id);
            throw gone();
        }
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            giveUp(id);
            throw new Problem(Problem.Kind.TIMEOUT, name + " did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            giveUp(id);
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The call of " + name + " was given up", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    private void giveUp(long id) {
        if (waiting.remove(id) != null) {
            givenUp.put(id, System.nanoTime());
            send(Json.object().put("cancel", id));
        }
    }

    /** For how long the other side has not ended something that was given up. */
    public Duration longestStuck() {
        long now = System.nanoTime();
        return Duration.ofNanos(
                givenUp.values().stream().mapToLong(since -> now - since).max().orElse(0));
    }

    private static Problem gone() {
        return new Problem(Problem.Kind.UNAVAILABLE, "The plugin's process has ended; it is started again")
                .retryAfter(Duration.ofSeconds(2));
    }

    private void send(ObjectNode message) {
        byte[] bytes = Json.bytes(message);
        if (unsent.addAndGet(bytes.length) > MOST_UNSENT) {
            close();
            return;
        }
        outgoing.add(bytes);
    }

    private void write() {
        try {
            while (!closed) {
                byte[] message = outgoing.take();
                frames.write(message);
                unsent.addAndGet(-message.length);
            }
        } catch (IOException e) {
            close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            while (!closed) {
                take(Json.parseObject(frames.read()));
            }
        } catch (IOException | RuntimeException e) {
            // Whoever sends what is no message is cut off like one that has gone.
        } finally {
            close();
        }
    }

    private void take(ObjectNode message) {
        if (message.has("re")) {
            long id = message.get("re").asLong();
            givenUp.remove(id);
            CompletableFuture<JsonNode> answer = waiting.remove(id);
            if (answer != null && message.has("problem")) {
                answer.completeExceptionally(Problems.read(message.get("problem")));
            } else if (answer != null) {
                answer.complete(message.path("ok"));
            }
            return;
        }
        if (message.has("cancel")) {
            Future<?> work = working.get(message.get("cancel").asLong());
            if (work != null) {
                work.cancel(true);
            }
            return;
        }
        work(message.path("id").asLong(), message.path("ask").asText(""), message.withObject("/body"));
    }

    private void work(long id, String what, ObjectNode body) {
        FutureTask<Void> task = new FutureTask<>(() -> answer(id, what, body), null);
        working.put(id, task);
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            working.remove(id);
            send(refusal(
                    id,
                    new Problem(
                                    Problem.Kind.LIMITED,
                                    "More than " + workers.getMaximumPoolSize() + " questions at once")
                            .retryAfter(Duration.ofSeconds(1))));
        }
    }

    private void answer(long id, String what, ObjectNode body) {
        ObjectNode reply;
        try {
            JsonNode answer = answering.answer(this, what, body);
            reply = Json.object().put("re", id);
            if (answer != null) {
                reply.set("ok", answer);
            }
        } catch (RuntimeException failure) {
            reply = refusal(id, failure);
        } catch (LinkageError | StackOverflowError failure) {
            reply = refusal(id, new IllegalStateException(failure));
        }
        working.remove(id);
        send(reply);
    }

    private static ObjectNode refusal(long id, RuntimeException failure) {
        return Json.object().put("re", id).<ObjectNode>set("problem", Problems.write(failure));
    }

    public boolean isOpen() {
        return !closed;
    }

    /** Ends it; whoever waits for an answer is told. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Gone is what it was to be.
        }
        outgoing.clear();
        outgoing.add(new byte[0]);
        working.values().forEach(each -> each.cancel(true));
        workers.shutdown();
        waiting.values().forEach(each -> each.completeExceptionally(gone()));
        waiting.clear();
        onEnd.run();
    }
}
