package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;

/** Finds resources by asking the plugins that own them, as the team of whoever asks. */
final class Lookup {
    private final LiveCatalogue catalogue;
    private final Calls calls;
    private final BiFunction<Principal, String, Reach> reach;

    Lookup(LiveCatalogue catalogue, Calls calls, BiFunction<Principal, String, Reach> reach) {
        this.catalogue = catalogue;
        this.calls = calls;
        this.reach = reach;
    }

    Optional<Resource> find(Ref ref, Principal principal) {
        LiveCatalogue.Kind kind = kind(ref.kind());
        LiveCall call =
                new LiveCall(principal, "resources", "", kind.plugin(), null, "", any -> reach.apply(principal, any));
        return calls.as(call, () -> kind.resources().find(ref.id()));
    }

    /** What a resource belongs to; nothing where that cannot be known now. */
    Optional<Ref> parent(Ref ref, Principal principal) {
        try {
            return find(ref, principal).flatMap(Resource::parent);
        } catch (Problem unknown) {
            return Optional.empty();
        }
    }

    private LiveCatalogue.Kind kind(String name) {
        Optional<LiveCatalogue.Kind> kind = catalogue.kind(name);
        if (kind.isPresent() && kind.get().resources() == null) {
            Turnstile turnstile = kind.get().turnstile();
            if (turnstile.enter(Admission.PATIENCE)) {
                turnstile.leave();
            }
            kind = catalogue.kind(name).filter(each -> each.resources() != null);
        }
        return kind.orElseThrow(() -> new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The plugin that knows every " + name + " is not running; start it on the plugins page")
                .retryAfter(Duration.ofSeconds(1)));
    }
}
