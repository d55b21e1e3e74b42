package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.TeamEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Accounts: one for each person, known by their e-mail address. */
@Component(service = People.class)
public final class People {
    private static final Pattern EMAIL =
            Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@\\p{Cntrl}]{1,189}", Pattern.UNICODE_CHARACTER_CLASS);

    private static final String COLUMNS = "id, email, name, password, disabled_at";

    private final Clerk clerk;
    private final InstantSource clock;
    private final Passwords passwords;

    /** An account with its password's hash. */
    public record Account(String id, String email, String name, String password, Optional<Instant> disabledAt) {
        boolean isEnabled() {
            return disabledAt.isEmpty();
        }

        @Override
        public String toString() {
            return "Account[" + id + ']';
        }
    }

    /** Somebody new, checked. */
    record Newcomer(String email, String name, String passwordHash) {
        @Override
        public String toString() {
            return "Newcomer[" + email + ']';
        }
    }

    @Activate
    public People(@Reference Clerk clerk, @Reference InstantSource clock, @Reference Passwords passwords) {
        this.clerk = clerk;
        this.clock = clock;
        this.passwords = passwords;
    }

    /** @throws Problem naming the field that is wrong */
    Newcomer newcomer(String email, Optional<String> name, Secret password, String team) {
        String address = email(email);
        String shown = name(name.map(String::strip)
                .filter(text -> !text.isEmpty())
                .orElseGet(() -> address.substring(0, address.indexOf('@'))));
        String plain = password.reveal();
        PasswordRules.check("password", plain, address, shown, team);
        return new Newcomer(address, shown, passwords.hash(plain));
    }

    /** Somebody whom another party proves. Their password is one that nobody knows. */
    Newcomer newcomerWithoutPassword(String email, String wanted) {
        String address = email(email);
        String plain = shown(wanted);
        String shown = plain.isEmpty() ? address.substring(0, address.indexOf('@')) : plain;
        return new Newcomer(
                address, name(shown), passwords.hash(RefreshToken.create().text()));
    }

    /** A name that another party gives, as far as it can be one here. */
    static String shown(String wanted) {
        // What the cut leaves of a pair is not seen either.
        return Written.visible(wanted.substring(0, Math.min(wanted.length(), 100)))
                .strip();
    }

    static String email(String text) {
        String address = Written.composed(text).toLowerCase(Locale.ROOT);
        if (!EMAIL.matcher(address).matches()) {
            throw Problem.invalid("email", "This is not an e-mail address; expected name@example.com");
        }
        if (!Stream.of(address.split("[@.]")).allMatch(Written::isUnmistakable)) {
            throw Problem.invalid(
                    "email", "This address has letters that look like others; type it anew instead of pasting it");
        }
        return address;
    }

    static String name(String text) {
        String name = text.strip();
        if (name.isEmpty() || name.length() > 100 || !Written.isVisible(name)) {
            throw Problem.invalid("name", "A name has 1 to 100 characters, none of them invisible, and no line breaks");
        }
        return name;
    }

    /** Makes the account and its membership of the transaction's team. */
    Ref add(Database.Tx tx, Newcomer person, Role role) {
        Ref user = account(tx, person);
        join(tx, user.id(), person.name, role);
        return user;
    }

    /** Makes the account alone. */
    Ref account(Database.Tx tx, Newcomer person) {
        Ref user = Ref.create("user");
        Instant now = clock.instant();
        int made = tx.update(
                "insert into user_account (id, email, name, password, created_at) values (?, ?, ?, ?, ?)"
                        + " on conflict (email) do nothing",
                user.id(),
                person.email,
                person.name,
                person.passwordHash,
                now);
        if (made == 0) {
            throw new Problem(Problem.Kind.CONFLICT, "There is an account for " + person.email + " already");
        }
        return user;
    }

    /** Makes an account a member of the transaction's team; false where it is one already. */
    boolean join(Database.Tx tx, String user, String name, Role role) {
        int made = tx.update(
                "insert into membership (team_id, user_id, role, role_id, created_at)"
                        + " values (openpanel.current_team(), ?, ?, ?, ?) on conflict do nothing",
                user,
                Members.column(role),
                Members.roleId(role),
                clock.instant());
        if (made > 0) {
            tx.publish(new TeamEvents.MemberCreated(new Ref("member", user), name, role.name()));
        }
        return made > 0;
    }

    /** The person with an address; programs have none that counts. */
    Optional<Account> byEmail(String email) {
        return clerk.allTeams(tx -> tx.one(
                Account.class,
                "select " + COLUMNS + " from user_account where email = ? and kind = 'person'",
                email.strip().toLowerCase(Locale.ROOT)));
    }

    Account get(String id) {
        return clerk.allTeams(tx -> tx.one(Account.class, "select " + COLUMNS + " from user_account where id = ?", id))
                .orElseThrow(() -> Problem.missing(new Ref("user", id)));
    }

    /** Whether the password is the account's; takes as long where there is no account. */
    boolean isPassword(Optional<Account> account, String password) {
        if (account.isEmpty() || password.length() > 1_024) {
            return passwords.verifyNobody(password.substring(0, Math.min(password.length(), 1_024)));
        }
        boolean right = passwords.verify(password, account.get().password);
        if (right && passwords.isOutdated(account.get().password)) {
            setPassword(account.get(), password);
        }
        return right;
    }

    /** Stores a new password over the one that was checked; false when somebody changed it in between. */
    boolean setPassword(Account account, String password) {
        String hash = passwords.hash(password);
        return 0
                < clerk.allTeams(tx -> tx.update(
                        "update user_account set password = ?, version = version + 1"
                                + " where id = ? and password = ?",
                        hash,
                        account.id,
                        account.password));
    }

    void rename(String id, String name, String email) {
        boolean done = clerk.allTeams(tx -> tx.one(
                                Rights.Id.class, "select id from user_account where email = ? and id <> ?", email, id)
                        .isEmpty()
                && tx.update(
                                "update user_account set name = ?, email = ?, version = version + 1 where id =" + " ?",
                                name,
                                email,
                                id)
                        > 0);
        if (!done) {
            throw notUsable();
        }
    }

    static Problem notUsable() {
        return new Problem(Problem.Kind.CONFLICT, "This e-mail address cannot be used; choose another one");
    }
}
