package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Reads who calls from the headers. */
public final class Credentials {
    private static final String BEARER = "Bearer ";
    private static final Gateway.Caller ANONYMOUS = new Gateway.Caller.Anonymous();

    private Credentials() {}

    /** @throws Problem when there are credentials of another kind than a bearer token, or a malformed team */
    public static Gateway.Caller of(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        if (header == null) {
            return ANONYMOUS;
        }
        String token = header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length()).trim()
                : "";
        if (token.isEmpty()) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "Send the token as Authorization: Bearer <token>");
        }
        return new Gateway.Caller.Bearer(token, team(request));
    }

    private static Optional<Ref> team(HttpServletRequest request) {
        String team = request.getHeader("OpenPanel-Team");
        if (team == null || team.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(
                team.startsWith("team:") && team.length() > "team:".length() ? Ref.parse(team) : new Ref("team", team));
    }
}
