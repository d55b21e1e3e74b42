package io.openpanel.webhook;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import java.util.Optional;

/**
 * A push that a Git host told of.
 *
 * @param repository its name at the Git host, or {@code ""}
 * @param commit the new head, in hexadecimal; empty where the sender named only the branch
 * @param deploy whether the hook is for this branch
 */
@Topic(value = "git.pushed", summary = "Commits were pushed to a branch of an app's repository")
public record GitPushed(
        @Param(kind = "app") Ref app,
        @Param(kind = "hook") Ref hook,
        String repository,
        String branch,
        Optional<String> commit,
        Optional<String> message,
        Optional<String> author,
        boolean deploy,
        String delivery) {}
