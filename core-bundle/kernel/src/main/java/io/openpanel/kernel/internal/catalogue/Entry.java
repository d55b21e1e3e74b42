package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** One action with everything needed to call it. */
public final class Entry {
    private final Operation operation;
    private final Object target;
    private final Method method;
    private final boolean takesCall;
    private final RecordShape input;
    private final Shape queryInput;
    private final Shape output;
    private final Running running;

    /** How many calls of a plugin are under way. */
    public static final class Running {
        private final AtomicInteger calls = new AtomicInteger();

        public int count() {
            return calls.get();
        }

        public void enter() {
            calls.incrementAndGet();
        }

        public void leave() {
            calls.decrementAndGet();
        }
    }

    Entry(
            Operation operation,
            Object target,
            Method method,
            boolean takesCall,
            RecordShape input,
            Shape queryInput,
            Shape output,
            Running running) {
        this.operation = operation;
        this.target = target;
        this.method = method;
        this.takesCall = takesCall;
        this.input = input;
        this.queryInput = queryInput;
        this.output = output;
        this.running = running;
    }

    Entry with(Operation changed) {
        return new Entry(changed, target, method, takesCall, input, queryInput, output, running);
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

    public Running running() {
        return running;
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
