package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.Predicate;

/** Seals texts for a team and a place, and opens them for the same only. */
public final class Seal {
    private final DataKeys keys;
    private final Function<SQLException, RuntimeException> problems;

    public Seal(DataKeys keys, Function<SQLException, RuntimeException> problems) {
        this.keys = keys;
        this.problems = problems;
    }

    /**
     * @param team empty for the panel's own
     * @param place where it will lie: schema, table, column and row
     */
    public String seal(String plain, String team, String place) {
        try {
            DataKeys.DataKey key = keys.current(team);
            return Envelope.seal(key.id(), key.key(), plain.getBytes(StandardCharsets.UTF_8), associated(team, place))
                    .toString();
        } catch (SQLException e) {
            throw problems.apply(e);
        }
    }

    /** @param mayOpen tells of a team whether its texts may be opened here; the panel's own always may */
    public String open(String ciphertext, String place, Predicate<String> mayOpen) {
        try {
            Envelope envelope = Envelope.parse(ciphertext);
            DataKeys.DataKey key =
                    keys.find(envelope.key()).orElseThrow(() -> new GeneralSecurityException("Its key is unknown"));
            if (!key.team().isEmpty() && !mayOpen.test(key.team())) {
                throw new GeneralSecurityException("It belongs to another team");
            }
            return new String(envelope.open(key.key(), associated(key.team(), place)), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new Problem(
                    Problem.Kind.UPSTREAM,
                    "A secret does not open: it was changed, moved to another place,"
                            + " or sealed with a key that is lost; set it again",
                    e);
        } catch (SQLException e) {
            throw problems.apply(e);
        }
    }

    private static String associated(String team, String place) {
        return team + '|' + place;
    }
}
