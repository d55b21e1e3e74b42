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
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Fetches images from registries. */
@Component(service = ImagePull.class)
public final class ImagePull {
    private final DockerEngine engine;

    @Activate
    public ImagePull(@Reference DockerEngine engine) {
        this.engine = engine;
    }

    /** Pulls; may take as long as the registry does, until the job is cancelled. */
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
                Response response = engine.send(
                        what,
                        exchange,
                        request -> request,
                        Request.Method.POST,
                        "/images/create?fromImage=" + URLEncoder.encode(name, StandardCharsets.UTF_8))) {
            follow(call, response, what);
        } catch (IOException e) {
            throw cancelled.get() ? cancelled(reference) : engine.problem(what, new UncheckedIOException(e));
        } catch (RuntimeException e) {
            throw cancelled.get() ? cancelled(reference) : e;
        }
        engine.refreshImages();
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
