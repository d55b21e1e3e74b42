package io.openpanel.docker.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The answers to the last questions. The question names everything that the answer depends on. */
public final class Recent<Q, A> {
    private final Map<Q, A> answers;

    /** @param most how many are kept */
    public Recent(int most) {
        answers = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Q, A> eldest) {
                return size() > most;
            }
        };
    }

    /** The very same answer as before, or a new one. */
    public A get(Q question, Supplier<A> answer) {
        synchronized (answers) {
            A known = answers.get(question);
            if (known != null) {
                return known;
            }
        }
        A found = answer.get();
        synchronized (answers) {
            answers.put(question, found);
        }
        return found;
    }
}
