package io.openpanel.activity;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.activity.internal.Caller;
import io.openpanel.activity.internal.Comments;
import io.openpanel.activity.internal.Lineage;
import io.openpanel.activity.internal.Mentions;
import io.openpanel.activity.internal.People;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people say about a resource that they may see. */
@Component(service = Extension.class)
public class CommentActions implements Extension {
    private final Panel panel;
    private final Comments comments;
    private final People people;
    private final Lineage lineage;

    /** What to say. */
    public record Add(
            @Param(
                            value = "What it is about, as kind:id or kind:path",
                            kind = "*",
                            needs = "*.get",
                            example = "app:shop/web")
                    Ref resource,
            @Param(
                            value = "Markdown; [@Name](member:id) or an e-mail address behind an @ mentions a member",
                            kind = "multiline",
                            min = 1,
                            max = 10_000)
                    String text) {}

    /** What was said about what. */
    public record Of(
            @Param(
                            value = "The resource, as kind:id or kind:path",
                            kind = "*",
                            needs = "*.get",
                            example = "app:shop/web")
                    Ref resource) {}

    /** Which comment. */
    public record One(@Param(value = "The comment", kind = "comment") Ref comment) {}

    /** A new text. */
    public record Edit(
            @Param(value = "The comment, one's own", kind = "comment") Ref comment,
            @Param(value = "Markdown", kind = "multiline", min = 1, max = 10_000) String text) {}

    /**
     * A comment.
     *
     * @param text Markdown; empty once it is deleted
     * @param own whether it is the caller's
     */
    public record Item(
            @Param(kind = "comment") Ref comment,
            @Param(kind = "*") Ref resource,
            String author,
            String authorName,
            String text,
            Instant createdAt,
            Optional<Instant> editedAt,
            boolean deleted,
            boolean own) {}

    /** Comments, the oldest first. */
    public record Items(List<Item> items) {}

    /** Somebody to mention. */
    public record Person(@Param(kind = "member") Ref member, String name) {}

    /** Who may be mentioned. */
    public record Audience(List<Person> items) {}

    @Activate
    public CommentActions(
            @Reference Panel panel,
            @Reference Comments comments,
            @Reference People people,
            @Reference Lineage lineage) {
        this.panel = panel;
        this.comments = comments;
        this.people = people;
        this.lineage = lineage;
    }

    @Action(
            value = "comment.add",
            summary = "Says something about a resource, and tells those who are mentioned",
            effect = CHANGE,
            http = "POST /comments")
    public Item add(Call call, Add in) {
        return item(
                call,
                comments.add(call.caller(), Caller.team(call), in.resource(), named(call, in.resource(), in.text())));
    }

    @Action(value = "comment.list", summary = "Lists what was said about a resource", effect = READ)
    public Items list(Call call, Of in) {
        return new Items(comments.list(in.resource()).stream()
                .filter(row -> call.reach("comment").includes(row.ref(), row.resource()))
                .map(row -> item(call, row))
                .toList());
    }

    @Action(value = "comment.get", summary = "Shows a comment", effect = READ)
    public Item get(Call call, One in) {
        return item(call, find(in.comment()));
    }

    private Comments.Row find(Ref comment) {
        return comments.find(comment.id()).orElseThrow(() -> Problem.missing(comment));
    }

    @Action(
            value = "comment.audience",
            summary = "Lists the members who may see a resource and so can be mentioned",
            effect = READ)
    public Audience audience(Call call, Of in) {
        return new Audience(audience(call, in.resource()).stream()
                .map(each -> new Person(each.member(), each.name()))
                .toList());
    }

    private List<People.Member> audience(Call call, Ref resource) {
        Ref team = Caller.team(call);
        return people.audience(team, lineage.of(resource, team));
    }

    @Action(value = "comment.edit", summary = "Changes your own comment", effect = CHANGE, idempotent = true)
    public Item edit(Call call, Edit in) {
        Comments.Row former = find(in.comment());
        return item(call, comments.edit(call.caller().ref(), in.comment(), named(call, former.resource(), in.text())));
    }

    /** Readers see a name where somebody without an editor that offers names wrote an address. */
    private String named(Call call, Ref resource, String text) {
        return Mentions.byAddress(text) ? Mentions.named(text, audience(call, resource)) : text;
    }

    @Action(
            value = "comment.delete",
            summary = "Deletes your own comment, or another's where you may moderate",
            effect = CHANGE,
            idempotent = true)
    public void delete(Call call, One in) {
        if (!comments.deleteOwn(call.caller().ref(), in.comment())) {
            panel.call("comment.moderate", in, null);
        }
    }

    @Action(
            value = "comment.moderate",
            summary = "Deletes a comment of somebody else",
            effect = CHANGE,
            idempotent = true)
    public void moderate(Call call, One in) {
        comments.delete(call.caller().ref(), in.comment());
    }

    private static Item item(Call call, Comments.Row row) {
        return new Item(
                row.ref(),
                row.resource(),
                row.author().toString(),
                row.authorName(),
                row.text(),
                row.createdAt(),
                row.editedAt(),
                row.deleted(),
                row.author().equals(call.caller().ref()));
    }
}
