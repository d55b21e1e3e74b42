package io.openpanel.deploy.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.deploy.AppActions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a team may have so much of: projects, apps, what they were promised of the machine, and deployments at once. */
@Component(service = Allowances.class)
public final class Allowances {
    private static final double MILLI = 1000;
    private static final String SAMPLE = "sample";
    private static final String SAMPLE_ACTION = "app.sample";
    private static final String SAMPLE_APP = "hello";

    private final Panel panel;
    private final Apps apps;
    private final Projects projects;

    /** A count, or a sum. */
    public record Number(long number) {}

    @Activate
    public Allowances(@Reference Panel panel, @Reference Apps apps, @Reference Projects projects) {
        this.panel = panel;
        this.apps = apps;
        this.projects = projects;
    }

    public List<Quota> ofProjects() {
        return List.of(new Quota(
                "projects",
                "projects",
                Quota.Unit.COUNT,
                Set.of("project.create", SAMPLE_ACTION),
                () -> number("select count(*) as number from project"),
                input -> OptionalLong.of(
                        input instanceof AppActions.OfProject in
                                        && (in.project().isPresent()
                                                || projects.find(SAMPLE).isPresent())
                                ? 0
                                : 1)));
    }

    public List<Quota> ofApps() {
        return List.of(
                new Quota(
                        "apps",
                        "apps in all projects",
                        Quota.Unit.COUNT,
                        Set.of("app.create", SAMPLE_ACTION),
                        () -> number("select count(*) as number from app"),
                        input -> OptionalLong.of(input instanceof AppActions.OfProject in && hasSample(in) ? 0 : 1)),
                new Quota(
                        "memory",
                        "memory promised to apps",
                        Quota.Unit.BYTES,
                        Set.of("app.create", "app.update", SAMPLE_ACTION),
                        () -> number("select coalesce(sum(memory), 0)::bigint as number from app"),
                        promised(AppActions.Create::memory, AppActions.Update::memory, Apps.Row::memory)),
                new Quota(
                        "cpus",
                        "processor cores promised to apps",
                        Quota.Unit.MILLICORES,
                        Set.of("app.create", "app.update", SAMPLE_ACTION),
                        () -> number("select coalesce(sum(round(cpus * 1000)), 0)::bigint as number from app"),
                        promised(
                                in -> in.cpus().map(Allowances::milli),
                                in -> in.cpus().map(Allowances::milli),
                                row -> row.cpus().map(Allowances::milli))));
    }

    /** Each is a job until it ends, so that the panel counts them by itself. */
    public List<Quota> ofDeployments() {
        return List.of(Quota.count(
                "deployments",
                "deployments at once, with their builds",
                () -> 0,
                "deployment.start",
                "deployment.rollback",
                SAMPLE_ACTION));
    }

    private static long milli(double cores) {
        return Math.round(cores * MILLI);
    }

    private Function<Object, OptionalLong> promised(
            Function<AppActions.Create, Optional<Long>> created,
            Function<AppActions.Update, Optional<Long>> updated,
            Function<Apps.Row, Optional<Long>> there) {
        return input -> {
            if (input instanceof AppActions.Create create) {
                return bound(created.apply(create));
            }
            if (input instanceof AppActions.Update update) {
                Optional<Long> wanted = updated.apply(update);
                if (wanted.isEmpty()) {
                    return OptionalLong.of(0);
                }
                Optional<Long> former = there.apply(apps.get(update.app()));
                OptionalLong bound = bound(wanted);
                // Without a limit it was, without one it stays: nothing is taken by that.
                return bound.isEmpty() && former.isEmpty()
                        ? OptionalLong.of(0)
                        : bound.isEmpty() ? bound : OptionalLong.of(bound.getAsLong() - former.orElse(0L));
            }
            return input instanceof AppActions.OfProject in && hasSample(in)
                    ? OptionalLong.of(0)
                    : OptionalLong.empty();
        };
    }

    /** 0 stands for no limit, as nothing does. */
    private static OptionalLong bound(Optional<Long> promised) {
        return promised.filter(each -> each > 0).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private boolean hasSample(AppActions.OfProject in) {
        return in.project()
                .map(Ref::id)
                .flatMap(projects::find)
                .or(() -> projects.find(SAMPLE))
                .flatMap(project -> apps.find(project.name() + '/' + SAMPLE_APP))
                .isPresent();
    }

    private long number(String sql) {
        return panel.database()
                .tx(tx -> tx.one(Number.class, sql))
                .orElseThrow()
                .number();
    }
}
