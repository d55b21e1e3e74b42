package io.openpanel.kernel.internal.event;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.event.DeadLetters.Letter;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Events that somebody was to hear and failed to, each time. */
public final class DeadLetterActions implements Extension, Resources {
    private static final String KIND = "dead-letter";
    private static final int MOST = 1000;

    private final EventBus events;
    private final DeadLetters letters;
    private final Predicate<Call> seesPanel;

    /** @param seesPanel whether the caller may hear of resources of the panel itself */
    public DeadLetterActions(EventBus events, KernelDatabase database, Predicate<Call> seesPanel) {
        this.events = events;
        this.letters = new DeadLetters(database);
        this.seesPanel = seesPanel;
    }

    public record Listing(
            @Param(value = "Only of this subscriber", example = "webhook:route.push-to-deploy")
                    Optional<String> subscriber,
            @Param(value = "How many at most; 100 where not given", min = 1, max = MOST) Optional<Integer> limit) {}

    public record One(@Param(kind = KIND) Ref letter) {}

    public record Item(
            Ref letter,
            String topic,
            @Param("Who was to hear it: a route, or a method of a plugin") String subscriber,
            @Param("Whether the subscriber is there to hear it again") boolean heard,
            @Param("What the last try said") String reason,
            int tries,
            Instant at,
            Instant failedAt,
            Optional<Ref> resource) {}

    public record Listed(List<Item> items) {}

    public record Shown(
            Ref letter,
            String topic,
            String subscriber,
            boolean heard,
            String reason,
            int tries,
            Instant at,
            Instant failedAt,
            Optional<Ref> resource,
            String by,
            @Param("The event; secrets are in no event") Object data) {}

    public record Replayed(int replayed, @Param("Whose subscriber is not there now") int left) {}

    public record OfSubscriber(
            @Param(value = "Only of this subscriber", example = "webhook:route.push-to-deploy")
                    Optional<String> subscriber) {}

    @Action(
            value = "dead-letter.list",
            summary = "Lists the events that somebody failed to hear, ten times each",
            effect = READ)
    public Listed list(Call call, Listing in) {
        return new Listed(visible(call, in.subscriber(), in.limit().orElse(100)).stream()
                .map(this::item)
                .toList());
    }

    private List<Letter> visible(Call call, Optional<String> subscriber, int most) {
        return letters.list(call.team(), seesPanel.test(call), subscriber, most).stream()
                .filter(letter -> letter.ref()
                        .map(ref -> call.reach(ref.kind()).includes(ref))
                        .orElse(true))
                .toList();
    }

    private Item item(Letter letter) {
        return new Item(
                ref(letter),
                letter.topic(),
                letter.subscriber(),
                events.hears(letter.subscriber()),
                letter.error(),
                letter.tries(),
                letter.at(),
                letter.failedAt(),
                letter.ref());
    }

    private static Ref ref(Letter letter) {
        return new Ref(KIND, String.valueOf(letter.id()));
    }

    @Action(value = "dead-letter.get", summary = "Shows an event that somebody failed to hear", effect = READ)
    public Shown get(One in) {
        Letter letter = letter(in.letter());
        return new Shown(
                ref(letter),
                letter.topic(),
                letter.subscriber(),
                events.hears(letter.subscriber()),
                letter.error(),
                letter.tries(),
                letter.at(),
                letter.failedAt(),
                letter.ref(),
                letter.caller(),
                Json.plain(Json.parse(letter.data().getBytes(StandardCharsets.UTF_8))));
    }

    @Action(
            value = "dead-letter.replay",
            summary = "Has an event heard again by the one that failed to",
            effect = CHANGE,
            idempotent = true)
    public Replayed replay(One in) {
        Letter letter = letter(in.letter());
        if (!events.hears(letter.subscriber())) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    letter.subscriber()
                            + " is not there to hear it: its plugin is stopped, it is switched off, or it is"
                            + " gone for good. Start it and replay again, or delete the letter");
        }
        return new Replayed(events.redeliver(letters, letter.id()) ? 1 : 0, 0);
    }

    @Action(
            value = "dead-letter.replay-all",
            summary = "Has all events heard again by those that failed to",
            effect = CHANGE,
            idempotent = true)
    public Replayed replayAll(Call call, OfSubscriber in) {
        List<Letter> all = visible(call, in.subscriber(), MOST);
        long replayed = all.stream()
                .filter(letter -> events.hears(letter.subscriber()))
                .filter(letter -> events.redeliver(letters, letter.id()))
                .count();
        return new Replayed((int) replayed, all.size() - (int) replayed);
    }

    @Action(value = "dead-letter.delete", summary = "Drops an event that somebody failed to hear", effect = DESTROY)
    public void delete(One in) {
        letters.delete(letter(in.letter()).id());
    }

    private Letter letter(Ref ref) {
        return number(ref.id()).flatMap(letters::find).orElseThrow(() -> Problem.missing(ref));
    }

    private static Optional<Long> number(String id) {
        return id.matches("\\d{1,18}") ? Optional.of(Long.parseLong(id)) : Optional.empty();
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public String plural() {
        return "dead-letters";
    }

    @Override
    public Optional<Resource> find(String id) {
        return number(id)
                .flatMap(letters::find)
                .map(letter -> new Resource(
                        ref(letter),
                        letter.topic(),
                        Optional.empty(),
                        KernelDatabase.team(letter.teamId()),
                        String.valueOf(letter.tries())));
    }
}
