package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first owner: made once, by whoever has the set-up token or from the environment; then never again. */
@Component(service = Setup.class, immediate = true)
public final class Setup {
    private static final Logger LOG = LoggerFactory.getLogger(Setup.class);
    private static final long RETRY_MILLIS = 1_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;
    private final SetupToken token;
    private final Map<String, String> environment;
    private final Thread starter;

    /** Who becomes the owner. */
    public record Owner(String email, Optional<String> name, Secret password, Optional<String> team) {}

    @Activate
    public Setup(
            BundleContext context,
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights) {
        this(clerk, clock, people, rights, tokenFile(context), System.getenv());
    }

    Setup(
            Clerk clerk,
            InstantSource clock,
            People people,
            Rights rights,
            Path tokenFile,
            Map<String, String> environment) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
        this.token = new SetupToken(tokenFile);
        this.environment = environment;
        this.starter = new Thread(this::untilReady, "openpanel-teams-setup");
        starter.setDaemon(true);
        starter.start();
    }

    private static Path tokenFile(BundleContext context) {
        String home = context.getProperty("openpanel.home");
        if (home == null) {
            throw new IllegalStateException(
                    "The property openpanel.home is not set; start the panel with its launcher");
        }
        return Path.of(home, "run", "setup-token");
    }

    @Deactivate
    public void close() {
        starter.interrupt();
    }

    public boolean isNeeded() {
        return rights.homeTeam().isEmpty();
    }

    public boolean isToken(Secret text) {
        return token.matches(text.reveal());
    }

    /**
     * Makes the owner and their team.
     *
     * @throws Problem CONFLICT where there is one already, also when they came in at the same moment
     */
    public Ref create(Owner owner) {
        if (!isNeeded()) {
            throw taken();
        }
        String team = People.name(
                owner.team().map(String::strip).filter(text -> !text.isEmpty()).orElse("Home"));
        People.Newcomer person = people.newcomer(owner.email(), owner.name(), owner.password(), team);
        Ref home = Ref.create("team");
        Ref user = clerk.in(home.id(), tx -> {
            tx.update("insert into team (id, name, created_at) values (?, ?, ?)", home.id(), team, clock.instant());
            if (tx.update(
                            "insert into setup (home_team, done_at) values (?, ?) on conflict do nothing",
                            home.id(),
                            clock.instant())
                    == 0) {
                throw taken();
            }
            return people.add(tx, person, Role.OWNER);
        });
        token.delete();
        return user;
    }

    private static Problem taken() {
        return new Problem(Problem.Kind.CONFLICT, "This panel has an owner already; sign in instead");
    }

    private void untilReady() {
        boolean told = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                start();
                return;
            } catch (RuntimeException e) {
                if (!told && !Thread.currentThread().isInterrupted()) {
                    LOG.warn("Set-up waits: {}", e.getMessage());
                    told = true;
                }
            }
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void start() {
        if (!isNeeded()) {
            token.delete();
            return;
        }
        String email = environment.getOrDefault("OPENPANEL_OWNER_EMAIL", "");
        String password = environment.getOrDefault("OPENPANEL_OWNER_PASSWORD", "");
        if (!email.isEmpty() && !password.isEmpty() && createFromEnvironment(email, password)) {
            return;
        }
        token.write();
    }

    private boolean createFromEnvironment(String email, String password) {
        try {
            create(new Owner(email, Optional.empty(), Secret.of(password), Optional.empty()));
            LOG.info("{} is the owner now, as OPENPANEL_OWNER_EMAIL says", email);
            return true;
        } catch (Problem e) {
            if (e.kind() == Problem.Kind.INVALID) {
                LOG.error(
                        "OPENPANEL_OWNER_EMAIL and OPENPANEL_OWNER_PASSWORD cannot make an owner: {}. Set up the panel in"
                                + " the browser with the set-up token, or correct them and start again",
                        e.getMessage());
                return false;
            }
            if (e.kind() == Problem.Kind.CONFLICT) {
                return true;
            }
            throw e;
        }
    }
}
