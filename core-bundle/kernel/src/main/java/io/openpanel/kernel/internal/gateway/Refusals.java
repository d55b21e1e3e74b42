package io.openpanel.kernel.internal.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes who tried what they may not. The same attempt is written once a minute, so that whoever repeats it fills no
 * table; each is counted in the metrics.
 */
public final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final int MOST = 10_000;
    private static final int LONGEST_REF = 200;

    private final Audit audit;
    private final InstantSource clock;
    private final Map<List<Object>, Instant> written = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Object>, Instant> eldest) {
            return size() > MOST;
        }
    };

    public Refusals(Audit audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /** From where somebody tries something. */
    record Attempt(
            Entry entry,
            Principal caller,
            String via,
            String surface,
            String address,
            String requestId,
            ObjectNode input) {}

    /** Asks whether somebody may; when not, that is written before they hear it. */
    <T> T noting(Attempt attempt, Supplier<T> admission) {
        try {
            return admission.get();
        } catch (Problem problem) {
            if (problem.kind() == Problem.Kind.DENIED) {
                note(attempt, problem);
            }
            throw problem;
        }
    }

    private void note(Attempt attempt, Problem problem) {
        List<String> resources = resources(attempt.entry().operation(), attempt.input());
        Audit.Intent tried = new Audit.Intent(
                Ref.create("call").id(),
                attempt.caller(),
                attempt.via(),
                attempt.surface(),
                attempt.address(),
                attempt.requestId(),
                attempt.entry().id(),
                resources,
                attempt.caller().team());
        if (!isNew(List.of(attempt.caller().ref(), tried.action(), resources))) {
            return;
        }
        try {
            audit.refused(tried, problem.getMessage());
        } catch (RuntimeException e) {
            // They are refused whether or not it can be written.
            LOG.warn(
                    "That {} was refused {} could not be written",
                    tried.caller().ref(),
                    tried.action(),
                    e);
        }
    }

    private synchronized boolean isNew(List<Object> attempt) {
        Instant now = clock.instant();
        Instant former = written.get(attempt);
        if (former != null && now.isBefore(former.plus(PAUSE))) {
            return false;
        }
        written.remove(attempt);
        written.put(attempt, now);
        return true;
    }

    private static List<String> resources(Operation operation, ObjectNode input) {
        return operation.refs().stream()
                .filter(param -> input.path(param.name()).isTextual())
                .map(param -> named(param, input.get(param.name()).asText()))
                .filter(text -> text.length() <= LONGEST_REF)
                .toList();
    }

    private static String named(Operation.RefParam param, String text) {
        return param.isOfAnyKind() || text.startsWith(param.kind() + ':') ? text : param.kind() + ':' + text;
    }
}
