package io.openpanel.activity.internal;

import io.openpanel.activity.internal.NotificationKind.Preference;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How each member of a team wants to be told. */
@Component(service = Preferences.class)
public final class Preferences {
    private final Panel panel;

    /** A language that messages are written in, and where somebody's clock is. */
    public record Reader(Letters.Language language, String zone) {
        public static final Reader UNKNOWN = new Reader(Letters.Language.EN, ZoneOffset.UTC.getId());

        ZoneId zoneId() {
            return ZoneId.of(zone);
        }
    }

    @Activate
    public Preferences(@Reference Panel panel) {
        this.panel = panel;
    }

    /** One for each kind. */
    public List<Preference> of(String user) {
        Map<NotificationKind, Preference> chosen = panel
                .database()
                .tx(tx -> tx.list(Preference.class, "select kind, shown, mail from preference where user_id = ?", user))
                .stream()
                .collect(Collectors.toMap(Preference::kind, Function.identity()));
        return Arrays.stream(NotificationKind.values())
                .map(kind -> chosen.getOrDefault(kind, kind.byDefault()))
                .toList();
    }

    Preference of(String user, NotificationKind kind) {
        return of(user).get(kind.ordinal());
    }

    public void set(String user, Preference wanted) {
        panel.database()
                .tx(tx -> tx.update(
                        "insert into preference (team_id, user_id, kind, shown, mail)"
                                + " values (openpanel.current_team(), ?, ?, ?, ?) on conflict (team_id, user_id, kind)"
                                + " do update set shown = excluded.shown, mail = excluded.mail",
                        user,
                        wanted.kind(),
                        wanted.shown(),
                        wanted.mail()));
    }

    public Optional<Reader> known(String user) {
        return panel.database()
                .tx(tx -> tx.one(Reader.class, "select language, zone from reader where user_id = ?", user));
    }

    public Reader reader(String user) {
        return known(user).orElse(Reader.UNKNOWN);
    }

    public void setReader(String user, Letters.Language language, String zone) {
        try {
            ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw Problem.invalid("timeZone", "This is no time zone; write one such as America/Sao_Paulo");
        }
        panel.database()
                .tx(tx -> tx.update(
                        "insert into reader (team_id, user_id, language, zone)"
                                + " values (openpanel.current_team(), ?, ?, ?) on conflict (team_id, user_id)"
                                + " do update set language = excluded.language, zone = excluded.zone",
                        user,
                        language,
                        zone));
    }
}
