package io.openpanel.sso.internal.scim;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.sso.DirectoryActions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What a directory proves itself with: a key of a service account of its own, which is good for that directory and for
 * nothing else, by a role that has nothing else.
 */
@Component(service = DirectoryKeys.class)
public final class DirectoryKeys {
    private static final String ROLE = "Directory (SCIM)";
    private static final Duration LIFE = Duration.ofDays(365);
    private static final List<String> ACTIONS = List.of(
            "directory.get",
            "directory-user.list",
            "directory-user.get",
            "directory-user.create",
            "directory-user.update",
            "directory-user.delete",
            "directory-group.list",
            "directory-group.get",
            "directory-group.create",
            "directory-group.update",
            "directory-group.delete");

    private final Panel panel;
    private final Directories directories;

    /** A key of the team. */
    public record Key(Ref key, String prefix, Instant expiresAt, boolean expired, Optional<Instant> usedAt) {}

    /** Keys of the team. */
    public record Keys(List<Key> items) {}

    /** A role of the team. */
    public record Role(Ref role, String name, List<String> allowed) {}

    /** Roles of the team. */
    public record Roles(List<Role> items) {}

    /** A role to be. */
    public record NewRole(String name, List<String> allowed) {}

    /** What a role has. */
    public record RoleChange(Ref role, List<String> allowed) {}

    /** A service account to be. */
    public record NewAccount(String name, Ref role) {}

    /** Somebody in the team. */
    public record Member(Ref member, String name) {}

    /** Everybody in the team. */
    public record Members(List<Member> items) {}

    /** Somebody to take out. */
    public record Removed(Ref member) {}

    /** A key to be. */
    public record NewKey(String name, List<String> actions, List<String> resources, Duration expiresIn, Ref account) {}

    /** A key that gets another secret. */
    public record Turn(Ref key, Optional<Duration> overlap, Optional<Duration> expiresIn) {}

    /** A key to delete. */
    public record Gone(Ref key) {}

    /** A key and its token. */
    public record Token(Ref key, String token, Instant expiresAt) {
        @Override
        public String toString() {
            return "Token[key=" + key + ']';
        }
    }

    @Activate
    public DirectoryKeys(@Reference Panel panel, @Reference Directories directories) {
        this.panel = panel;
        this.directories = directories;
    }

    /** Those of the team's keys that the caller may see. */
    public List<Key> list() {
        return panel.call("api-key.list", null, Keys.class).items();
    }

    public DirectoryActions.Made make(Directories.Row row, Optional<Duration> life) {
        Ref account = account(row);
        Token token = panel.call(
                "api-key.create",
                new NewKey(
                        "SCIM " + row.name() + ' ' + row.id().substring(0, 4),
                        ACTIONS,
                        List.of(row.ref().toString()),
                        life.orElse(LIFE),
                        account),
                Token.class);
        directories.keep(row, Optional.of(account.id()), Optional.of(token.key.id()));
        return made(row, token);
    }

    private static DirectoryActions.Made made(Directories.Row row, Token token) {
        return new DirectoryActions.Made(row.ref(), row.name(), token.token, token.expiresAt, row.path());
    }

    /** Its service account, made anew where somebody took it out of the team. */
    private Ref account(Directories.Row row) {
        return member(row).map(Member::member).orElseGet(() -> panel.call(
                        "service-account.create", new NewAccount(accountName(row), role()), Member.class)
                .member);
    }

    private static String accountName(Directories.Row row) {
        String plain = row.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String name = "scim-" + plain.substring(0, Math.min(plain.length(), 24)) + '-'
                + row.id().substring(0, 6);
        return name.replaceAll("-+", "-");
    }

    private Optional<Member> member(Directories.Row row) {
        return row.account().flatMap(id -> panel.call("member.list", null, Members.class).items().stream()
                .filter(each -> each.member.id().equals(id))
                .findFirst());
    }

    /** One for all directories of the team, with what they need and no more. */
    private Ref role() {
        Optional<Role> there = panel.call("role.list", null, Roles.class).items().stream()
                .filter(each -> each.name.equals(ROLE))
                .findFirst();
        if (there.isEmpty()) {
            return panel.call("role.create", new NewRole(ROLE, ACTIONS), Role.class).role;
        }
        if (!there.get().allowed.equals(ACTIONS)) {
            panel.call("role.update", new RoleChange(there.get().role, ACTIONS), null);
        }
        return there.get().role;
    }

    public DirectoryActions.Made rotate(Directories.Row row, Optional<Duration> overlap, Optional<Duration> life) {
        Optional<Key> key = key(row);
        if (key.isEmpty() || key.get().expired) {
            revoke(row);
            return make(row, life);
        }
        return made(row, panel.call("api-key.rotate", new Turn(key.get().key, overlap, life), Token.class));
    }

    private Optional<Key> key(Directories.Row row) {
        return list().stream()
                .filter(each -> row.key().equals(Optional.of(each.key.id())))
                .findFirst();
    }

    public void revoke(Directories.Row row) {
        key(row).ifPresent(each -> panel.call("api-key.delete", new Gone(each.key), null));
    }

    /** Ends what the directory acted as. */
    public void remove(Directories.Row row) {
        member(row).ifPresent(each -> panel.call("member.remove", new Removed(each.member), null));
    }
}
