package io.openpanel.webhook.internal;

import io.openpanel.api.Problem;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A push as its sender described it; GitHub, Gitea and Forgejo say {@code ref} and {@code after}, simpler senders
 * {@code branch} and {@code commit}.
 *
 * @param deleted whether the branch is gone
 */
public record Push(
        String repository,
        Optional<String> defaultBranch,
        String ref,
        Optional<String> after,
        boolean deleted,
        Optional<String> message,
        Optional<String> author) {
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");
    /** What git itself forbids in a name, and a hyphen in front, which programs take for an option. */
    private static final Pattern FORBIDDEN =
            Pattern.compile("^[-/.]|[\\p{Cntrl} ~^:?*\\[\\\\]|\\.\\.|@\\{|//|[/.]$|\\.lock$");

    private static final String HEADS = "refs/heads/";

    public Push {
        after = after.map(text -> text.toLowerCase(Locale.ROOT)).filter(text -> !text.isEmpty());
        if (after.isPresent() && !COMMIT.matcher(after.get()).matches()) {
            throw Problem.invalid("after", "A commit is 7 to 64 hexadecimal characters");
        }
        if (ref.isEmpty()) {
            throw Problem.invalid("ref", "The delivery names no branch; send ref or branch");
        }
        requireBranch(shortened(ref));
    }

    /** @throws Problem unless git would take the name for a branch */
    public static void requireBranch(String name) {
        if (name.isEmpty() || name.length() > 255 || FORBIDDEN.matcher(name).find()) {
            throw Problem.invalid("branch", "This is not the name of a branch");
        }
    }

    /** The branch; empty for a tag and the like. */
    Optional<String> branch() {
        return ref.startsWith("refs/") && !ref.startsWith(HEADS) ? Optional.empty() : Optional.of(shortened(ref));
    }

    /** The commit to deploy; empty also where the branch was deleted. */
    Optional<String> commit() {
        return after.filter(text -> !isGone());
    }

    boolean isGone() {
        return deleted
                || after.map(text -> text.chars().allMatch(digit -> digit == '0'))
                        .orElse(false);
    }

    private static String shortened(String ref) {
        return ref.startsWith(HEADS) ? ref.substring(HEADS.length()) : ref;
    }
}
