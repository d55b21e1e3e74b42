package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Members;
import io.openpanel.teams.internal.ServiceAccounts;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Members of a team that are programs. Their role is changed, and they are removed, like that of people. */
@Component(service = Extension.class)
public class ServiceAccountActions implements Extension {
    private final ServiceAccounts accounts;
    private final Members members;

    /** A program to be. */
    public record Create(
            @Param(
                            value = "What it is called in the team: small letters, digits and dashes",
                            example = "ci-deploy",
                            max = 40)
                    String name,
            @Param(value = "What it may do in the whole team; guest for nothing but what grants give", kind = "role")
                    Ref role) {}

    @Activate
    public ServiceAccountActions(@Reference ServiceAccounts accounts, @Reference Members members) {
        this.accounts = accounts;
        this.members = members;
    }

    @Action(
            value = "service-account.create",
            summary = "Makes a member for programs, without a password, that has nothing but API keys",
            effect = CHANGE,
            http = "POST /service-accounts",
            cli = "service-account create {name} {role}")
    public MemberActions.Item create(Call call, Create in) {
        return members.get(accounts.create(call, in.name(), in.role()));
    }
}
