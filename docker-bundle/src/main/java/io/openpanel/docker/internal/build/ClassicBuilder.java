package io.openpanel.docker.internal.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** Builds with the engine's own builder, which needs nothing but its API. */
final class ClassicBuilder implements Builder {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PERIOD = 100_000;

    /** A quarter of what a container has: where processors are short, the apps that serve come first. */
    static final int WEIGHT = 256;

    /** What the engine says when a step it took from its cache was removed before the next one began. */
    private static final Pattern LOST = Pattern.compile("(?i)(unable to find image|no such image:?) '?sha256:");

    private final DockerEngine engine;
    /** Of builds that ended while the engine was away. */
    private final Queue<Layers> left = new ConcurrentLinkedQueue<>();

    ClassicBuilder(DockerEngine engine) {
        this.engine = engine;
    }

    @Override
    public void build(Call call, BuildOrder order) {
        Path archive = order.workspace().resolve(".build-context.tar");
        Layers layers = new Layers(engine, order.workspace());
        boolean done = false;
        try {
            long size = new BuildContext(order.directory(), order.dockerfile()).write(archive);
            call.log("Sending the source tree to the engine, " + size / 1024 + " KiB");
            try {
                run(call, order, archive, layers);
            } catch (Problem problem) {
                if (!LOST.matcher(problem.getMessage()).find()) {
                    throw problem;
                }
                call.log("Another build took an image with it that this one stood on; building again");
                run(call, order, archive, layers);
            }
            done = true;
        } finally {
            delete(archive);
            if (!done && !layers.remove()) {
                left.add(layers);
            }
        }
    }

    void removeLeft() {
        left.removeIf(Layers::remove);
    }

    private void run(Call call, BuildOrder order, Path archive, Layers layers) {
        Exchange exchange = engine.stream();
        AtomicBoolean cancelled = new AtomicBoolean();
        call.onCancel(() -> {
            cancelled.set(true);
            exchange.abort();
        });
        try (TimeLimit limit = new TimeLimit(order.longest(), exchange::abort)) {
            try {
                send(call, order, archive, layers, exchange);
            } catch (RuntimeException e) {
                throw limit.isOver() ? limit.problem(order.tag()) : cancelled.get() ? cancelled(order) : e;
            }
        }
    }

    private void send(Call call, BuildOrder order, Path archive, Layers layers, Exchange exchange) {
        String what = "build the image " + order.tag();
        try (exchange;
                InputStream tar = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                Response response = engine.send(
                        what,
                        exchange,
                        request -> request.body(tar).putHeader("Content-Type", "application/x-tar"),
                        Request.Method.POST,
                        path(order))) {
            follow(response, new BuildLines(call), layers);
        } catch (IOException e) {
            throw engine.problem(what, new UncheckedIOException(e));
        }
    }

    private static Problem cancelled(BuildOrder order) {
        return new Problem(Problem.Kind.CONFLICT, "The build of " + order.tag() + " was cancelled");
    }

    private static String path(BuildOrder order) {
        Map<String, String> arguments = new TreeMap<>();
        order.arguments().forEach((name, value) -> arguments.put(name, value.reveal()));
        StringBuilder path = new StringBuilder("/build?version=1&rm=1&forcerm=1&cpushares=" + WEIGHT);
        add(path, "t", order.tag());
        add(path, "dockerfile", order.dockerfile());
        add(path, "labels", json(order.labels()));
        add(path, "buildargs", json(arguments));
        order.memory().ifPresent(bytes -> path.append("&memory=")
                .append(bytes)
                .append("&memswap=")
                .append(bytes));
        order.cpus().ifPresent(cpus -> path.append("&cpuperiod=")
                .append(PERIOD)
                .append("&cpuquota=")
                .append((long) (cpus * PERIOD)));
        return path.toString();
    }

    private static void add(StringBuilder path, String name, String value) {
        path.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private static String json(Map<String, String> map) {
        try {
            return JSON.writeValueAsString(map);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A map of texts is always JSON", e);
        }
    }

    private static void follow(Response response, BuildLines lines, Layers layers) throws IOException {
        PullProgress pull = new PullProgress();
        MappingIterator<JsonNode> messages = JSON.readerFor(JsonNode.class).readValues(response.getBody());
        while (messages.hasNextValue()) {
            JsonNode message = messages.nextValue();
            String text = message.path("stream").asText("");
            layers.heard(text);
            lines.text(text);
            pull.line(message).ifPresent(line -> lines.text(line + '\n'));
            if (message.has("error")) {
                lines.flush();
                throw failed(message.path("error").asText());
            }
        }
        lines.flush();
    }

    private static Problem failed(String said) {
        // As with RUN --mount: the engine refers to a page that says nothing of this panel.
        String advice = said.contains("requires BuildKit")
                ? "The Dockerfile has what only BuildKit knows: install the docker program with its plugin buildx on the server and deploy again"
                : "The last lines of the log say which step; correct it and deploy again";
        return new Problem(Problem.Kind.UPSTREAM, "The build failed: " + said + ". " + advice);
    }

    private static void delete(Path archive) {
        try {
            Files.deleteIfExists(archive);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + archive.getFileName(), e);
        }
    }
}
