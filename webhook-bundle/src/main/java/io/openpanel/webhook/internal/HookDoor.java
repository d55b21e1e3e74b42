package io.openpanel.webhook.internal;

import io.openpanel.api.Door;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.webhook.GitPushed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the deliveries of Git hosts: checks the signature, stores the push and answers; what follows is a route's. */
@Component(service = Door.class)
public class HookDoor implements Door {
    private static final Logger LOG = LoggerFactory.getLogger(HookDoor.class);
    private static final Pattern ID = Pattern.compile("/([0-9a-hjkmnp-tv-z]{16})");
    private static final Pattern DELIVERY = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    /** Takes the place of the secret where there is no such hook, so that both take as long. */
    private static final String NO_SECRET = "0".repeat(64);

    private static final int PER_HOOK = 60;
    private static final int FAILURES_PER_ADDRESS = 60;

    private final Panel panel;
    private final HookStore hooks;
    private final RateLimit deliveries;
    private final RateLimit failures;

    /** Which app. */
    public record App(Ref app) {}

    /** The branch an app is deployed from. */
    public record AppBranch(Optional<String> branch) {}

    /** What a body was, and the digest of it. */
    private record Delivery(Optional<Push> push, Optional<Problem> problem, String digest) {}

    @Activate
    public HookDoor(@Reference Panel panel, @Reference HookStore hooks) {
        this(panel, hooks, System::nanoTime);
    }

    HookDoor(Panel panel, HookStore hooks, LongSupplier nanos) {
        this.panel = panel;
        this.hooks = hooks;
        this.deliveries = new RateLimit(PER_HOOK, "Too many deliveries to this hook", nanos);
        this.failures = new RateLimit(FAILURES_PER_ADDRESS, "Too many deliveries without a good signature", nanos);
    }

    @Override
    public String path() {
        return "/hooks";
    }

    /** Git hosts deliver from addresses of their own, and each delivery is signed. */
    @Override
    public boolean open() {
        return true;
    }

    @Override
    public Reply handle(Request request) {
        if (!request.method().equals("POST")) {
            return new Reply(405, Map.of("Allow", "POST"), new byte[0]);
        }
        failures.check(request.address());
        var id = ID.matcher(request.path());
        Optional<HookStore.Target> hook = hooks.target(id.matches() ? id.group(1) : "");
        Delivery delivery = read(request, hook.map(HookStore.Target::key).orElse(NO_SECRET), hook.isPresent());
        HookStore.Target target = hook.orElseThrow();
        deliveries.check(target.id());
        deliveries.count(target.id());
        String event = event(request);
        if (event.equals("ping")) {
            return json(200, "{\"pong\":true}");
        }
        if (!event.equals("push")) {
            return json(202, "{\"ignored\":\"this hook takes push events\"}");
        }
        return accept(request, target, delivery);
    }

    /** The whole body is read and its signature checked before anything is said about it. */
    private Delivery read(Request request, String key, boolean known) {
        try (Signature body = new Signature(request.body(), key)) {
            Optional<Push> push = Optional.empty();
            Optional<Problem> problem = Optional.empty();
            try {
                push = Optional.of(PushReader.read(body));
            } catch (Problem e) {
                problem = Optional.of(e);
            }
            if (!body.isOn(request) || !known) {
                failures.count(request.address());
                throw new Problem(
                        Problem.Kind.UNAUTHENTICATED,
                        "The signature is missing or wrong; send X-Hub-Signature-256:"
                                + " sha256=<HMAC-SHA256 of the body, in hexadecimal> made with the hook's secret");
            }
            return new Delivery(push, problem, body.digest());
        } catch (IOException e) {
            throw new Problem(Problem.Kind.INVALID, "The delivery could not be read to its end", e);
        }
    }

    private Reply accept(Request request, HookStore.Target hook, Delivery delivery) {
        Push push = delivery.push.orElseThrow(delivery.problem::get);
        Optional<String> branch = push.branch();
        if (branch.isEmpty()) {
            return json(202, "{\"ignored\":\"this is not a branch\"}");
        }
        String id = deliveryId(request).orElse(delivery.digest);
        boolean deploy = !push.isGone() && branch.equals(wanted(hook, push).or(() -> branch));
        boolean fresh = hooks.arrived(
                hook,
                new GitPushed(
                        hook.app(),
                        new Ref("hook", hook.id()),
                        push.repository(),
                        branch.get(),
                        push.commit(),
                        push.message(),
                        push.author(),
                        deploy,
                        id));
        return json(202, "{\"delivery\":\"" + id + "\",\"deploy\":" + deploy + ",\"repeated\":" + !fresh + '}');
    }

    /** The branch that is deployed: the hook's, else the app's, else the repository's main one; empty: any. */
    private Optional<String> wanted(HookStore.Target hook, Push push) {
        return hook.branch().or(() -> appBranch(hook)).or(push::defaultBranch);
    }

    private Optional<String> appBranch(HookStore.Target hook) {
        try {
            return panel.in(hook.team(), () -> panel.call("app.get", new App(hook.app()), AppBranch.class))
                    .branch();
        } catch (Problem e) {
            LOG.info("The branch of {} is not known at this moment: {}", hook.app(), e.getMessage());
            return Optional.empty();
        }
    }

    private static String event(Request request) {
        for (String name : new String[] {"x-github-event", "x-gitea-event", "x-forgejo-event", "x-openpanel-event"}) {
            if (!request.header(name).isEmpty()) {
                return request.header(name);
            }
        }
        return "push";
    }

    private static Optional<String> deliveryId(Request request) {
        for (String name : new String[] {"x-openpanel-delivery", "x-github-delivery", "x-gitea-delivery"}) {
            if (DELIVERY.matcher(request.header(name)).matches()) {
                return Optional.of(request.header(name));
            }
        }
        return Optional.empty();
    }

    private static Reply json(int status, String body) {
        return new Reply(status, Map.of("Content-Type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
    }
}
