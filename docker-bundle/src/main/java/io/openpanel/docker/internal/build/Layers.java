package io.openpanel.docker.internal.build;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images between that one build made, as it told: removed, exactly these, when it does not come to its end. They are
 * noted in the workspace, so that the next attempt of a job knows those of an attempt that died with the panel.
 */
final class Layers {
    private static final Logger LOG = LoggerFactory.getLogger(Layers.class);
    static final String NOTE = ".build-layers";
    private static final Pattern MADE = Pattern.compile("(?m)^ ---> ([0-9a-f]{12})$");
    private static final Pattern STEP = Pattern.compile("(?m)^Step \\d+/\\d+ : (\\S+)");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final DockerEngine engine;
    private final Path note;
    private final Deque<String> made = new ArrayDeque<>();
    private boolean notOurs;

    Layers(DockerEngine engine, Path workspace) {
        this.engine = engine;
        this.note = workspace.resolve(NOTE);
        try {
            if (Files.exists(note)) {
                Files.readAllLines(note).forEach(made::push);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + NOTE, e);
        }
    }

    /** Hears the builder: an id after FROM is the base image, one after "Using cache" an earlier build's. */
    void heard(String text) {
        Matcher step = STEP.matcher(text);
        if (step.find()) {
            notOurs = step.group(1).equalsIgnoreCase("FROM");
        }
        notOurs |= text.contains("Using cache");
        Matcher image = MADE.matcher(text);
        if (image.find() && !notOurs) {
            made.push(image.group(1));
            try {
                Files.writeString(note, image.group(1) + '\n', StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot write " + NOTE, e);
            }
        }
    }

    /**
     * Removes them from the last to the first, as far as nobody else uses them.
     *
     * @return false when the engine is away and some are still to be removed
     */
    boolean remove() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!made.isEmpty()) {
            try {
                // The step that was cut short holds on to its image until the engine has ended it.
                while (!remove(made.peek()) && System.nanoTime() < end) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            } catch (Problem e) {
                if (e.kind() == Problem.Kind.UNAVAILABLE) {
                    return false;
                }
                LOG.warn("The image {} of a build that ended early was not removed: {}", made.peek(), e.getMessage());
            }
            made.pop();
        }
        return true;
    }

    /** False when it is still in use. */
    private boolean remove(String id) {
        try {
            return engine.call("remove what the build left", client -> {
                InspectImageResponse image = client.inspectImageCmd(id).exec();
                boolean named =
                        image.getRepoTags() != null && !image.getRepoTags().isEmpty();
                if (!named) {
                    client.removeImageCmd(image.getId()).withNoPrune(true).exec();
                }
                return true;
            });
        } catch (Problem e) {
            if (e.kind() == Problem.Kind.CONFLICT) {
                return false;
            }
            if (e.kind() == Problem.Kind.MISSING) {
                return true;
            }
            throw e;
        }
    }
}
