package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.sso.SignOnActions;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** How a kind of provider is asked who somebody is. One service for each protocol. */
interface Protocol {
    /** Whether a provider speaks it. */
    boolean isOf(Provider provider);

    /** Where to send the browser. */
    URI begin(Provider provider, Flows.Started started);

    /**
     * What the provider says of whoever comes back.
     *
     * @throws Problem UNAUTHENTICATED where the answer proves nobody, UPSTREAM where the provider does not answer
     */
    Proved finish(Provider provider, Flows.Started started, Answer answer);

    /** Where to send a browser to log out there too; empty where the provider has no such address. */
    default Optional<URI> leave(Provider provider, ProviderSessions.Row session, String origin) {
        return Optional.empty();
    }

    /**
     * Which sessions a provider says have ended.
     *
     * @throws Problem UNAUTHENTICATED unless it is the provider who says so, now and for the first time
     */
    default LogOuts.Ended ended(Provider provider, SignOnActions.End message) {
        throw refusedLogOut(provider, "the panel takes no log-outs from a provider of its kind");
    }

    /**
     * Tries what can be tried without a person.
     *
     * @return what was found, for people
     * @throws Problem that says what is wrong
     */
    List<String> test(Provider provider);

    /**
     * What a browser brings back.
     *
     * @param code what proves it: a code, or a whole SAML response
     */
    record Answer(String code, Optional<String> issuer) {
        @Override
        public String toString() {
            return "Answer[issuer=" + issuer + ']';
        }
    }

    /** An answer that proves nobody. */
    static Problem refused(Provider provider, String why) {
        return new Problem(
                Problem.Kind.UNAUTHENTICATED, provider.name() + " did not prove who you are: " + why + "; begin again");
    }

    /** A log-out that is not followed. */
    static Problem refusedLogOut(Provider provider, String why) {
        return new Problem(
                Problem.Kind.UNAUTHENTICATED, "A log-out by " + provider.name() + " was not followed: " + why);
    }

    static Problem upstream(Provider provider, String why, Throwable cause) {
        return new Problem(Problem.Kind.UPSTREAM, provider.name() + ' ' + why, cause);
    }
}
