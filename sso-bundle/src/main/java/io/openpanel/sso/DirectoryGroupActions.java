package io.openpanel.sso;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.sso.internal.scim.DirectoryGroups;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Groups as a directory describes them; a rule of the directory gives their members a role. */
@Component(service = Extension.class)
public class DirectoryGroupActions implements Extension {
    private final DirectoryGroups groups;

    /** Which to list. */
    public record Search(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(value = "A filter of SCIM", example = "displayName eq \"Developers\"", max = 4096)
                    Optional<String> filter,
            @Param(value = "The first to show, from 1", min = 1) Optional<Integer> start,
            @Param(value = "How many at most; 100 where not given", min = 0, max = 200) Optional<Integer> count,
            @Param("Whether to show who is in them") Optional<Boolean> withMembers) {}

    /** A new one. */
    public record Create(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(value = "What it is called there", example = "Developers", min = 1, max = 250) String displayName,
            @Param(value = "Its id there", max = 254) Optional<String> externalId,
            @Param(value = "Ids of those in it", max = 10_000) Optional<List<String>> members) {}

    /** What to change; an empty text is none. */
    public record Update(
            @Param(value = "The group", kind = "directory-group") Ref directoryGroup,
            @Param(value = "What it is called there", min = 1, max = 250) Optional<String> displayName,
            @Param(value = "Its id there", max = 254) Optional<String> externalId,
            @Param(value = "Ids of all that shall be in it", max = 10_000) Optional<List<String>> members,
            @Param(value = "Ids of those to add", max = 10_000) Optional<List<String>> add,
            @Param(value = "Ids of those to take out", max = 10_000) Optional<List<String>> remove) {}

    /** Which one. */
    public record Which(@Param(value = "The group", kind = "directory-group") Ref directoryGroup) {}

    /** Which one, and how much of it. */
    public record Get(
            @Param(value = "The group", kind = "directory-group") Ref directoryGroup,
            @Param("Whether to show who is in it; yes where not given") Optional<Boolean> withMembers) {}

    /** Somebody in a group. */
    public record Member(String id, String userName) {}

    /** A group as the directory describes it. */
    public record Item(
            @Param(kind = "directory-group") Ref directoryGroup,
            @Param(kind = "directory") Ref directory,
            String displayName,
            Optional<String> externalId,
            @Param("Where they were asked for") Optional<List<Member>> members,
            Instant createdAt,
            Instant modifiedAt,
            long version) {}

    /** Some of those that a filter finds, the first one first. */
    public record Items(List<Item> items, @Param("How many it finds") long total) {}

    @Activate
    public DirectoryGroupActions(@Reference DirectoryGroups groups) {
        this.groups = groups;
    }

    @Action(value = "directory-group.list", summary = "Lists groups as a directory describes them", effect = READ)
    public Items list(Search in) {
        return groups.list(in);
    }

    @Action(value = "directory-group.get", summary = "Shows a group as a directory describes it", effect = READ)
    public Item get(Get in) {
        return groups.get(in.directoryGroup(), in.withMembers().orElse(true));
    }

    @Action(
            value = "directory-group.create",
            summary = "Writes down a group of a directory and gives its members their role",
            effect = CHANGE)
    public Item create(Call call, Create in) {
        return groups.create(call.team().orElseThrow(), in);
    }

    @Action(
            value = "directory-group.update",
            summary = "Changes a group of a directory and the roles of whoever comes or goes",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        return groups.update(call.team().orElseThrow(), in);
    }

    @Action(
            value = "directory-group.delete",
            summary = "Forgets a group of a directory; its members lose the role that it gave",
            effect = CHANGE,
            idempotent = true)
    public void delete(Call call, Which in) {
        groups.delete(call.team().orElseThrow(), in.directoryGroup());
    }
}
