package io.openpanel.web.internal.rest;

import io.openpanel.api.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every path of one state of the catalogue, as a tree of segments; never changes. */
public final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

    private final Map<String, Route> byAction = new HashMap<>();
    private final Node root = new Node();
    private int deepest;

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private final Map<String, Route> methods = new HashMap<>(4);
        private Node variable;
    }

    /** @param values of the path's variables, as the client wrote them */
    record Match(Route route, String[] values) {}

    Routes(List<Operation> operations) {
        operations.forEach(this::add);
    }

    private void add(Operation operation) {
        if (!operation.path().startsWith("/")) {
            LOG.error(
                    "The path '{}' of {} must start with a slash; it cannot be reached by REST",
                    operation.path(),
                    operation.id());
            return;
        }
        List<String> variables = new ArrayList<>();
        Node node = root;
        for (String segment : operation.path().substring(1).split("/")) {
            if (segment.startsWith("{") && segment.endsWith("}")) {
                variables.add(segment.substring(1, segment.length() - 1));
                node.variable = node.variable == null ? new Node() : node.variable;
                node = node.variable;
            } else {
                node = node.literals.computeIfAbsent(segment, any -> new Node());
            }
        }
        deepest = Math.max(deepest, variables.size());
        Route route = new Route(operation, List.copyOf(variables));
        byAction.put(operation.id(), route);
        Route other = node.methods.putIfAbsent(operation.method(), route);
        if (other != null) {
            LOG.warn(
                    "{} {} belongs to {}; {} cannot be reached by REST",
                    operation.method(),
                    operation.path(),
                    other.operation().id(),
                    operation.id());
        }
    }

    public Optional<Route> action(String id) {
        return Optional.ofNullable(byAction.get(id));
    }

    /** The route of a raw path, or null. A literal segment goes before a variable. */
    Match find(String method, String path, int from) {
        String[] values = new String[deepest];
        Route route = find(root, method, path, from, values, 0);
        return route == null ? null : new Match(route, values);
    }

    private static Route find(Node node, String method, String path, int from, String[] values, int known) {
        if (from > path.length()) {
            return node.methods.get(method);
        }
        int slash = path.indexOf('/', from);
        int end = slash < 0 ? path.length() : slash;
        if (end == from) {
            return null;
        }
        String segment = path.substring(from, end);
        Node literal = node.literals.get(segment);
        Route route = literal == null ? null : find(literal, method, path, end + 1, values, known);
        if (route != null || node.variable == null) {
            return route;
        }
        values[known] = segment;
        return find(node.variable, method, path, end + 1, values, known + 1);
    }

    /** The methods a path takes; empty where there is no such path. */
    Set<String> methods(String path, int from) {
        Set<String> methods = new TreeSet<>();
        methods(root, path, from, methods);
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private static void methods(Node node, String path, int from, Set<String> methods) {
        if (from > path.length()) {
            methods.addAll(node.methods.keySet());
            return;
        }
        int slash = path.indexOf('/', from);
        int end = slash < 0 ? path.length() : slash;
        Node literal = end == from ? null : node.literals.get(path.substring(from, end));
        if (literal != null) {
            methods(literal, path, end + 1, methods);
        }
        if (node.variable != null && end > from) {
            methods(node.variable, path, end + 1, methods);
        }
    }
}
