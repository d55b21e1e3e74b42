package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Shape;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;

/** One action with everything needed to call it. */
public final class Entry {
    private static final int WORTH_KEEPING = 4096;

    private final Operation operation;
    private final Object target;
    private final Method method;
    private final boolean takesCall;
    private final RecordShape input;
    private final Shape queryInput;
    private final Shape output;
    private final Turnstile turnstile;
    private volatile Written written;

    private record Written(WeakReference<Object> result, byte[] json) {}

    Entry(
            Operation operation,
            Object target,
            Method method,
            boolean takesCall,
            RecordShape input,
            Shape queryInput,
            Shape output,
            Turnstile turnstile) {
        this.operation = operation;
        this.target = target;
        this.method = method;
        this.takesCall = takesCall;
        this.input = input;
        this.queryInput = queryInput;
        this.output = output;
        this.turnstile = turnstile;
    }

    Entry with(Operation changed) {
        return new Entry(changed, target, method, takesCall, input, queryInput, output, turnstile);
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
        return Optional.ofNullable(input != null ? input : queryInput);
    }

    /** The input's components; empty where it takes none or a query. */
    public Optional<RecordShape> inputRecord() {
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
        return new Entry(operation, null, null, false, null, null, null, turnstile);
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

    /** Calls the method. */
    public Object invoke(io.openpanel.api.Call call, Object in) {
        Object[] arguments = new Object[method.getParameterCount()];
        int next = 0;
        if (takesCall) {
            arguments[next++] = call;
        }
        if (next < arguments.length) {
            arguments[next] = in;
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            boolean plugins = e.getCause() instanceof LinkageError || e.getCause() instanceof StackOverflowError;
            if (e.getCause() instanceof Error error && !plugins) {
                throw error;
            }
            throw new IllegalStateException(operation.id() + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new Problem(
                    Problem.Kind.UNAVAILABLE, operation.id() + " cannot be called: its class is not public", e);
        }
    }
}
