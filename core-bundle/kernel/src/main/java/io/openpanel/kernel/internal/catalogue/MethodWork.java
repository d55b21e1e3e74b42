package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** An action that is a method of an object here. */
record MethodWork(Object target, Method method, boolean takesCall, String action) implements Entry.Work {
    @Override
    public Object run(Call call, Object in) {
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
            throw new IllegalStateException(action + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new Problem(Problem.Kind.UNAVAILABLE, action + " cannot be called: its class is not public", e);
        }
    }
}
