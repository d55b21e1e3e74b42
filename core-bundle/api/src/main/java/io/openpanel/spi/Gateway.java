package io.openpanel.spi;

import io.openpanel.api.Duplex;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** The only way to an action, for every surface: permission, validation, audit and metrics happen here. */
@ProviderType
public interface Gateway {
    /**
     * Calls an action.
     *
     * @throws Problem what the caller is to be told
     * @throws RuntimeException a bug: already logged with the request id
     */
    Reply call(Invocation invocation);

    /**
     * As {@link #call(Invocation)}.
     *
     * @param told what each limit that counts for the caller leaves, before the answer and also where it is a refusal
     */
    default Reply call(Invocation invocation, Consumer<Allowance> told) {
        return call(invocation);
    }

    /**
     * Who calls, if {@link #call} would let them in and take their input now; nothing is done and nothing is written.
     *
     * @throws Problem what {@link #call} would refuse it with
     */
    Principal check(Invocation invocation);

    /** As {@link #check(Invocation)}, with {@code told} as in {@link #call(Invocation, Consumer)}. */
    default Principal check(Invocation invocation, Consumer<Allowance> told) {
        return check(invocation);
    }

    /** Why nobody may use the panel from an address; empty where they may. */
    default Optional<Problem> refusal(String address) {
        return Optional.empty();
    }

    /** The caller behind a credential, as {@link #call} would see it. */
    Optional<Principal> authenticate(Caller caller);

    /**
     * A resource, what it belongs to, what that belongs to, …: rights on the later ones are rights on it.
     *
     * @throws Problem MISSING where the principal's team has no such resource
     */
    List<Resource> lineage(Principal principal, Ref resource);

    /**
     * @param action {@code container.start}
     * @param input a JSON object in UTF-8, as it came; an empty array stands for {@code {}}
     * @param surface {@code rest}, {@code cli}, {@code route}, {@code local}
     * @param address the client's address, {@code ""} inside the panel
     * @param requestId shown to the caller with every error
     * @param idempotencyKey a second call with the same key, caller and action gets the first one's answer
     * @param ifMatch the version the resource must still have
     */
    record Invocation(
            String action,
            byte[] input,
            Caller caller,
            String surface,
            String address,
            String requestId,
            Optional<String> idempotencyKey,
            Optional<String> ifMatch) {}

    /** Who calls. */
    sealed interface Caller {
        /** Nobody known. */
        record Anonymous() implements Caller {}

        /** Somebody with a bearer token (access token or API key), perhaps in a team of their choice. */
        record Bearer(String token, Optional<Ref> team) implements Caller {}

        /** Somebody the panel itself vouches for: a route, the local door. */
        record Known(Principal principal) implements Caller {}
    }

    /**
     * What a limit leaves.
     *
     * @param limit {@code user}, {@code key}, {@code team}, {@code address} or {@code action}
     * @param quota so many calls in each window
     * @param left how many may come now
     * @param reset after so long without a call, all of the quota is there again
     */
    record Allowance(String limit, long quota, Duration window, long left, Duration reset) {}

    /** What an action gave. */
    sealed interface Reply {
        /** JSON in UTF-8, and the resource's version where the action returned one. */
        record Done(byte[] json, Optional<String> version) implements Reply {}

        /** A job was started: {@code job:…}. */
        record Accepted(Ref job) implements Reply {}

        /** JSON items in UTF-8, until the subscription is cancelled; the sequence number resumes with input {@code after}. */
        record Streaming(Flow.Publisher<Item> items) implements Reply {}

        /** A file. */
        record File(InputStream content) implements Reply {}

        /**
         * A terminal; whoever got it closes it.
         *
         * @param ended completes with the reason when the panel ends it, and never where it ends by itself
         */
        record Terminal(Duplex duplex, CompletionStage<Problem> ended) implements Reply {}
    }

    /** One item of a stream; {@code seq} is the item's own {@code seq} component, else a count from 1. */
    record Item(long seq, byte[] json) {}
}
