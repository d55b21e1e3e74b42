package io.openpanel.deploy;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.api.Secret;
import io.openpanel.deploy.internal.DotEnv;
import io.openpanel.deploy.internal.Variables;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** An app's environment. Values lie sealed; those of secrets are never shown again. */
@Component(service = {Extension.class, Resources.class})
public final class VariableActions implements Extension, Resources {
    private final Variables variables;

    @Activate
    public VariableActions(@Reference Variables variables) {
        this.variables = variables;
    }

    public record OfApp(@Param(kind = "app") Ref app) {}

    public record Set(
            @Param(kind = "app") Ref app,
            @Param(
                            value = "Letters, digits and underscores",
                            pattern = DotEnv.NAME,
                            max = 128,
                            example = "DATABASE_URL")
                    String name,
            @Param("Its value; given at the next deployment") Secret value,
            @Param("Whether it is hidden from now on; yes where not said") Optional<Boolean> secret,
            @Param("When it is given; at run time where not said") Optional<Variables.Scope> scope) {}

    public record Import(
            @Param(kind = "app") Ref app,
            @Param("Lines NAME=value, as in a .env file") Secret text,
            @Param("Whether the values are hidden; yes where not said") Optional<Boolean> secret) {}

    public record One(@Param(kind = "variable") Ref variable) {}

    public record Variable(
            @Param(kind = "variable") Ref variable,
            String name,
            Optional<String> value,
            boolean secret,
            Variables.Scope scope) {}

    public record Listed(List<Variable> items) {}

    public record Imported(List<String> names) {}

    @Action(
            value = "variable.list",
            summary = "Lists an app's variables, without the values of secrets",
            effect = READ,
            cli = "env {app}")
    public Listed list(OfApp in) {
        return new Listed(variables.list(in.app()).stream()
                .map(row ->
                        new Variable(new Ref("variable", row.id()), row.name(), row.seen(), row.secret(), row.scope()))
                .toList());
    }

    @Action(
            value = "variable.set",
            summary = "Sets a variable; the next deployment has it",
            effect = CHANGE,
            idempotent = true)
    public Imported set(Set in) {
        variables.set(in.app(), Map.of(in.name(), in.value()), in.secret(), in.scope());
        return new Imported(List.of(in.name()));
    }

    @Action(
            value = "variable.import",
            summary = "Sets many variables from the text of a .env file",
            effect = CHANGE,
            idempotent = true)
    public Imported importText(Import in) {
        Map<String, Secret> values = DotEnv.parse(in.text().reveal());
        variables.set(in.app(), values, in.secret(), Optional.empty());
        return new Imported(List.copyOf(values.keySet()));
    }

    @Action(value = "variable.delete", summary = "Takes a variable from its app", effect = CHANGE)
    public void delete(One in) {
        variables.delete(in.variable().id());
    }

    @Override
    public String kind() {
        return "variable";
    }

    @Override
    public String plural() {
        return "variables";
    }

    @Override
    public Optional<Resource> find(String id) {
        return variables
                .find(id)
                .map(row -> new Resource(
                        new Ref("variable", row.id()),
                        row.name(),
                        Optional.of(new Ref("app", row.appId())),
                        Optional.of(new Ref("team", row.teamId())),
                        ""));
    }
}
