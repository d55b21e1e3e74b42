package io.openpanel.activity;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.activity.internal.Caller;
import io.openpanel.activity.internal.Entry;
import io.openpanel.activity.internal.Feed;
import io.openpanel.activity.internal.Followers;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What happened in a team, to those who may see it. */
@Component(service = Extension.class)
public class ActivityActions implements Extension {
    private final Feed feed;
    private final Followers followers;

    /** Which part of the feed. */
    public record Filter(
            @Param(
                            value =
                                    "Only what happened to this resource and what belongs to it, as kind:id or kind:path",
                            kind = "*",
                            example = "app:shop/web")
                    Optional<Ref> resource,
            @Param(value = "Only events of this noun", example = "deployment", max = 60) Optional<String> kind,
            @Param(value = "Only what this person did, by their id", max = 100) Optional<String> person,
            @Param("Not before") Optional<Instant> since,
            @Param("Before") Optional<Instant> until,
            @Param(min = 1, max = 200) Optional<Integer> limit,
            @Param(value = "The next of the page before", max = 200) Optional<String> cursor) {}

    /** What to follow. */
    public record Watching(
            @Param(value = "Only this resource and what belongs to it", kind = "*", example = "project:shop")
                    Optional<Ref> resource,
            @Param(value = "Only events of this noun", example = "deployment", max = 60) Optional<String> kind) {}

    /** A resource and how it is called. */
    public record Named(Ref ref, String name) {}

    /**
     * One thing that happened.
     *
     * @param within what the resource belongs to, the nearest first
     * @param detail a reason, an address or the like; empty where there is none
     */
    public record Item(
            String id,
            Instant at,
            String topic,
            String actor,
            String actorName,
            Optional<Named> resource,
            List<Named> within,
            Optional<String> detail) {}

    /** What happened, the newest first. */
    public record Items(List<Item> items, Optional<String> next) {}

    /** Which resource. */
    public record Of(
            @Param(
                            value = "The resource, as kind:id or kind:path",
                            kind = "*",
                            needs = "*.get",
                            example = "app:shop/web")
                    Ref resource) {}

    /** Whether somebody follows a resource. */
    public record Following(boolean follows) {}

    @Activate
    public ActivityActions(@Reference Feed feed, @Reference Followers followers) {
        this.feed = feed;
        this.followers = followers;
    }

    @Action(
            value = "activity.list",
            summary = "Lists what happened in the team or to a resource, the newest first",
            effect = READ,
            http = "GET /activity",
            cli = "activity")
    public Items list(Call call, Filter in) {
        Optional<String> actor = in.person().map(id -> id.contains(":") ? id : "user:" + id);
        Feed.Wanted wanted = new Feed.Wanted(in.resource(), in.kind(), actor, in.since(), in.until());
        Feed.Part part =
                feed.part(wanted, entry -> entry.isSeenBy(call), in.limit().orElse(50), in.cursor());
        return new Items(part.items().stream().map(ActivityActions::item).toList(), part.next());
    }

    @Action(
            value = "activity.watch",
            summary = "Tells what happens in the team or to a resource from now on",
            effect = READ,
            http = "GET /activity/watch")
    public Flow.Publisher<Item> watch(Call call, Watching in) {
        Feed.Wanted wanted =
                new Feed.Wanted(in.resource(), in.kind(), Optional.empty(), Optional.empty(), Optional.empty());
        return feed.watch(Caller.team(call), wanted, entry -> entry.isSeenBy(call), ActivityActions::item);
    }

    @Action(
            value = "activity.following",
            summary = "Tells whether you are notified of what happens to a resource",
            effect = READ,
            http = "GET /activity/following")
    public Following following(Call call, Of in) {
        return new Following(followers.follows(Caller.person(call), in.resource()));
    }

    @Action(
            value = "activity.follow",
            summary = "Notifies you of what happens to a resource from now on",
            effect = CHANGE,
            idempotent = true,
            http = "POST /activity/follow",
            cli = "follow {resource}")
    public void follow(Call call, Of in) {
        followers.set(Caller.person(call), in.resource(), true);
    }

    @Action(
            value = "activity.unfollow",
            summary = "Notifies you no more of what happens to a resource",
            effect = CHANGE,
            idempotent = true,
            http = "POST /activity/unfollow",
            cli = "unfollow {resource}")
    public void unfollow(Call call, Of in) {
        followers.set(Caller.person(call), in.resource(), false);
    }

    private static Item item(Entry entry) {
        List<Named> within = new ArrayList<>();
        for (int i = 0; i < entry.above().size(); i++) {
            within.add(new Named(
                    Ref.parse(entry.above().get(i)), entry.aboveNames().get(i)));
        }
        return new Item(
                entry.id(),
                entry.at(),
                entry.topic(),
                entry.actor().toString(),
                entry.actorName(),
                entry.subject().map(ref -> new Named(ref, entry.subjectName())),
                within,
                Optional.of(entry.detail()).filter(text -> !text.isEmpty()));
    }
}
