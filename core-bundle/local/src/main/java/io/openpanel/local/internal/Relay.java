package io.openpanel.local.internal;

import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

/**
 * Passes a stream to the visitor on the visitor's own thread: a slow one slows the stream, one that left ends it. At
 * most {@value #AHEAD} items wait.
 */
final class Relay implements Flow.Subscriber<Gateway.Item> {
    private static final int AHEAD = 64;

    private final SocketChannel channel;
    private final Replies replies;
    // One more than asked for: the end of the stream.
    private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(AHEAD + 2);
    private volatile Flow.Subscription subscription;

    /** What the stream said: an item, or that it ended, with or without a failure. */
    private record Signal(byte[] item, Throwable failure) {}

    Relay(SocketChannel channel, Replies replies) {
        this.channel = channel;
        this.replies = replies;
    }

    void pass(Flow.Publisher<Gateway.Item> items) throws IOException {
        items.subscribe(this);
        try {
            while (!visitorLeft()) {
                Signal signal = signals.poll(250, TimeUnit.MILLISECONDS);
                if (signal == null) {
                    continue;
                }
                if (signal.item() == null) {
                    end(signal.failure());
                    return;
                }
                replies.item(signal.item());
                subscription.request(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            replies.end();
        } finally {
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    private void end(Throwable failure) throws IOException {
        if (failure instanceof Problem problem) {
            throw problem;
        }
        if (failure != null) {
            throw new IllegalStateException("A stream broke off", failure);
        }
        replies.end();
    }

    private boolean visitorLeft() throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.allocate(1)) < 0;
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(AHEAD);
    }

    @Override
    public void onNext(Gateway.Item item) {
        signals.add(new Signal(item.json(), null));
    }

    @Override
    public void onError(Throwable failure) {
        signals.add(new Signal(null, failure));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal(null, null));
    }
}
