package io.openpanel.webhook;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.webhook.internal.HookStore;
import io.openpanel.webhook.internal.Push;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Addresses at which Git hosts tell of pushes. */
@Component(service = Extension.class)
public class HookActions implements Extension {
    private final HookStore hooks;

    /** A hook to be. */
    public record Create(
            @Param(value = "The app to deploy", kind = "app", needs = "deployment.start") Ref app,
            @Param(
                            value = "Only pushes to this branch deploy; the app's own where not given",
                            example = "main",
                            min = 1,
                            max = 255)
                    Optional<String> branch) {}

    /** A new hook. The secret is plain text on purpose: it is shown this once, for the Git host. */
    public record Created(
            @Param(kind = "hook") Ref hook,
            @Param(kind = "app") Ref app,
            @Param("Below the panel's address") String path,
            @Param("Signs the deliveries with HMAC-SHA256") String secret) {
        @Override
        public String toString() {
            return "Created[hook=" + hook + ']';
        }
    }

    /** Which hooks. */
    public record Filter(@Param(value = "Only those of an app", kind = "app") Optional<Ref> app) {}

    /** A hook, without its secret. */
    public record Item(
            @Param(kind = "hook") Ref hook,
            @Param(kind = "app") Ref app,
            Optional<String> branch,
            String path,
            Instant createdAt,
            Optional<Instant> usedAt) {}

    /** Hooks, the oldest first. */
    public record Items(List<Item> items) {}

    /** Which hook. */
    public record Delete(@Param(value = "The hook", kind = "hook") Ref hook) {}

    @Activate
    public HookActions(@Reference HookStore hooks) {
        this.hooks = hooks;
    }

    @Action(
            value = "hook.create",
            summary = "Makes an address at which a Git host tells of pushes, and shows its secret this once",
            effect = CHANGE)
    public Created create(Create in) {
        in.branch().ifPresent(Push::requireBranch);
        HookStore.Made made = hooks.create(in.app(), in.branch());
        Ref hook = new Ref("hook", made.id());
        return new Created(hook, in.app(), path(made.id()), made.secret());
    }

    @Action(value = "hook.list", summary = "Lists the hooks of the team or of an app", effect = READ)
    public Items list(Call call, Filter in) {
        return new Items(hooks.list().stream()
                .filter(row -> in.app().isEmpty() || in.app().get().equals(row.app()))
                .filter(row -> call.reach("hook").includes(new Ref("hook", row.id()), row.app()))
                .map(row -> new Item(
                        new Ref("hook", row.id()),
                        row.app(),
                        row.branch(),
                        path(row.id()),
                        row.createdAt(),
                        row.usedAt()))
                .toList());
    }

    @Action(
            value = "hook.delete",
            summary = "Deletes a hook; its address no longer takes anything",
            effect = CHANGE,
            idempotent = true)
    public void delete(Delete in) {
        if (!hooks.delete(in.hook().id())) {
            throw Problem.missing(in.hook());
        }
    }

    @Every("PT1H")
    public void sweep() {
        hooks.sweep();
    }

    private static String path(String id) {
        return "/hooks/" + id;
    }
}
