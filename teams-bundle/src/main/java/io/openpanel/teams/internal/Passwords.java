package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Argon2id, as many at once as there are cores: each takes 19 MiB and a core for tens of milliseconds. */
@Component(service = Passwords.class)
public final class Passwords {
    private static final Cost TODAY = new Cost(19 * 1024, 2, 1);
    private static final int MOST_WAITING = 200;
    private static final int SALT = 16;
    private static final int TAG = 32;
    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})\\$([A-Za-z0-9+/]{11,86})\\$([A-Za-z0-9+/]{43,86})");

    private final SecureRandom random = new SecureRandom();
    private final Semaphore cores;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Cost cost;
    private final String nobody;

    /** Memory in KiB, passes, lanes. */
    record Cost(int memory, int passes, int lanes) {}

    /** Loaded with the first password and not with the bundle, which starts the sooner. */
    private static final class Implementation {
        static final Argon2 FASTEST = Argon2.fastest();
    }

    private record Stored(Cost cost, byte[] salt, byte[] tag) {}

    @Activate
    public Passwords() {
        this(TODAY, Runtime.getRuntime().availableProcessors());
    }

    Passwords(Cost cost, int atOnce) {
        this.cost = cost;
        this.cores = new Semaphore(atOnce, true);
        // No password gives this tag; comparing with it takes as long as with a real one.
        this.nobody = phc(cost, new byte[SALT], new byte[TAG]);
    }

    /** The hash to store, as a PHC string. */
    public String hash(String password) {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        return phc(cost, salt, inTurn(password, cost, salt, TAG));
    }

    /** Whether a password is the one behind a stored hash. */
    public boolean verify(String password, String stored) {
        Stored known = read(stored);
        return MessageDigest.isEqual(known.tag, inTurn(password, known.cost, known.salt, known.tag.length));
    }

    /** Takes as long as {@link #verify} and says no: for somebody who has no account. */
    public boolean verifyNobody(String password) {
        verify(password, nobody);
        return false;
    }

    /** Whether a hash was made at less cost than hashes are made today. */
    public boolean isOutdated(String stored) {
        Cost known = read(stored).cost;
        return known.memory < cost.memory || known.passes < cost.passes || known.lanes < cost.lanes;
    }

    private byte[] inTurn(String password, Cost cost, byte[] salt, int length) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            throw new Problem(
                            Problem.Kind.LIMITED, "Too many people sign in at this moment; try again in a few seconds")
                    .retryAfter(Duration.ofSeconds(5));
        }
        boolean entered = false;
        try {
            entered = cores.tryAcquire(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.decrementAndGet();
        }
        if (!entered) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is too busy to check a password; try again soon");
        }
        try {
            return Implementation.FASTEST.tag(password.getBytes(StandardCharsets.UTF_8), salt, cost, length);
        } finally {
            cores.release();
        }
    }

    private static String phc(Cost cost, byte[] salt, byte[] tag) {
        Base64.Encoder text = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=" + cost.memory + ",t=" + cost.passes + ",p=" + cost.lanes + '$'
                + text.encodeToString(salt) + '$' + text.encodeToString(tag);
    }

    private static Stored read(String stored) {
        Matcher parts = PHC.matcher(stored);
        if (!parts.matches()) {
            throw new IllegalStateException("A stored password hash is not an Argon2id PHC string");
        }
        return new Stored(
                new Cost(
                        Integer.parseInt(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3))),
                Base64.getDecoder().decode(parts.group(4)),
                Base64.getDecoder().decode(parts.group(5)));
    }
}
