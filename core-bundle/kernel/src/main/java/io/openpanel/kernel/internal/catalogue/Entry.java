package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Operation;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Shape;
import java.lang.ref.WeakReference;
import java.util.Optional;

/** One action with everything needed to call it. */
public final class Entry {
    private static final int WORTH_KEEPING = 4096;

    private final Operation operation;
    private final Object target;
    private final Work work;
    private final Shape input;
    private final Shape output;
    private final Turnstile turnstile;
    private volatile Written written;

    private record Written(WeakReference<Object> result, byte[] json) {}

    /** What an action does: a method of the plugin here, or a question to where the plugin runs. */
    @FunctionalInterface
    public interface Work {
        Object run(Call call, Object input);
    }

    /**
     * @param target whose action it is; the same as long as it is the same action
     * @param input null where it takes none
     * @param output null where it returns nothing
     */
    public Entry(Operation operation, Object target, Work work, Shape input, Shape output, Turnstile turnstile) {
        this.operation = operation;
        this.target = target;
        this.work = work;
        this.input = input;
        this.output = output;
        this.turnstile = turnstile;
    }

    Entry with(Operation changed) {
        return new Entry(changed, target, work, input, output, turnstile);
    }

    public Operation operation() {
        return operation;
    }

    public String id() {
        return operation.id();
    }

    public boolean isDestroy() {
        return operation.effect() == Action.Effect.DESTROY;
    }

    public boolean isRead() {
        return operation.effect() == Action.Effect.READ;
    }

    /** The input's shape; empty where the action takes none. */
    public Optional<Shape> input() {
        return Optional.ofNullable(input);
    }

    /** The shape of what it returns, or of one item of a stream; empty for nothing. */
    public Optional<Shape> output() {
        return Optional.ofNullable(output);
    }

    public Turnstile turnstile() {
        return turnstile;
    }

    /** Keeps the place of an action whose plugin is being exchanged; there is nothing to call. */
    Entry placeholder() {
        return new Entry(operation, null, null, null, null, turnstile);
    }

    boolean isPlaceholder() {
        return target == null;
    }

    /** Whether both call the same method of the same object. */
    boolean isSameAs(Entry other) {
        return other != null && other.target == target && target != null;
    }

    /** What it returned as UTF-8. The very same record again, as a list that did not change, is not written again. */
    public byte[] write(Object result) {
        Written last = written;
        if (last != null && last.result.refersTo(result)) {
            return last.json;
        }
        byte[] json = Json.bytes(output, result);
        if (isRead() && json.length >= WORTH_KEEPING) {
            written = new Written(new WeakReference<>(result), json);
        }
        return json;
    }

    /** Does it. */
    public Object invoke(Call call, Object in) {
        return work.run(call, in);
    }
}
