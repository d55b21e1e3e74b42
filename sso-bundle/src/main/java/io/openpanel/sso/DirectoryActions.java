package io.openpanel.sso;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.sso.internal.scim.Directories;
import io.openpanel.sso.internal.scim.DirectoryKeys;
import io.openpanel.sso.internal.scim.Roster;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Directories that say by SCIM who is in a team: declared by the team's owners. */
@Component(service = Extension.class)
public class DirectoryActions implements Extension {
    private final Directories directories;
    private final DirectoryKeys keys;
    private final Roster roster;

    /** Whoever is in the group has the role in the team. */
    public record Rule(
            @Param(value = "As the directory names it", example = "Developers", min = 1, max = 250) String group,
            @Param(value = "A role of the team, by id or name", example = "developer", min = 1, max = 60)
                    String role) {}

    /** A directory to be. */
    public record Create(
            @Param(value = "What it is called here", example = "Entra ID", min = 1, max = 60) String name,
            @Param(value = "What those get whom no group gives a role; guest for nothing", kind = "role") Ref role,
            @Param("Which groups give which roles; of several the first counts") Optional<List<Rule>> rules,
            @Param(
                            value =
                                    "Whose word lets its people in the first time, by their address: an id of identity-provider.offered",
                            max = 60)
                    Optional<String> provider,
            @Param(value = "How long the token is good, at most 365 days; 365 days where not given", example = "P180D")
                    Optional<Duration> expiresIn) {}

    /** What to change. */
    public record Update(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(value = "What it is called here", min = 1, max = 60) Optional<String> name,
            @Param(value = "What those get whom no group gives a role; guest for nothing", kind = "role")
                    Optional<Ref> role,
            @Param("Which groups give which roles; of several the first counts") Optional<List<Rule>> rules,
            @Param(
                            value =
                                    "Whose word lets its people in the first time: an id of identity-provider.offered, or nothing for none",
                            max = 60)
                    Optional<String> provider) {}

    /** Which one. */
    public record Which(@Param(value = "The directory", kind = "directory") Ref directory) {}

    /** A new token. */
    public record Rotate(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(
                            value =
                                    "How long the former token stays good, at most 24 hours; not at all where not given",
                            example = "PT1H")
                    Optional<Duration> overlap,
            @Param(
                            value =
                                    "How long the new token is good, at most 365 days; as long as the former one where not given",
                            example = "P180D")
                    Optional<Duration> expiresIn) {}

    /** A directory, without its token. */
    public record Item(
            @Param(kind = "directory") Ref directory,
            String name,
            @Param(kind = "role") Ref role,
            List<Rule> rules,
            Optional<String> provider,
            @Param("Where it is to send to, behind the panel's address") String path,
            @Param("The service account it acts as") Optional<String> account,
            @Param("The start of its token; without it, it has none") Optional<String> prefix,
            Optional<Instant> usedAt,
            Optional<Instant> expiresAt,
            @Param("How many people it speaks of") long users,
            @Param("How many groups it speaks of") long groups,
            Instant createdAt) {}

    /** Directories, by name. */
    public record Items(List<Item> items) {}

    /** A new token. It is plain text on purpose: it is shown this once, and nobody can read it again. */
    public record Made(
            @Param(kind = "directory") Ref directory, String name, String token, Instant expiresAt, String path) {
        @Override
        public String toString() {
            return "Made[directory=" + directory + ']';
        }
    }

    /** A team that is gone. */
    public record TeamGone(Ref team) {}

    @Activate
    public DirectoryActions(
            @Reference Directories directories, @Reference DirectoryKeys keys, @Reference Roster roster) {
        this.directories = directories;
        this.keys = keys;
        this.roster = roster;
    }

    @Action(
            value = "directory.list",
            summary = "Lists the directories that say by SCIM who is in the team",
            effect = READ)
    public Items list(Call call) {
        List<DirectoryKeys.Key> known = keys.list();
        return new Items(directories.list().stream()
                .filter(each -> call.reach("directory").includes(each.ref()))
                .map(each -> directories.item(each, known))
                .toList());
    }

    @Action(value = "directory.get", summary = "Shows a directory and which groups give which roles", effect = READ)
    public Item get(Which in) {
        return directories.item(directories.get(in.directory()), keys.list());
    }

    @Action(
            value = "directory.create",
            summary = "Lets a directory say by SCIM who is in the team, and shows its token this once",
            effect = CHANGE,
            cli = "directory create {name} {role}")
    public Made create(Call call, Create in) {
        Directories.Row made = directories.create(team(call), in);
        try {
            return keys.make(made, in.expiresIn());
        } catch (RuntimeException e) {
            directories.delete(made.ref());
            throw e;
        }
    }

    @Action(
            value = "directory.update",
            summary = "Changes a directory, or which groups give which roles",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        Directories.Row changed = directories.update(team(call), in);
        roster.settle(team(call), changed.id());
        return directories.item(changed, keys.list());
    }

    @Action(
            value = "directory.rotate",
            summary = "Gives a directory a new token, shown this once, while the former one may stay good for a day",
            effect = CHANGE)
    public Made rotate(Rotate in) {
        return keys.rotate(directories.get(in.directory()), in.overlap(), in.expiresIn());
    }

    @Action(
            value = "directory.revoke",
            summary = "Ends a directory's token at once; the directory is heard no more until it gets another one",
            effect = CHANGE,
            idempotent = true)
    public void revoke(Which in) {
        keys.revoke(directories.get(in.directory()));
    }

    @Action(
            value = "directory.delete",
            summary = "Forgets a directory and ends its token; its people stay members",
            effect = DESTROY)
    public void delete(Call call, Which in) {
        Directories.Row row = directories.get(in.directory());
        keys.remove(row);
        directories.delete(row.ref());
        roster.forget(team(call), row.id());
    }

    @On("team.deleted")
    public void teamGone(TeamGone event) {
        directories.teamGone(event.team());
    }

    @Every("PT1M")
    public void settle() {
        roster.settleAll();
    }

    private static Ref team(Call call) {
        return call.team().orElseThrow();
    }
}
