package io.openpanel.teams.internal;

import io.openpanel.api.Door;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.teams.InvitationActions;
import io.openpanel.teams.PasskeyActions;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.SetupActions;
import io.openpanel.teams.SignedIn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Signs browsers in and out: the same actions as for everybody, but the refresh token travels in a cookie that scripts
 * cannot read. Such a cookie comes along with any request, so requests that other sites cause are refused.
 */
@Component(service = Door.class)
public class AuthDoor implements Door {
    private static final int LONGEST_BODY = 16 * 1024;
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final Panel panel;

    @Activate
    public AuthDoor(@Reference Panel panel) {
        this.panel = panel;
    }

    @Override
    public String path() {
        return "/auth";
    }

    @Override
    public Reply handle(Request request) {
        return switch (request.path()) {
            case "/login", "/verify", "/passkey", "/prove", "/setup", "/join", "/refresh", "/logout" -> post(request);
            default -> throw new Problem(Problem.Kind.MISSING, "There is nothing at /auth" + request.path());
        };
    }

    private Reply post(Request request) {
        if (!request.method().equals("POST")) {
            return new Reply(405, Map.of("Allow", "POST"), new byte[0]);
        }
        requireOwnSite(request);
        return switch (request.path()) {
            case "/login" -> login(request);
            case "/verify" -> signedIn(request, verify(request));
            case "/passkey" -> passkey(request);
            case "/prove" -> signedIn(request, prove(request));
            case "/setup" -> signedIn(request, setup(request));
            case "/join" -> signedIn(request, join(request));
            case "/refresh" -> refresh(request);
            default -> logout(request);
        };
    }

