package io.openpanel.web.internal.stream;

import io.openpanel.spi.Gateway;
import java.util.concurrent.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes items from a publisher no faster than the client reads: it asks for as many as fit its budget at their average
 * size, and for more only when the client has taken what waits. Nothing is dropped.
 */
final class Intake implements Flow.Subscriber<Gateway.Item> {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int MOST_ITEMS = 5_000;
    private static final int BULK = 64 * 1024;
    private static final int FIRST_GUESS = 4096;
    private static final int LEAST_GUESS = 16;

    private final Framing framing;
    private final int budget;
    private final Outlet outlet;
    private final Bytes waiting = new Bytes();
    private Flow.Subscription subscription;
    private int items;
    private long asked;
    private int average = FIRST_GUESS;
    private boolean cancelled;
    private boolean flowing;
    private End end;

    Intake(Framing framing, int budget, Outlet outlet) {
        this.framing = framing;
        this.budget = budget;
        this.outlet = outlet;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        boolean unwanted;
        synchronized (this) {
            unwanted = cancelled || end != null || subscription != null;
            if (!unwanted) {
                subscription = given;
            }
        }
        if (unwanted) {
            given.cancel();
            return;
        }
        askForMore();
    }

    @Override
    public void onNext(Gateway.Item item) {
        boolean unasked;
        boolean now = false;
        synchronized (this) {
            if (cancelled || end != null) {
                return;
            }
            unasked = asked == 0;
            if (!unasked) {
                now = add(item);
            }
        }
        if (unasked) {
            LOG.warn("A stream sent more items than it was asked for; it is ended");
            finish(new End("error", "The stream sent more than it was asked for"));
        } else if (now) {
            outlet.wake();
        } else {
            outlet.wakeSoon();
        }
    }

    /** Whether it is time to write: there is much, or the publisher may send no more. */
    private boolean add(Gateway.Item item) {
        int before = waiting.size();
        framing.add(waiting, item);
        asked--;
        items++;
        average = Math.max(LEAST_GUESS, (15 * average + waiting.size() - before) / 16);
        return waiting.size() >= BULK || asked == 0;
    }

    @Override
    public void onError(Throwable cause) {
        end(End.of(cause));
    }

    @Override
    public void onComplete() {
        // It may be at its end before whoever subscribed comes to say so.
        flows();
        end(End.DONE);
    }

    /** Ends it from here; what came before still goes out. */
    void finish(End reason) {
        end(reason);
        unsubscribe();
    }

    private void end(End reason) {
        synchronized (this) {
            if (end != null || cancelled) {
                return;
            }
            end = reason;
        }
        outlet.wake();
    }

    /** From here on nothing that happens is missed. */
    void flows() {
        synchronized (this) {
            flowing = true;
        }
        outlet.wakeSoon();
    }

    synchronized boolean isFlowing() {
        return flowing;
    }

    /** Moves what waits; returns why it ended, once it has and nothing more will come, else null. */
    synchronized End take(Bytes out) {
        out.add(waiting);
        waiting.clear();
        items = 0;
        return end;
    }

    /** Asks for what has become free. */
    void askForMore() {
        long more;
        Flow.Subscription current;
        synchronized (this) {
            current = subscription;
            if (current == null || cancelled || end != null) {
                return;
            }
            long room = Math.max(0, budget - waiting.size()) / average;
            more = Math.min(MOST_ITEMS, Math.max(1, room)) - asked - items;
            if (more <= 0) {
                return;
            }
            asked += more;
        }
        current.request(more);
    }

    /** The reader has gone. */
    void cancel() {
        synchronized (this) {
            cancelled = true;
            waiting.clear();
        }
        unsubscribe();
    }

    private void unsubscribe() {
        Flow.Subscription current;
        synchronized (this) {
            current = subscription;
        }
        if (current != null) {
            current.cancel();
        }
    }
}
