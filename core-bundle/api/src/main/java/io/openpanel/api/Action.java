package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A verb of the panel. The method takes at most a {@link Call} and one public record (its input), and returns a public
 * record, {@code void}, a {@link java.util.concurrent.Flow.Publisher} of records (a stream), an
 * {@link java.io.InputStream} (a file) or a {@link Duplex} (a terminal).
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Action {
    /** Operation id and permission, {@code noun.verb}: {@code container.start}, {@code api-key.create}. */
    String value();

    /** What it does, one sentence in the third person without a full stop, for people and models. */
    String summary();

    /** What it does to the world. */
    Effect effect();

    /** Who may call it at all. */
    Access access() default Access.PERMISSION;

    /** Whether calling it twice with the same input is the same as calling it once. */
    boolean idempotent() default false;

    /** Runs as a job: the caller gets {@code 202} and a job, with a live log, that survives a crash and can be cancelled. */
    boolean job() default false;

    /**
     * Asks a person who has been signed in for a while to prove anew who they are, as for what somebody at an unlocked
     * screen must not do: {@link Problem.Kind#UNPROVEN}. Keys, routes and plugins are not asked.
     */
    boolean recent() default false;

    /** So many calls of it a minute by one person, key or, where nobody is signed in, address; 0 for as many as of others. */
    int perMinute() default 0;

    /** Only where the conventions would surprise: {@code "GET /apps/{app}/logs"}, below {@code /api/v1}. */
    String http() default "";

    /** The verb people type: {@code "deploy {app}"}. Names in braces are components of the input and positional. */
    String cli() default "";

    /** What an action does to the world. */
    enum Effect {
        /** Changes nothing. */
        READ,
        /** Changes something that can be changed back. */
        CHANGE,
        /** Loses something for good: the caller must send {@code confirm} with the resource's name. */
        DESTROY
    }

    /** Who may call an action. */
    enum Access {
        /** Those whose role grants the action on each {@link Ref} of the input. */
        PERMISSION,
        /** As PERMISSION, but what it is about belongs to the panel itself and to no team. */
        PANEL,
        /** Anybody signed in. */
        SIGNED_IN,
        /** Anybody. */
        OPEN,
        /** Whoever owns the machine, by the panel's socket on it, and no plugin on their behalf. */
        LOCAL
    }
}
