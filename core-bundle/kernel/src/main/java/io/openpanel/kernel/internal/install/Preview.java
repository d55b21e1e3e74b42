package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.marketplace.Quality;
import java.util.List;
import java.util.Optional;

/** Finds out what a release would change here. It is fetched and checked as for an installation, and none of it is run or kept. */
final class Preview {
    private final Fetcher fetcher;
    private final Marketplaces marketplaces;
    private final Conditions conditions;
    private final Ledger ledger;
    private final PluginFiles files;

    Preview(Fetcher fetcher, Marketplaces marketplaces, Conditions conditions, Ledger ledger, PluginFiles files) {
        this.fetcher = fetcher;
        this.marketplaces = marketplaces;
        this.conditions = conditions;
        this.ledger = ledger;
        this.files = files;
    }

    public record Plan(
            Ref plugin,
            @Param("The version installed now") Optional<String> from,
            String to,
            @Param(kind = "bytes") long size,
            String sha256,
            @Param("Actions of others that it could call and cannot now") List<String> permissionsAdded,
            List<String> permissionsRemoved,
            @Param("Actions that would be there and are not now") List<String> actionsAdded,
            List<String> actionsRemoved,
            @Param("Changes of its tables that would be run, if they were not before") List<String> migrations,
            @Param("none, bronze or silver, as this panel finds it") String quality,
            @Param("What it lacks for the next level") List<String> lacks,
            @Param("Why it cannot be installed here now") Optional<String> obstacle) {}

    Plan of(Call call, Marketplaces.Offer offer, Index.Release release) {
        Fetcher.Fetched fetched = fetcher.fetch(call, offer, release);
        PluginFile file = fetched.file();
        Optional<Ledger.Row> row =
                ledger.find(file.id()).filter(each -> each.sha256().isPresent());
        Contents now = row.map(each -> Contents.of(files.open(each.sha256().orElseThrow())))
                .orElse(Contents.NONE);
        Contents then = Contents.of(fetched.jar());
        Quality quality = Quality.of(fetched.jar());
        List<String> granted = row.map(Ledger.Row::permissions).orElse(List.of());
        Plan plan = new Plan(
                new Ref("plugin", file.id()),
                row.map(Ledger.Row::version),
                file.version(),
                file.size(),
                file.sha256(),
                Contents.more(file.permissions(), granted),
                Contents.more(granted, file.permissions()),
                Contents.more(then.actions(), now.actions()),
                Contents.more(now.actions(), then.actions()),
                Contents.more(then.migrations(), now.migrations()),
                quality.level().map(Quality.Level::word).orElse("none"),
                quality.missing(),
                obstacle(offer, release, fetched));
        tell(call, plan);
        return plan;
    }

    private Optional<String> obstacle(Marketplaces.Offer offer, Index.Release release, Fetcher.Fetched fetched) {
        boolean trusted = marketplaces.trust().test(offer);
        return Conditions.obstacle(() -> {
            conditions.check(offer, release, trusted);
            if (!trusted) {
                conditions.requireApart(offer, fetched);
            }
        });
    }

    /** People read it in the job's log. */
    private static void tell(Call call, Plan plan) {
        call.log(plan.from().map(from -> "In the place of " + from).orElse("It is not installed now"));
        tell(call, "It could call, and cannot now: ", plan.permissionsAdded());
        tell(call, "It could call no more: ", plan.permissionsRemoved());
        tell(call, "Actions that come: ", plan.actionsAdded());
        tell(call, "Actions that go: ", plan.actionsRemoved());
        tell(call, "Changes of its tables: ", plan.migrations());
        call.log("Quality: " + plan.quality());
        tell(call, "For the next level it lacks: ", plan.lacks());
        plan.obstacle().ifPresent(reason -> call.log("It cannot be installed now: " + reason));
    }

    private static void tell(Call call, String what, List<String> names) {
        if (!names.isEmpty()) {
            call.log(what + String.join(", ", names));
        }
    }
}
