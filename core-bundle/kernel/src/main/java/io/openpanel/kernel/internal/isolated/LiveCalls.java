package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.shape.Json;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The calls that are in a plugin's process at this moment: as those, and as no others, it may ask for more. */
final class LiveCalls {
    private final Map<Long, LiveCall> calls = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    long begin(LiveCall call) {
        long number = next.incrementAndGet();
        calls.put(number, call);
        return number;
    }

    void end(long number) {
        calls.remove(number);
    }

    /** @throws Problem when it has ended */
    LiveCall require(long number) {
        LiveCall call = calls.get(number);
        if (call == null) {
            throw new Problem(Problem.Kind.CONFLICT, "The call that this was asked in has ended");
        }
        return call;
    }

    /** What the plugin is told of it. The session is not its concern. */
    static ObjectNode describe(long number, LiveCall call) {
        ObjectNode json = Json.object()
                .put("number", number)
                .put("surface", call.surface())
                .put("address", call.address());
        json.put("caller", call.caller().ref().toString())
                .put("name", call.caller().name());
        call.team().ifPresent(team -> json.put("team", team.toString()));
        call.job().ifPresent(job -> json.put("job", job.toString())
                .put("attempt", call.attempt())
                .put("turn", call.turn()));
        return json;
    }
}