    private static void requireOwnSite(Request request) {
        String site = request.header("sec-fetch-site");
        String origin = request.header("origin");
        String own = own(request);
        if (!(site.isEmpty() || OWN_SITE.contains(site)) || !(origin.isEmpty() || origin.equalsIgnoreCase(own))) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "This request came from another site; open the panel itself and sign in there");
        }
    }

    private static String own(Request request) {
        return (request.secure() ? "https://" : "http://") + request.header("host");
    }

    private Reply login(Request request) {
        Map<String, String> body = body(request, Set.of("email", "password"), Set.of());
        SessionActions.Begun begun = panel.call(
                "session.create",
                new SessionActions.Create(
                        body.get("email"),
                        Secret.of(body.get("password")),
                        device(request),
                        Optional.of(request.address())),
                SessionActions.Begun.class);
        return begun.challenge()
                .map(AuthDoor::challenged)
                .orElseGet(() -> signedIn(request, begun.session().orElseThrow()));
    }

    /** Nobody is signed in yet, so there is no cookie. */
    private static Reply challenged(SessionActions.Challenge challenge) {
        Map<String, String> body = Map.of(
                "challenge", challenge.token(),
                "expiresAt", challenge.expiresAt().toString(),
                "factors", String.join(" ", challenge.factors()));
        return plain(body);
    }

    private static Reply plain(Map<String, String> body) {
        return new Reply(
                200,
                Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
                JsonText.write(body).getBytes(StandardCharsets.UTF_8));
    }

    private Reply passkey(Request request) {
        Map<String, String> body = body(request, Set.of(), Set.of("challenge"));
        PasskeyActions.Asked asked = panel.call(
                "passkey.ask",
                new PasskeyActions.Ask(
                        Optional.ofNullable(body.get("challenge")).map(Secret::of),
                        own(request),
                        Optional.of(request.address())),
                PasskeyActions.Asked.class);
        return plain(Map.of("ceremony", asked.ceremony(), "options", asked.options()));
    }

    private SignedIn prove(Request request) {
        Map<String, String> body = body(request, Set.of("ceremony", "credential"), Set.of());
        return panel.call(
                "passkey.prove",
                new PasskeyActions.Prove(
                        Secret.of(body.get("ceremony")),
                        body.get("credential"),
                        own(request),
                        device(request),
                        Optional.of(request.address())),
                SignedIn.class);
    }

    private SignedIn verify(Request request) {
        Map<String, String> body = body(request, Set.of("challenge", "code"), Set.of());
        return panel.call(
                "session.verify",
                new SessionActions.Verify(
                        Secret.of(body.get("challenge")),
                        Secret.of(body.get("code")),
                        device(request),
                        Optional.of(request.address())),
                SignedIn.class);
    }

    private SignedIn setup(Request request) {
        Map<String, String> body = body(request, Set.of("token", "email", "password"), Set.of("name", "team"));
        return panel.call(
                "setup.create",
                new SetupActions.Create(
                        Secret.of(body.get("token")),
                        body.get("email"),
                        Secret.of(body.get("password")),
                        Optional.ofNullable(body.get("name")),
                        Optional.ofNullable(body.get("team")),
                        device(request),
                        Optional.of(request.address())),
                SignedIn.class);
    }

    private SignedIn join(Request request) {
        Map<String, String> body = body(request, Set.of("token", "password"), Set.of("name"));
        return panel.call(
                        "invitation.accept",
                        new InvitationActions.Accept(
                                Secret.of(body.get("token")),
                                Optional.of(Secret.of(body.get("password"))),
                                Optional.ofNullable(body.get("name")),
                                device(request),
                                Optional.of(request.address())),
                        InvitationActions.Joined.class)
                .session()
                .orElseThrow();
    }

    private Reply refresh(Request request) {
        Optional<String> token = RefreshCookie.read(request);
        if (token.isEmpty()) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "You are not signed in here");
        }
        try {
            return signedIn(
                    request,
                    panel.call(
                            "session.refresh",
                            new SessionActions.Refresh(Secret.of(token.get()), Optional.of(request.address())),
                            SignedIn.class));
        } catch (Problem e) {
            if (e.kind() != Problem.Kind.UNAUTHENTICATED) {
                throw e;
            }
            return reply(
                    401,
                    "application/problem+json",
                    RefreshCookie.clear(request),
                    Map.of(
                            "type",
                            "urn:openpanel:problem:unauthenticated",
                            "title",
                            "Not signed in",
                            "kind",
                            "unauthenticated",
                            "detail",
                            e.getMessage()));
        }
    }

    /** Ends the session that the browser has, which it forgets with the cookie. */
    private void endFormer(Request request) {
        RefreshCookie.read(request)
                .ifPresent(token ->
                        panel.call("session.delete", new SessionActions.Delete(Optional.of(Secret.of(token))), null));
    }

    private Reply logout(Request request) {
        endFormer(request);
        return new Reply(204, headers("application/json", RefreshCookie.clear(request)), new byte[0]);
    }

    private static Optional<String> device(Request request) {
        String agent = request.header("user-agent");
        return Optional.of(agent.substring(0, Math.min(agent.length(), 200))).filter(text -> !text.isEmpty());
    }

    private static Map<String, String> body(Request request, Set<String> required, Set<String> optional) {
        if (!request.header("content-type").toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new Problem(Problem.Kind.INVALID, "Send the body as application/json");
        }
        Map<String, String> body = parse(request);
        Map<String, String> wrong = new LinkedHashMap<>();
        body.keySet().stream()
                .filter(name -> !required.contains(name) && !optional.contains(name))
                .forEach(name -> wrong.put(name.length() > 100 ? name.substring(0, 100) : name, "is not known here"));
        required.stream()
                .filter(name -> !body.containsKey(name))
                .forEach(name -> wrong.put(name, name + " is required"));
        if (!wrong.isEmpty()) {
            throw Problem.invalid(wrong);
        }
        return body;
    }

    private static Map<String, String> parse(Request request) {
        try {
            byte[] bytes = request.body().readNBytes(LONGEST_BODY + 1);
            if (bytes.length > LONGEST_BODY) {
                throw new Problem(Problem.Kind.INVALID, "The body is too large; 16 KiB are enough to sign in");
            }
            return JsonText.object(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Problem(Problem.Kind.INVALID, "The body could not be read", e);
        } catch (IllegalArgumentException e) {
            throw new Problem(Problem.Kind.INVALID, "The body is not right: " + e.getMessage(), e);
        }
    }

    private Reply signedIn(Request request, SignedIn result) {
        if (!request.path().equals("/refresh")) {
            endFormer(request);
        }
        Map<String, String> body = new LinkedHashMap<>();
        body.put("accessToken", result.accessToken());
        body.put("expiresAt", result.expiresAt().toString());
        body.put("user", result.user().toString());
        body.put("name", result.name());
        body.put("email", result.email());
        body.put("team", result.team().toString());
        body.put("teamName", result.teamName());
        body.put("role", result.role());
        return reply(200, "application/json", RefreshCookie.set(request, result.refreshToken()), body);
    }

    private static Reply reply(int status, String type, String cookie, Map<String, String> body) {
        return new Reply(status, headers(type, cookie), JsonText.write(body).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(String type, String cookie) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", type);
        headers.put("Cache-Control", "no-store");
        headers.put("Set-Cookie", cookie);
        return headers;
    }
}
