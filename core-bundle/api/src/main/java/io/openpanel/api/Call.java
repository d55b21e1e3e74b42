package io.openpanel.api;

import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/** One invocation of an action. */
@ProviderType
public interface Call {
    /** Who acts. */
    Principal caller();

    /** Where the call came in: {@code rest}, {@code cli}, {@code route}, {@code event}, {@code schedule}, {@code local}, {@code action}. */
    String surface();

    /** The client's address as people write it; empty for calls from inside, in jobs and at the local door. */
    String address();

    /** The team the call is made in; empty for the panel itself. */
    Optional<Ref> team();

    /** What the caller may see of a kind of resource. */
    Reach reach(String kind);

    /** The job this call runs in; empty outside jobs. Side effects are labelled with it so that a later attempt finds them. */
    Optional<Ref> job();

    /**
     * Appends a line to the job's log, revealed secrets masked; outside a job the line goes to the panel's own log at debug
     * level. A line has 16,384 characters at most, a log 200,000 lines; what is more is cut.
     */
    void log(String line);

    /** Sets the job's progress, 0 to 100 percent; outside a job it does nothing. */
    void progress(int percent);

    /** Whether somebody cancelled the job. Work that can wait a while should look at it, or hook {@link #onCancel}. */
    boolean cancelled();

    /**
     * Runs at once on another thread when the job is cancelled or the panel yields it, on this one where that was before;
     * replaces an earlier hook. What it throws is logged and ends nothing. Outside a job it never runs.
     */
    void onCancel(Runnable hook);

    /** 1 for the first attempt of a job, more after a crash or an update. */
    int attempt();

    /**
     * The job's place in the order in which all jobs were asked for, the same for all its attempts; 0 outside jobs. Jobs
     * begin side by side, so that which of them was asked for last cannot be told from when they run, nor from a clock
     * that may be put back.
     */
    long turn();

    /**
     * Does a part of a job and stores its result under the name: a later attempt gets the stored result and does not run
     * the work again. Shown to people as a step with its duration. Outside a job the work is just done.
     *
     * @param name the same in each attempt, and of no other step of the job
     * @param type a public record, which is stored as JSON; its secrets are not
     */
    <T extends Record> T step(String name, Class<T> type, Supplier<T> work);
}
