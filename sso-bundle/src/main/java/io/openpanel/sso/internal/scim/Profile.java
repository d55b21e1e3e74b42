package io.openpanel.sso.internal.scim;

import io.openpanel.sso.DirectoryUserActions.Mail;
import java.util.List;
import java.util.Optional;

/** What a directory says of a person besides who they are. */
public record Profile(
        Optional<String> formatted, Optional<String> givenName, Optional<String> familyName, List<Mail> emails) {
    /** Where to write to them: the primary address, else that of their work, else the first, else their name there. */
    String address(String userName) {
        return emails.stream()
                .filter(mail -> mail.primary().orElse(false))
                .findFirst()
                .or(() -> emails.stream()
                        .filter(mail ->
                                mail.type().filter("work"::equalsIgnoreCase).isPresent())
                        .findFirst())
                .or(() -> emails.stream().findFirst())
                .map(Mail::value)
                .orElse(userName);
    }

    /** What people call them. */
    String name(Optional<String> displayName) {
        return displayName.or(() -> formatted).orElseGet(() -> (givenName.orElse("") + ' ' + familyName.orElse(""))
                .strip());
    }
}
