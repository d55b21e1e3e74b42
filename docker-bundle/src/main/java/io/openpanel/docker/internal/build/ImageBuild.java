package io.openpanel.docker.internal.build;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.EngineHealth;
import io.openpanel.docker.internal.engine.Origin;
import io.openpanel.docker.internal.run.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Builds images from source trees, by BuildKit where it is there, else by the engine's own builder. */
@Component(service = {ImageBuild.class, Extension.class})
public final class ImageBuild implements Extension {
    /** More at once would take the processors from the apps that serve. */
    static final int AT_ONCE = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private static final long LOOK_MILLIS = 300;
    private static final Duration LONGEST = Duration.ofHours(2);

    private final DockerEngine engine;
    private final BuildKit buildKit;
    private final ClassicBuilder classic;
    private final Function<Path, Optional<DiskSpace>> disk;
    private final Duration longest;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /** @param image the engine's id, {@code sha256:…} */
    public record Built(String image, long size, Duration took) {}

    @Activate
    public ImageBuild(@Reference DockerEngine engine) {
        this(engine, "docker", DiskSpace::of, LONGEST);
    }

    ImageBuild(DockerEngine engine, String docker, Function<Path, Optional<DiskSpace>> disk, Duration longest) {
        this.engine = engine;
        this.buildKit = new BuildKit(engine, docker);
        this.classic = new ClassicBuilder(engine);
        this.disk = disk;
        this.longest = longest;
    }

    /** Whether builds go by BuildKit. */
    public boolean usesBuildKit() {
        return buildKit.isAvailable();
    }

    /** Builds; an image that an earlier attempt of the job finished is taken as it is. */
    public Built build(Call call, Path workspace, BuildSpec spec) {
        long start = System.nanoTime();
        if (ChildProcess.endLeftover(workspace)) {
            call.log("Ended the build that an earlier attempt left running");
        }
        BuildOrder order = order(call, workspace, spec);
        Optional<InspectImageResponse> there = find(order.tag());
        if (there.filter(image -> isOf(image, call)).isPresent()) {
            call.log("The image " + order.tag() + " was built by an earlier attempt");
            return built(there.get(), start);
        }
        refuseForeign(order.tag(), there, call);
        awaitTurn(call);
        try {
            requireRoom();
            boolean modern = buildKit.isAvailable();
            call.log("Building " + order.tag() + (modern ? " with BuildKit" : " with the engine's own builder"));
            (modern ? buildKit : classic).build(call, order);
        } finally {
            turns.release();
        }
        InspectImageResponse image = find(order.tag())
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UPSTREAM,
                        "The builder ended well but the engine has no image " + order.tag() + "; deploy again"));
        engine.saw(image);
        return built(image, start);
    }

    /** Takes back what builds left that ended while the engine was away. */
    @Every("PT20S")
    public void removeLeft() {
        if (engine.health().answers()) {
            classic.removeLeft();
        }
    }

    private void awaitTurn(Call call) {
        try {
            if (turns.tryAcquire()) {
                return;
            }
            call.log("Waiting for another build to end: " + AT_ONCE + " at once leave this machine room to serve");
            while (!turns.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (call.cancelled()) {
                    throw new Problem(Problem.Kind.CONFLICT, "The build was cancelled before it began");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
    }

    private static Built built(InspectImageResponse image, long start) {
        return new Built(
                image.getId(),
                image.getSize() == null ? 0 : image.getSize(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private Optional<InspectImageResponse> find(String tag) {
        return engine.call("look at the image " + tag, client -> {
            try {
                return Optional.of(client.inspectImageCmd(tag).exec());
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    private static boolean isOf(InspectImageResponse image, Call call) {
        return call.job().isPresent()
                && origin(image).flatMap(Origin::job).equals(call.job().map(Ref::id));
    }

    private static Optional<Origin> origin(InspectImageResponse image) {
        return image.getConfig() == null || image.getConfig().getLabels() == null
                ? Optional.empty()
                : Origin.of(image.getConfig().getLabels());
    }

    /** A name that another team's image or somebody's own has is not taken from it. */
    private static void refuseForeign(String tag, Optional<InspectImageResponse> there, Call call) {
        boolean ours = there.flatMap(ImageBuild::origin)
                .filter(origin -> call.team().isEmpty()
                        || origin.team().equals(call.team().map(Ref::id)))
                .isPresent();
        if (there.isPresent() && !ours) {
            throw new Problem(Problem.Kind.CONFLICT, "The image name '" + tag + "' is taken; choose another");
        }
    }

    private void requireRoom() {
        if (engine.isLocal()) {
            engine.health().machine().map(EngineHealth.Machine::root).ifPresent(root -> disk.apply(root)
                    .ifPresent(space -> space.requireRoom(root)));
        }
    }

    private BuildOrder order(Call call, Path workspace, BuildSpec spec) {
        Path directory = inside(workspace, spec.directory(), "directory");
        String dockerfile = spec.dockerfile().orElse("Dockerfile");
        Path file = inside(directory, dockerfile, "dockerfile");
        if (!Files.isDirectory(directory)) {
            throw Problem.invalid("directory", "There is no directory '" + spec.directory() + "' in the source");
        }
        if (!Files.isRegularFile(file)) {
            throw Problem.invalid(
                    "dockerfile",
                    "There is no '" + dockerfile
                            + "' in the source tree; add it, or set the"
                            + " path of the Dockerfile");
        }
        String relative =
                directory.relativize(directory.resolve(dockerfile).normalize()).toString();
        Map<String, String> labels = Labels.ofImage(call, spec.labels().orElse(Map.of()));
        return new BuildOrder(
                workspace,
                directory,
                relative,
                spec.tag().contains(":") ? spec.tag() : spec.tag() + ":latest",
                spec.arguments().orElse(Map.of()),
                labels,
                spec.cpus(),
                spec.memory(),
                longest);
    }

    /** The real path, links followed, which must stay below the parent. */
    private static Path inside(Path parent, String relative, String field) {
        try {
            Path real = parent.toRealPath();
            Path wanted = real.resolve(relative).normalize();
            Path target = Files.exists(wanted) ? wanted.toRealPath() : wanted;
            if (!target.startsWith(real)) {
                throw Problem.invalid(field, field + " '" + relative + "' leads out of the source tree");
            }
            return target;
        } catch (java.nio.file.InvalidPathException | IOException e) {
            throw Problem.invalid(field, field + " '" + relative + "' cannot be read");
        }
    }
}
