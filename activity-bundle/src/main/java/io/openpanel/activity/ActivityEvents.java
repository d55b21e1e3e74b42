package io.openpanel.activity;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;

/** What happens to comments and mails. */
public final class ActivityEvents {
    private ActivityEvents() {}

    @Topic(value = "comment.added", summary = "Somebody said something about a resource")
    public record CommentAdded(
            @Param(kind = "comment") Ref comment, @Param(kind = "*") Ref resource, String author, String text) {}

    @Topic(value = "comment.edited", summary = "Somebody changed what they had said")
    public record CommentEdited(@Param(kind = "comment") Ref comment, @Param(kind = "*") Ref resource) {}

    @Topic(value = "comment.deleted", summary = "A comment was deleted")
    public record CommentDeleted(@Param(kind = "comment") Ref comment, @Param(kind = "*") Ref resource) {}

    @Topic(value = "mail.queued", summary = "A message waits to be sent by e-mail")
    public record MailQueued(@Param(kind = "mail") Ref mail) {}
}
