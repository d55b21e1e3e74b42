package io.openpanel.kernel.internal.gateway;

import java.util.Optional;
import java.util.function.Supplier;

/** Which call the current thread works for. */
public final class Calls {
    private final ThreadLocal<LiveCall> current = new ThreadLocal<>();
    private final ThreadLocal<Integer> transactions = new ThreadLocal<>();

    public Optional<LiveCall> current() {
        return Optional.ofNullable(current.get());
    }

    /** Works as a call; the former one is back afterwards. */
    public <T> T as(LiveCall call, Supplier<T> work) {
        LiveCall former = current.get();
        current.set(call);
        try {
            return work.get();
        } finally {
            if (former == null) {
                current.remove();
            } else {
                current.set(former);
            }
        }
    }

    /** Notes that a transaction began or ended on this thread. */
    public void inTransaction(boolean begun) {
        int open = (transactions.get() == null ? 0 : transactions.get()) + (begun ? 1 : -1);
        if (open > 0) {
            transactions.set(open);
        } else {
            transactions.remove();
        }
    }

    /** @throws IllegalStateException inside a database transaction, which would wait for another plugin's work */
    public void refuseInTransaction(String action) {
        if (transactions.get() != null) {
            throw new IllegalStateException(
                    action + " was called inside a database transaction; call it before or after");
        }
    }
}
