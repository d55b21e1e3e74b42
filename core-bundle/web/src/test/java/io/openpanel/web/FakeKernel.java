package io.openpanel.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Actions by id with what each answers; reads input as strictly as the real gateway and echoes it unless told otherwise. */
final class FakeKernel implements Gateway {
    private static final ObjectMapper STRICT = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(100).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final Map<String, Operation> operations = new TreeMap<>();
    private final Map<String, Function<Invocation, Reply>> answers = new ConcurrentHashMap<>();
    private final Map<String, Function<Invocation, Problem>> refusals = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final List<Invocation> calls = new CopyOnWriteArrayList<>();
    private volatile boolean remembering = true;
    private volatile List<Allowance> allowances = List.of();
    private volatile Set<String> shut = Set.of();

    /** The calls since the last look. */
    List<Invocation> calls() {
        List<Invocation> seen = new ArrayList<>(calls);
        calls.clear();
        return seen;
    }

    Invocation call() {
        List<Invocation> seen = calls();
        return seen.get(seen.size() - 1);
    }

    void forget() {
        remembering = false;
        calls.clear();
    }

    void answer(String action, Function<Invocation, Reply> answer) {
        answers.put(action, answer);
    }

    void refuse(String action, Function<Invocation, Problem> refusal) {
        refusals.put(action, refusal);
    }

    synchronized void add(String id, String method, String path, String input) {
        add(id, method, path, input, Operation.Form.RECORD, "{\"type\":\"object\"}");
    }

    synchronized void add(String id, String method, String path, String input, Operation.Form form, String output) {
        String noun = id.substring(0, id.indexOf('.'));
        Action.Effect effect = method.equals("GET")
                ? Action.Effect.READ
                : method.equals("DELETE") ? Action.Effect.DESTROY : Action.Effect.CHANGE;
        operations.put(
                id,
                new Operation(
                        id,
                        "test",
                        noun,
                        "Does " + id,
                        effect,
                        id.equals("setup.get") ? Action.Access.OPEN : Action.Access.PERMISSION,
                        false,
                        id.equals("app.deploy"),
                        false,
                        0,
                        form,
                        method,
                        path,
                        id.equals("app.deploy") ? "deploy {app}" : "",
                        input,
                        output,
                        List.of(),
                        Set.of()));
        changed();
    }

    synchronized void remove(String id) {
        operations.remove(id);
        changed();
    }

    private void changed() {
        changes.incrementAndGet();
        listeners.forEach(Runnable::run);
    }

    static JsonNode parse(byte[] json) {
        try {
            return STRICT.readTree(json);
        } catch (IOException e) {
            throw Problem.invalid("body", "The body is not valid JSON: " + e.getMessage());
        }
    }

    @Override
    public Reply call(Invocation invocation) {
        if (remembering) {
            calls.add(invocation);
        }
        if (authenticate(invocation.caller()).isEmpty() && invocation.caller() instanceof Caller.Bearer) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "The token is not valid");
        }
        Function<Invocation, Reply> answer = answers.get(invocation.action());
        if (answer != null) {
            return answer.apply(invocation);
        }
        byte[] input = invocation.input().length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : invocation.input();
        JsonNode tree = parse(input);
        if (!tree.isObject()) {
            throw Problem.invalid("body", "The body must be a JSON object");
        }
        return new Reply.Done(input, Optional.empty());
    }

    @Override
    public Reply call(Invocation invocation, Consumer<Allowance> told) {
        allowances.forEach(told);
        return call(invocation);
    }

    @Override
    public Optional<Problem> refusal(String address) {
        return shut.contains(address)
                ? Optional.of(new Problem(Problem.Kind.DENIED, "Not from " + address))
                : Optional.empty();
    }

    /** What is told before each answer. */
    void allow(Allowance... next) {
        allowances = List.of(next);
    }

    /** Addresses that may not use the panel. */
    void shut(String... addresses) {
        shut = Set.of(addresses);
    }

    @Override
    public List<Resource> lineage(Principal principal, Ref resource) {
        throw Problem.missing(resource);
    }

    @Override
    public Principal check(Invocation invocation) {
        Principal caller = authenticate(invocation.caller())
                .orElseThrow(() -> new Problem(Problem.Kind.UNAUTHENTICATED, "The token is not valid"));
        Function<Invocation, Problem> refusal = refusals.get(invocation.action());
        Problem problem = refusal == null ? null : refusal.apply(invocation);
        if (problem != null) {
            throw problem;
        }
        return caller;
    }

    @Override
    public Optional<Principal> authenticate(Caller caller) {
        return caller instanceof Caller.Bearer bearer && bearer.token().startsWith("good")
                ? Optional.of(new Principal(
                        new Ref("user", bearer.token()),
                        "U",
                        bearer.team(),
                        Optional.of(new Ref("session", bearer.token()))))
                : Optional.empty();
    }

    Catalogue catalogue() {
        return new Catalogue() {
            @Override
            public List<String> pending() {
                return List.of();
            }

            @Override
            public List<Operation> operations() {
                synchronized (FakeKernel.this) {
                    return List.copyOf(operations.values());
                }
            }

            @Override
            public Optional<Operation> operation(String id) {
                synchronized (FakeKernel.this) {
                    return Optional.ofNullable(operations.get(id));
                }
            }

            @Override
            public Map<String, String> kinds() {
                return Map.of();
            }

            @Override
            public boolean isServing(org.osgi.framework.Bundle bundle) {
                return true;
            }

            @Override
            public String version() {
                return "v" + changes.get();
            }

            @Override
            public AutoCloseable onChange(Runnable listener) {
                listeners.add(listener);
                return () -> listeners.remove(listener);
            }
        };
    }
}
