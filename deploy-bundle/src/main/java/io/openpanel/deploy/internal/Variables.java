package io.openpanel.deploy.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Variables of apps, and the copy each deployment keeps of them; the values of secrets lie sealed. */
@Component(service = Variables.class)
public final class Variables {
    private static final int MOST = 1000;
    private static final String COLUMNS = "id, team_id, app_id, name, value, shown, secret, scope";

    private final Panel panel;
    private final InstantSource clock;

    @Activate
    public Variables(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    /** When a variable is given. */
    public enum Scope {
        RUNTIME,
        BUILD,
        BOTH
    }

    /**
     * @param value where it lies sealed
     * @param shown where it is no secret; those from before this column lie sealed all the same
     */
    public record Row(
            String id,
            String teamId,
            String appId,
            String name,
            Optional<Secret> value,
            Optional<String> shown,
            boolean secret,
            Scope scope) {
        String plain() {
            return shown.orElseGet(
                    () -> value.orElseThrow().at("variable", "value", id).reveal());
        }

        /** The value where it is no secret. */
        public Optional<String> seen() {
            return secret ? Optional.empty() : Optional.of(plain());
        }
    }

    /** What a deployment keeps: sealed where it is a secret. */
    public record Copy(String name, Optional<Secret> value, Optional<String> shown, Scope scope) {
        String plain(String deployment) {
            return shown.orElseGet(() -> value.orElseThrow()
                    .at("deployment_variable", "value", deployment + '/' + name)
                    .reveal());
        }
    }

    public record Count(long count) {}

    public List<Row> list(Ref app) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class, "select " + COLUMNS + " from variable where app_id = ? order by name", app.id()));
    }

    public Optional<Row> find(String id) {
        return panel.database().tx(tx -> tx.one(Row.class, "select " + COLUMNS + " from variable where id = ?", id));
    }

    /** Sets variables; those that are there get the new value. */
    public void set(Ref app, Map<String, Secret> values, Optional<Boolean> secret, Optional<Scope> scope) {
        panel.database().tx(tx -> {
            values.forEach((name, value) -> set(tx, app, name, value, secret, scope));
            if (tx.one(Count.class, "select count(*) as count from variable where app_id = ?", app.id())
                            .orElseThrow()
                            .count()
                    > MOST) {
                throw new Problem(Problem.Kind.CONFLICT, "An app can have " + MOST + " variables at most");
            }
            return null;
        });
    }

    private void set(
            Database.Tx tx, Ref app, String name, Secret value, Optional<Boolean> secret, Optional<Scope> scope) {
        Optional<Row> there =
                tx.one(Row.class, "select " + COLUMNS + " from variable where app_id = ? and name = ?", app.id(), name);
        String id = there.map(Row::id).orElseGet(() -> Ref.create("variable").id());
        // Hidden unless somebody says that it may be seen.
        boolean hidden = secret.or(() -> there.map(Row::secret)).orElse(true);
        tx.update(
                """
                insert into variable (team_id, id, app_id, name, value, shown, secret, scope, changed_at)
                values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (team_id, app_id, name) do update
                set value = excluded.value, shown = excluded.shown, secret = excluded.secret, scope = excluded.scope, changed_at = excluded.changed_at
                """,
                id,
                app.id(),
                name,
                hidden ? Optional.of(value.at("variable", "value", id)) : Optional.empty(),
                hidden ? Optional.empty() : Optional.of(value.reveal()),
                hidden,
                scope.or(() -> there.map(Row::scope)).orElse(Scope.RUNTIME),
                clock.instant());
    }

    public void delete(String id) {
        panel.database().tx(tx -> tx.update("delete from variable where id = ?", id));
    }

    /** Copies the app's variables to a deployment that has none yet. */
    public void copyTo(String deployment, Ref app) {
        List<Row> rows = list(app);
        panel.database().tx(tx -> {
            rows.forEach(row -> keep(tx, deployment, row.name(), row.plain(), row.secret(), row.scope()));
            return null;
        });
    }

    /** Copies what an earlier deployment was given. */
    public void copyTo(String deployment, String earlier) {
        List<Copy> copies = copies(earlier);
        panel.database().tx(tx -> {
            copies.forEach(copy -> keep(
                    tx,
                    deployment,
                    copy.name(),
                    copy.plain(earlier),
                    copy.shown().isEmpty(),
                    copy.scope()));
            return null;
        });
    }

    private static void keep(
            Database.Tx tx, String deployment, String name, String plain, boolean secret, Scope scope) {
        tx.update(
                """
                insert into deployment_variable (team_id, deployment_id, name, value, shown, scope)
                values (openpanel.current_team(), ?, ?, ?, ?, ?) on conflict do nothing
                """,
                deployment,
                name,
                secret
                        ? Optional.of(Secret.of(plain).at("deployment_variable", "value", deployment + '/' + name))
                        : Optional.empty(),
                secret ? Optional.empty() : Optional.of(plain),
                scope);
    }

    private List<Copy> copies(String deployment) {
        return panel.database()
                .tx(tx -> tx.list(
                        Copy.class,
                        "select name, value, shown, scope from deployment_variable where deployment_id = ? order by name",
                        deployment));
    }

    /** What a deployment is given when it is built, or when it runs. */
    public Map<String, Secret> of(String deployment, Scope when) {
        return plain(deployment, copy -> copy.scope() == when || copy.scope() == Scope.BOTH);
    }

    /** Those of them that nobody is to see; from here on the log of the current job masks them. */
    public Map<String, Secret> secrets(String deployment) {
        return plain(deployment, copy -> copy.shown().isEmpty());
    }

    private Map<String, Secret> plain(String deployment, Predicate<Copy> wanted) {
        Map<String, Secret> values = new LinkedHashMap<>();
        copies(deployment).stream()
                .filter(wanted)
                .forEach(copy -> values.put(copy.name(), Secret.of(copy.plain(deployment))));
        return values;
    }
}
