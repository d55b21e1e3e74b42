package io.openpanel.data.internal.row;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The shapes of record classes. A shape lives with its class, so a plugin's classes go when the plugin goes;
 * {@link #close} takes the shapes off again, so that this bundle's classes go when it does.
 */
public final class Shapes implements AutoCloseable {
    private final Set<Class<?>> known = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private final Codecs codecs = new Codecs(this);
    private final ClassValue<RecordShape> shapes = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            known.add(type);
            return new RecordShape(type, codecs);
        }
    };

    public RecordShape of(Class<?> type) {
        return shapes.get(type);
    }

    @Override
    public void close() {
        synchronized (known) {
            known.forEach(shapes::remove);
            known.clear();
        }
    }
}
