package io.openpanel.activity.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LettersTest {
    private static Notification changed(String subject, String name, List<String> within, String role) {
        return new Notification(
                "n",
                NotificationKind.ROLE_CHANGED,
                Instant.EPOCH,
                "Olga",
                Optional.of(Ref.parse(subject)),
                name,
                within.isEmpty() ? List.of() : List.of("app:1", "project:1"),
                within,
                role,
                Optional.empty());
    }

    private static String text(Letters.Language language, Notification told) {
        return new Letters(language, "").of(told).text();
    }

    @Test
    void aRoleOnOneResourceSaysOnWhichAndARoleTakenAwayTooSaysSo() {
        Notification given = changed("grant:1", "Hal", List.of("web", "shop"), "Developer");
        Notification taken = changed("grant:1", "Hal", List.of("web", "shop"), "");

        assertThat(text(Letters.Language.EN, given)).contains("Olga gave you a role on shop/web: Developer");
        assertThat(text(Letters.Language.EN, taken)).contains("Olga took your role on shop/web away.");
        assertThat(text(Letters.Language.PT_BR, given)).contains("Olga deu um papel a você em shop/web: Desenvolvedor");
    }

    @Test
    void aRoleOfTheWholeTeamIsNamedInTheReadersLanguageAndTheTeamsOwnAsItIs() {
        assertThat(text(Letters.Language.PT_BR, changed("member:1", "Hal", List.of(), "Viewer")))
                .contains("Olga mudou seu papel: Leitor");
        assertThat(text(Letters.Language.PT_BR, changed("member:1", "Hal", List.of(), "Release manager")))
                .contains("Olga mudou seu papel: Release manager");
    }
}
