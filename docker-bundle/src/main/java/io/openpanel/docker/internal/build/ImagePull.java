package io.openpanel.docker.internal.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.EngineProblems;
import io.openpanel.docker.internal.engine.Exchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Fetches images from registries. */
@Component(service = ImagePull.class)
public final class ImagePull {
    private static final Duration LONGEST = Duration.ofHours(2);

    private final DockerEngine engine;
    private final Duration longest;

    @Activate
    public ImagePull(@Reference DockerEngine engine) {
        this(engine, LONGEST);
    }

    ImagePull(DockerEngine engine, Duration longest) {
        this.engine = engine;
        this.longest = longest;
    }

    /** Pulls until it is there, takes too long or is cancelled: a registry that says nothing would keep its app waiting for ever. */
    public void pull(Call call, String reference) {
        String what = "pull the image " + reference;
        // Without a tag the engine would fetch every tag there is.
        boolean exact = reference.contains("@") || reference.lastIndexOf(':') > reference.lastIndexOf('/');
        String name = exact ? reference : reference + ":latest";
        Exchange exchange = engine.stream();
        AtomicBoolean cancelled = new AtomicBoolean();
        call.onCancel(() -> {
            cancelled.set(true);
            exchange.abort();
        });
        try (exchange;
                TimeLimit limit = new TimeLimit(longest, exchange::abort)) {
            try {
                receive(call, exchange, what, name);
            } catch (RuntimeException e) {
                throw limit.isOver() ? late(reference) : cancelled.get() ? cancelled(reference) : e;
            }
        }
        engine.refreshImages();
    }

    private void receive(Call call, Exchange exchange, String what, String name) {
        try (Response response = engine.send(
                what,
                exchange,
                request -> request,
                Request.Method.POST,
                "/images/create?fromImage=" + URLEncoder.encode(name, StandardCharsets.UTF_8))) {
            follow(call, response, what);
        } catch (IOException e) {
            throw engine.problem(what, new UncheckedIOException(e));
        }
    }

    private Problem late(String reference) {
        return new Problem(
                Problem.Kind.UPSTREAM,
                "The pull of " + reference + " took more than " + longest.toHours()
                        + " h and was ended. Try again, or fetch the image on the server by docker pull");
    }

    private static Problem cancelled(String reference) {
        return new Problem(Problem.Kind.CONFLICT, "The pull of " + reference + " was cancelled");
    }

    private static void follow(Call call, Response response, String what) throws IOException {
        PullProgress progress = new PullProgress();
        MappingIterator<JsonNode> messages =
                new ObjectMapper().readerFor(JsonNode.class).readValues(response.getBody());
        while (messages.hasNextValue()) {
            JsonNode message = messages.nextValue();
            if (message.has("error")) {
                throw EngineProblems.answered(what, 500, message.path("error").asText());
            }
            progress.line(message).ifPresent(line -> {
                call.log(line);
                call.progress(progress.percent());
            });
        }
    }
}
