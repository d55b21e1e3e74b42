package io.openpanel.docker.internal.engine;

import com.github.dockerjava.api.command.InspectImageResponse;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image as it was last seen.
 *
 * @param id {@code sha256:…}
 * @param tags {@code busybox:static}; none for one that lost its name
 * @param size in bytes
 */
public record ImageState(String id, List<String> tags, long size, Instant createdAt, Map<String, String> labels) {
    private static final String PREFIX = "sha256:";

    static ImageState of(InspectImageResponse seen) {
        Map<String, String> labels =
                seen.getConfig() == null ? null : seen.getConfig().getLabels();
        return new ImageState(
                seen.getId(),
                seen.getRepoTags() == null ? List.of() : List.copyOf(seen.getRepoTags()),
                seen.getSize() == null ? 0 : seen.getSize(),
                seen.getCreated() == null ? Instant.EPOCH : Instant.parse(seen.getCreated()),
                labels == null ? Map.of() : Map.copyOf(labels));
    }

    /** The Ref of an image: the first 12 digits of its id. */
    public Ref ref() {
        return new Ref("image", hex(id).substring(0, 12));
    }

    /** What people call it. */
    public String name() {
        return tags.isEmpty() ? ref().id() : tags.get(0);
    }

    public Optional<Ref> team() {
        return Origin.of(labels).flatMap(Origin::team).map(team -> new Ref("team", team));
    }

    /** Whether the text is its id (12 digits or more), or one of its names with or without {@code :latest}. */
    boolean answersTo(String text) {
        String hex = hex(text);
        return (hex.matches("[0-9a-f]{12,64}") && hex(id).startsWith(hex))
                || tags.contains(text)
                || tags.contains(text + ":latest");
    }

    private static String hex(String id) {
        return id.startsWith(PREFIX) ? id.substring(PREFIX.length()) : id;
    }
}
