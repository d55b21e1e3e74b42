package io.openpanel.docker.internal.engine;

import java.util.Map;
import java.util.Optional;

/**
 * Whose job built an image, in one label. One, because the engine's own builder makes a layer of each label; and none
 * of those that a container of the panel has, because a container that somebody starts by hand inherits its image's.
 *
 * @param team the id of the team, none for an image of the whole panel
 * @param job the id of the job, none for one built within a call
 */
public record Origin(Optional<String> team, Optional<String> job) {
    public static final String LABEL = "op.origin";

    private static final char SEPARATOR = '/';

    /** What the labels say; empty for an image that the panel did not build. */
    public static Optional<Origin> of(Map<String, String> labels) {
        return Optional.ofNullable(labels.get(LABEL))
                .filter(text -> text.indexOf(SEPARATOR) >= 0)
                .map(text -> new Origin(
                        part(text.substring(0, text.indexOf(SEPARATOR))),
                        part(text.substring(text.indexOf(SEPARATOR) + 1))));
    }

    /** The value of the label. */
    public String text() {
        return team.orElse("") + SEPARATOR + job.orElse("");
    }

    private static Optional<String> part(String text) {
        return Optional.of(text).filter(each -> !each.isBlank());
    }
}
