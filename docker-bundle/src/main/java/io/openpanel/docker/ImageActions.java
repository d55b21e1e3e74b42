package io.openpanel.docker;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Page;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.Pages;
import io.openpanel.docker.internal.Visible;
import io.openpanel.docker.internal.build.BuildSpec;
import io.openpanel.docker.internal.build.ImageBuild;
import io.openpanel.docker.internal.build.ImagePull;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.ImageState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people do with images. */
@Component
public final class ImageActions implements Extension {
    private static final Map<String, Function<ImageState, String>> SORTS = Map.of(
            "name",
            ImageState::name,
            "size",
            each -> String.format(Locale.ROOT, "%019d", each.size()),
            "createdAt",
            each -> String.format(Locale.ROOT, "%015d", each.createdAt().toEpochMilli()));

    private final DockerEngine engine;
    private final ImageBuild builds;
    private final ImagePull pulls;
    private final Panel panel;

    @Activate
    public ImageActions(
            @Reference DockerEngine engine,
            @Reference ImageBuild builds,
            @Reference ImagePull pulls,
            @Reference Panel panel) {
        this.engine = engine;
        this.builds = builds;
        this.pulls = pulls;
        this.panel = panel;
    }

    public record Listing(
            @Param(value = "Part of the name or id", max = 200) Optional<String> search,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            @Param("The next of the page before") Optional<String> cursor,
            @Param("name, size or createdAt, with - in front for descending") Optional<String> sort) {}

    public record Listed(List<Item> items, Optional<String> next) {}

    public record Item(
            @Param(kind = "image") Ref image,
            @Param("The engine's id") String id,
            String name,
            List<String> tags,
            @Param(kind = "bytes") long size,
            Instant createdAt,
            @Param("How many containers use it") int containers,
            Map<String, String> labels) {}

    public record One(@Param(value = "Id, short id or name", kind = "image") Ref reference) {}

    public record Detail(
            @Param(kind = "image") Ref image,
            @Param("The engine's id") String id,
            String name,
            List<String> tags,
            @Param(kind = "bytes") long size,
            Instant createdAt,
            @Param("How many containers use it") int containers,
            Map<String, String> labels,
            String platform,
            List<String> command,
            @Param("Ports it says it listens on") List<Integer> ports,
            @Param("Names only") List<String> environmentNames) {}

    public record Deleting(@Param(kind = "image") Ref reference) {}

    public record Pulling(
            @Param(
                            value = "Name of the image, with the registry where it is not Docker Hub",
                            max = 300,
                            pattern = "[a-zA-Z0-9][A-Za-z0-9._:/@-]*",
                            example = "nginx:1.29")
                    String reference) {}

    public record Pulled(@Param("The engine's id") String image, @Param(kind = "bytes") long size) {}

    @Action(value = "image.list", summary = "Lists images", effect = READ)
    public Listed list(Call call, Listing in) {
        Stream<ImageState> found = engine.snapshot().images().stream()
                .filter(Visible.images(call))
                .filter(each -> in.search().isEmpty()
                        || mentions(each, in.search().get().toLowerCase(Locale.ROOT)));
        Page<ImageState> page =
                Pages.of(found, SORTS, in.sort().orElse("name"), ImageState::id, in.cursor(), in.limit());
        return new Listed(page.items().stream().map(this::item).toList(), page.next());
    }

    private static boolean mentions(ImageState each, String text) {
        return each.ref().id().startsWith(text) || each.tags().stream().anyMatch(tag -> tag.contains(text));
    }

    private Item item(ImageState s) {
        return new Item(s.ref(), s.id(), s.name(), s.tags(), s.size(), s.createdAt(), users(s).size(), s.labels());
    }

    private List<String> users(ImageState image) {
        return engine.snapshot().containers().stream()
                .filter(each -> image.id().equals(each.imageId()))
                .map(ContainerState::name)
                .sorted()
                .toList();
    }

    private ImageState require(Ref image) {
        return engine.snapshot().image(image.id()).orElseThrow(() -> Problem.missing(image));
    }

    @Action(value = "image.get", summary = "Shows an image", effect = READ)
    public Detail get(Call call, One in) {
        ImageState s = require(in.reference());
        InspectImageResponse seen = engine.glance(
                "look at the image " + s.name(), "/images/" + s.id() + "/json", InspectImageResponse.class);
        var config = seen.getConfig();
        List<String> command = Stream.of(config.getEntrypoint(), config.getCmd())
                .filter(part -> part != null)
                .flatMap(Arrays::stream)
                .toList();
        List<Integer> ports = config.getExposedPorts() == null
                ? List.of()
                : Arrays.stream(config.getExposedPorts())
                        .map(port -> port.getPort())
                        .sorted()
                        .toList();
        List<String> names = config.getEnv() == null
                ? List.of()
                : Arrays.stream(config.getEnv())
                        .map(each -> each.split("=", 2)[0])
                        .sorted()
                        .toList();
        Item item = item(s);
        return new Detail(
                item.image(),
                item.id(),
                item.name(),
                item.tags(),
                item.size(),
                item.createdAt(),
                item.containers(),
                item.labels(),
                seen.getOs() + '/' + seen.getArch(),
                command,
                ports,
                names);
    }

    @Action(value = "image.delete", summary = "Deletes an image that no container uses", effect = DESTROY)
    public void delete(Call call, Deleting in) {
        ImageState image = require(in.reference());
        List<String> users = users(image);
        if (!users.isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The image " + image.name() + " is used by " + String.join(", ", users) + "; delete these first");
        }
        // By its exact id; several names of one image need force, which goes no further than they do.
        engine.call("delete the image " + image.name(), client -> client.removeImageCmd(image.id())
                .withForce(image.tags().size() > 1)
                .exec());
        engine.refreshImages();
    }

    @Action(
            value = "image.pull",
            summary = "Fetches an image from its registry",
            effect = CHANGE,
            job = true,
            idempotent = true)
    public Pulled pull(Call call, Pulling in) {
        pulls.pull(call, in.reference());
        ImageState image = engine.snapshot().image(in.reference()).orElse(null);
        if (image != null) {
            return new Pulled(image.id(), image.size());
        }
        InspectImageResponse seen =
                engine.call("look at the image " + in.reference(), client -> client.inspectImageCmd(in.reference())
                        .exec());
        return new Pulled(seen.getId(), seen.getSize() == null ? 0 : seen.getSize());
    }

    @Action(
            value = "image.build",
            summary = "Builds an image from a directory of the job's workspace",
            effect = CHANGE,
            job = true)
    public ImageBuild.Built build(Call call, BuildSpec in) {
        return builds.build(call, panel.workspace(), in);
    }
}
