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
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Variables of apps, and the copy each deployment keeps of them; all values lie sealed. */
@Component(service = Variables.class)
public final class Variables {
    private static final int MOST = 1000;

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

    public record Row(String id, String teamId, String appId, String name, Secret value, boolean secret, Scope scope) {
        String plain() {
            return value.at("variable", "value", id).reveal();
        }

        /** The value where it is no secret. */
        public Optional<String> shown() {
            return secret ? Optional.empty() : Optional.of(plain());
        }
    }

    public record Copy(String name, Secret value, Scope scope) {}

    public record Count(long count) {}

    public List<Row> list(Ref app) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select id, team_id, app_id, name, value, secret, scope from variable where app_id = ? order by name",
                        app.id()));
    }

    public Optional<Row> find(String id) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "select id, team_id, app_id, name, value, secret, scope from variable where id = ?",
                        id));
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
        Optional<Row> there = tx.one(
                Row.class,
                "select id, team_id, app_id, name, value, secret, scope from variable where app_id = ? and name = ?",
                app.id(),
                name);
        String id = there.map(Row::id).orElseGet(() -> Ref.create("variable").id());
        // Hidden unless somebody says that it may be seen.
        boolean hidden = secret.or(() -> there.map(Row::secret)).orElse(true);
        tx.update(
                """
                insert into variable (team_id, id, app_id, name, value, secret, scope, changed_at)
                values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?)
                on conflict (team_id, app_id, name) do update
                set value = excluded.value, secret = excluded.secret, scope = excluded.scope, changed_at = excluded.changed_at
                """,
                id,
                app.id(),
                name,
                value.at("variable", "value", id),
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
            rows.forEach(row -> keep(tx, deployment, row.name(), row.plain(), row.scope()));
            return null;
        });
    }

    /** Copies what an earlier deployment was given. */
    public void copyTo(String deployment, String earlier) {
        List<Copy> copies = copies(earlier);
        panel.database().tx(tx -> {
            copies.forEach(copy -> keep(tx, deployment, copy.name(), plain(copy, earlier), copy.scope()));
            return null;
        });
    }

    private static void keep(Database.Tx tx, String deployment, String name, String plain, Scope scope) {
        tx.update(
                """
                insert into deployment_variable (team_id, deployment_id, name, value, scope)
                values (openpanel.current_team(), ?, ?, ?, ?) on conflict do nothing
                """,
                deployment,
                name,
                Secret.of(plain).at("deployment_variable", "value", deployment + '/' + name),
                scope);
    }

    private List<Copy> copies(String deployment) {
        return panel.database()
                .tx(tx -> tx.list(
                        Copy.class,
                        "select name, value, scope from deployment_variable where deployment_id = ? order by name",
                        deployment));
    }

    private static String plain(Copy copy, String deployment) {
        return copy.value()
                .at("deployment_variable", "value", deployment + '/' + copy.name())
                .reveal();
    }

    /** What a deployment is given when it is built, or when it runs. */
    public Map<String, Secret> of(String deployment, Scope when) {
        Map<String, Secret> values = new LinkedHashMap<>();
        copies(deployment).stream()
                .filter(copy -> copy.scope() == when || copy.scope() == Scope.BOTH)
                .forEach(copy -> values.put(copy.name(), Secret.of(plain(copy, deployment))));
        return values;
    }
}
