package io.openpanel.api;

import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;

/** The panel as one plugin sees it: inject it with {@code @Reference}. */
@ProviderType
public interface Panel {
    /**
     * Calls an action as the current caller by way of this plugin; it must be one of the plugin's own or listed in
     * {@link Plugin#uses()}. A job can be called from a job only; it is waited for, its log lines join the current job's.
     *
     * @param input a record of any shape that fits the action's schema, or {@code null} where it takes none
     * @param result a public record filled by name, unknown properties ignored; {@code null} when not wanted
     * @throws Problem what the action threw; {@link Problem.Kind#MISSING} when there is no such action, as while its plugin
     *     is not running; {@link Problem.Kind#UNAVAILABLE} while that is being exchanged; {@link Problem.Kind#DENIED} when
     *     it is not listed; {@link Problem.Kind#CONFLICT} for a job outside of one
     * @throws IllegalStateException inside a database transaction
     */
    <T extends Record> T call(String action, Record input, Class<T> result);

    /**
     * Calls an action that returns a stream. Cancelling the subscription ends it.
     *
     * @param item as {@code result} of {@link #call}
     * @throws Problem as {@link #call}
     * @throws IllegalArgumentException when the action returns no stream
     * @throws IllegalStateException inside a database transaction
     */
    <T extends Record> Flow.Publisher<T> stream(String action, Record input, Class<T> item);

    /**
     * Works in a team where the plugin itself is the caller (a {@link Door}, {@link On} or {@link Every} method).
     *
     * @throws Problem {@link Problem.Kind#DENIED} when somebody else is the caller
     */
    <T> T in(Ref team, Supplier<T> work);

    /**
     * Works as the plugin itself and in no team, whoever the caller is, for what is the plugin's own affair and no
     * right of the caller's: looking up who may do what, counting attempts. What is called, written and published
     * meanwhile is the plugin's and audited as the plugin's; {@link #in} chooses a team. A transaction begun within
     * one of the plugin's own is a part of that one.
     */
    <T> T asItself(Supplier<T> work);

    /** The plugin's own tables. */
    Database database();

    /**
     * A directory for the current job, made at the first call, there again in later attempts, and removed when the job ends.
     *
     * @throws IllegalStateException outside of a job
     */
    java.nio.file.Path workspace();
}
