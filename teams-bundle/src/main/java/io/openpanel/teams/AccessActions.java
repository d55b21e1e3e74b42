package io.openpanel.teams;

import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Explanations;
import io.openpanel.teams.internal.Reason;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who may do what, and why. */
@Component(service = Extension.class)
public class AccessActions implements Extension {
    private final Explanations explanations;

    /** A question: may this member do this, here? */
    public record Explain(
            @Param(value = "The action", example = "deployment.start", max = 130) String action,
            @Param(
                            value = "The resource, as kind:id or kind:path; what needs none is about the team",
                            example = "app:shop/web")
                    Optional<String> resource,
            @Param(value = "The member; you where left out", kind = "member") Optional<Ref> member,
            @Param(value = "One of the API keys you look after, instead of a member", kind = "api-key")
                    Optional<Ref> key) {}

    /** The answer and what it rests on. */
    public record Explained(
            boolean allowed,
            Reason reason,
            @Param(value = "The role that has the action", kind = "role") Optional<Ref> role,
            Optional<String> roleName,
            @Param("The resource that the grant is on") Optional<Ref> on,
            Optional<String> onName,
            @Param("The same in a sentence") String why) {}

    /** A role of the matrix. */
    public record Column(@Param(kind = "role") Ref role, String name, boolean builtIn) {}

    /** An action and the roles that have it. */
    public record Line(
            String action,
            String plugin,
            String noun,
            String summary,
            String effect,
            @Param("Whether it is about the panel itself") boolean panel,
            List<Ref> roles) {}

    /** What each role may do. */
    public record Matrix(List<Column> roles, List<Line> items) {}

    @Activate
    public AccessActions(@Reference Explanations explanations) {
        this.explanations = explanations;
    }

    @Action(
            value = "access.explain",
            summary = "Tells whether a member or an API key may do something, and why",
            effect = READ,
            access = SIGNED_IN,
            http = "GET /access/explain",
            cli = "why {action}")
    public Explained explain(Call call, Explain in) {
        return explanations.explain(call, in);
    }

    @Action(
            value = "access.matrix",
            summary = "Shows which roles have which actions",
            effect = READ,
            http = "GET /access/matrix")
    public Matrix matrix() {
        return explanations.matrix();
    }
}
