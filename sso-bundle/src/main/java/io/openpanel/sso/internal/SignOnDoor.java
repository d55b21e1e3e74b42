package io.openpanel.sso.internal;

import io.openpanel.api.Door;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.sso.SignOnActions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends browsers to a provider, and takes them back: the same actions as for everybody, with a cookie between. */
@Component(service = Door.class)
public class SignOnDoor implements Door {
    static final String PATH = "/sso";
    private static final String START = "/start/";
    private static final String CALLBACK = "/callback/";
    static final String METADATA = "/metadata/";
    static final String LOG_OUT = "/logout/";
    private static final int LONGEST = 4_096;
    private static final String UNASKED = "/#sso=unasked";
    private static final Logger LOG = LoggerFactory.getLogger(SignOnDoor.class);

    private final Panel panel;

    @Activate
    public SignOnDoor(@Reference Panel panel) {
        this.panel = panel;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public Reply handle(Request request) {
        boolean leaves = request.path().startsWith(LOG_OUT);
        boolean posts = (leaves || request.path().startsWith(CALLBACK))
                && request.method().equals("POST");
        if (!posts && !request.method().equals("GET")) {
            return new Reply(405, Map.of("Allow", "GET"), new byte[0]);
        }
        try {
            if (leaves) {
                return loggedOut(request, posts ? PostedForm.of(request) : request.query(), posts);
            }
            return posts ? posted(request) : got(request);
        } catch (Problem e) {
            if (e.kind() == Problem.Kind.INVALID || e.kind() == Problem.Kind.MISSING) {
                throw e;
            }
            LOG.info("A log-in by {} ended: {}", request.path(), e.getMessage());
            return redirect("/#sso=" + e.kind().name().toLowerCase(Locale.ROOT), Optional.empty());
        }
    }

    private Reply got(Request request) {
        if (request.path().startsWith(START)) {
            return start(request);
        }
        if (request.path().startsWith(CALLBACK)) {
            return callback(request);
        }
        if (request.path().startsWith(METADATA)) {
            return metadata(request);
        }
        throw new Problem(Problem.Kind.MISSING, "There is nothing at " + PATH + request.path());
    }

    private static String origin(Request request) {
        return (request.secure() ? "https://" : "http://") + request.header("host");
    }

    private Reply start(Request request) {
        SignOnActions.Begun begun = panel.call(
                "single-sign-on.begin",
                new SignOnActions.Begin(
                        request.path().substring(START.length()),
                        origin(request),
                        Optional.ofNullable(request.query().get("return")),
                        Optional.of(request.address())),
                SignOnActions.Begun.class);
        return redirect(begun.url(), begun.browser().map(token -> cookie(request, token, Flows.LIFE.toSeconds())));
    }

    private Reply metadata(Request request) {
        SignOnActions.Described described = panel.call(
                "single-sign-on.describe",
                new SignOnActions.Describe(request.path().substring(METADATA.length()), origin(request)),
                SignOnActions.Described.class);
        return new Reply(
                200,
                Map.of("Content-Type", "application/samlmetadata+xml"),
                described.xml().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A SAML provider's page posts from its own site, so no cookie of ours comes with it. What it posts is kept, and the
     * browser sent to the same address by GET, which its cookie does come with.
     */
    private Reply posted(Request request) {
        Map<String, String> form = PostedForm.of(request);
        String provider = request.path().substring(CALLBACK.length());
        String state = form.getOrDefault("RelayState", "");
        if (state.isEmpty() || state.length() > LONGEST) {
            LOG.info("An answer at {} was asked for by nobody: it has no RelayState of the panel's", request.path());
            return redirect(UNASKED, Optional.empty());
        }
        try {
            panel.call(
                    "single-sign-on.keep",
                    new SignOnActions.Keep(
                            provider, Secret.of(state), Secret.of(form.getOrDefault("SAMLResponse", ""))),
                    null);
        } catch (Problem e) {
            if (e.kind() != Problem.Kind.UNAUTHENTICATED) {
                throw e;
            }
            LOG.info("An answer at {} was not taken: {}", request.path(), e.getMessage());
            return redirect(UNASKED, Optional.empty());
        }
        return redirect(
                PATH + CALLBACK + provider + "?state=" + URLEncoder.encode(state, StandardCharsets.UTF_8),
                Optional.empty());
    }

    /** A provider's server, or a browser that it sends, says that sessions have ended; or that it heard that one had. */
    private Reply loggedOut(Request request, Map<String, String> said, boolean posted) {
        Optional<String> token = Optional.ofNullable(said.get("logout_token"));
        if (token.isEmpty() && !said.containsKey("SAMLRequest")) {
            return redirect("/", Optional.empty());
        }
        try {
            SignOnActions.Ended ended = panel.call(
                    "single-sign-on.end",
                    new SignOnActions.End(
                            request.path().substring(LOG_OUT.length()),
                            token.map(Secret::of),
                            Optional.ofNullable(said.get("SAMLRequest")).map(Secret::of),
                            Optional.ofNullable(said.get("RelayState")),
                            Optional.ofNullable(said.get("SigAlg")),
                            Optional.ofNullable(said.get("Signature")),
                            posted,
                            origin(request)),
                    SignOnActions.Ended.class);
            return ended.url()
                    .map(url -> redirect(url, Optional.empty()))
                    .orElseGet(() -> new Reply(200, Map.of("Cache-Control", "no-store"), new byte[0]));
        } catch (Problem e) {
            if (e.kind() != Problem.Kind.UNAUTHENTICATED) {
                throw e;
            }
            LOG.info("{}", e.getMessage());
            // As OpenID Connect Back-Channel Logout 1.0, 2.8, has it; a page of the panel's would tell nobody anything.
            return new Reply(
                    400,
                    Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
                    "{\"error\":\"invalid_request\"}".getBytes(StandardCharsets.UTF_8));
        }
    }

    private Reply callback(Request request) {
        SignOnActions.Finished finished = panel.call(
                "single-sign-on.finish",
                new SignOnActions.Finish(
                        request.path().substring(CALLBACK.length()),
                        browser(request).map(Secret::of),
                        word(request, "state").map(Secret::of),
                        word(request, "code").map(Secret::of),
                        word(request, "iss"),
                        word(request, "error"),
                        device(request),
                        Optional.of(request.address()),
                        request.secure()),
                SignOnActions.Finished.class);
        return redirect(finished.location(), finished.cookie());
    }

    private static Optional<String> word(Request request, String name) {
        return Optional.ofNullable(request.query().get(name))
                .filter(text -> !text.isEmpty() && text.length() <= LONGEST);
    }

    private static Optional<String> device(Request request) {
        String agent = request.header("user-agent");
        return Optional.of(agent.substring(0, Math.min(agent.length(), 200))).filter(text -> !text.isEmpty());
    }

    /** {@code Lax}, since the provider sends the browser back from another site. */
    private static String cookie(Request request, String token, long seconds) {
        return name(request) + '=' + token + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + seconds
                + (request.secure() ? "; Secure" : "");
    }

    private static String name(Request request) {
        return request.secure() ? "__Host-op_sso" : "op_sso";
    }

    private static Optional<String> browser(Request request) {
        String start = name(request) + '=';
        return request.headers().getOrDefault("cookie", List.of()).stream()
                .flatMap(line -> List.of(line.split(";")).stream())
                .map(String::strip)
                .filter(pair -> pair.startsWith(start) && pair.length() > start.length())
                .map(pair -> pair.substring(start.length()))
                .findFirst();
    }

    private static Reply redirect(String location, Optional<String> cookie) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Location", location);
        headers.put("Cache-Control", "no-store");
        cookie.ifPresent(value -> headers.put("Set-Cookie", value));
        return new Reply(303, headers, new byte[0]);
    }
}
