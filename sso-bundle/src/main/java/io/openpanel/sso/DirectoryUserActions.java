package io.openpanel.sso;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.sso.internal.scim.DirectoryUsers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** People as a directory describes them; directories come by {@code /scim/v2}. */
@Component(service = Extension.class)
public class DirectoryUserActions implements Extension {
    private final DirectoryUsers users;

    /** An e-mail address. */
    public record Mail(
            @Param(max = 254) String value, @Param(max = 40) Optional<String> type, Optional<Boolean> primary) {}

    /** Whom to list. */
    public record Search(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(value = "A filter of SCIM", example = "userName eq \"ana@example.com\"", max = 4096)
                    Optional<String> filter,
            @Param(value = "The first to show, from 1", min = 1) Optional<Integer> start,
            @Param(value = "How many at most; 100 where not given", min = 0, max = 200) Optional<Integer> count) {}

    /** Somebody new. */
    public record Create(
            @Param(value = "The directory", kind = "directory") Ref directory,
            @Param(value = "What they are called there", example = "ana@example.com", min = 1, max = 254)
                    String userName,
            @Param(value = "Their id there", max = 254) Optional<String> externalId,
            @Param(value = "What people call them", max = 254) Optional<String> displayName,
            @Param(value = "Their whole name", max = 254) Optional<String> formattedName,
            @Param(max = 254) Optional<String> givenName,
            @Param(max = 254) Optional<String> familyName,
            @Param("Their addresses; the account is found or made by one of them") Optional<List<Mail>> emails,
            @Param("Whether they are in the team; they are where not given") Optional<Boolean> active) {}

    /** What to change; an empty text is none. */
    public record Update(
            @Param(value = "Who", kind = "directory-user") Ref directoryUser,
            @Param(value = "What they are called there", min = 1, max = 254) Optional<String> userName,
            @Param(value = "Their id there", max = 254) Optional<String> externalId,
            @Param(value = "What people call them", max = 254) Optional<String> displayName,
            @Param(value = "Their whole name", max = 254) Optional<String> formattedName,
            @Param(max = 254) Optional<String> givenName,
            @Param(max = 254) Optional<String> familyName,
            @Param("Their addresses; that of the account stays") Optional<List<Mail>> emails,
            @Param("Whether they are in the team") Optional<Boolean> active) {}

    /** Who. */
    public record Which(@Param(value = "Who", kind = "directory-user") Ref directoryUser) {}

    /** Somebody as the directory describes them. */
    public record Item(
            @Param(kind = "directory-user") Ref directoryUser,
            @Param(kind = "directory") Ref directory,
            @Param("The member they are, or were") String member,
            String userName,
            Optional<String> externalId,
            Optional<String> displayName,
            Optional<String> formattedName,
            Optional<String> givenName,
            Optional<String> familyName,
            List<Mail> emails,
            boolean active,
            Instant createdAt,
            Instant modifiedAt,
            long version) {}

    /** Some of those whom a filter finds, the first one first. */
    public record Items(List<Item> items, @Param("How many it finds") long total) {}

    @Activate
    public DirectoryUserActions(@Reference DirectoryUsers users) {
        this.users = users;
    }

    @Action(value = "directory-user.list", summary = "Lists people as a directory describes them", effect = READ)
    public Items list(Search in) {
        return users.list(in);
    }

    @Action(value = "directory-user.get", summary = "Shows somebody as a directory describes them", effect = READ)
    public Item get(Which in) {
        return users.get(in.directoryUser());
    }

    @Action(
            value = "directory-user.create",
            summary = "Makes somebody a member of the team as a directory describes them",
            effect = CHANGE)
    public Item create(Create in) {
        return users.create(in);
    }

    @Action(
            value = "directory-user.update",
            summary = "Changes what a directory says of somebody, or takes them out of the team",
            effect = CHANGE,
            idempotent = true)
    public Item update(Update in) {
        return users.update(in);
    }

    @Action(
            value = "directory-user.delete",
            summary = "Takes somebody out of the team and forgets what a directory said of them",
            effect = CHANGE,
            idempotent = true)
    public void delete(Which in) {
        users.delete(in.directoryUser());
    }
}
