package io.openpanel.api;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A protocol that is not an action (a Git hook, a cookie exchange): takes raw requests below its path, authenticates
 * them by its own rules and acts through {@link Panel#call} only. It runs as its plugin.
 */
@ConsumerType
public interface Door {
    /** {@code /hooks}: requests to {@code /hooks} and below come here. Does not end with a slash, and does not change. */
    String path();

    /**
     * Whether requests come from machines anywhere that prove themselves one by one, so that it stays open to addresses
     * from which people may not use the panel.
     */
    default boolean open() {
        return false;
    }

    /**
     * Answers one request, of whatever method; a thrown {@link Problem} is answered as problem+json, {@code null} with 404.
     */
    Reply handle(Request request);

    /**
     * @param path below the door's own, {@code ""} or starting with a slash
     * @param query the first value of each name
     * @param headers names in lower case; headers named like Camel's are already gone
     * @param address the client's address
     * @param secure whether the client spoke HTTPS
     * @param body at most 25 MiB; reading more throws {@link Problem}
     */
    record Request(
            String method,
            String path,
            Map<String, String> query,
            Map<String, List<String>> headers,
            String address,
            boolean secure,
            InputStream body) {
        /** The first value of a header, or {@code ""}. */
        public String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    /**
     * A whole answer.
     *
     * @param headers but those that frame the message, and those for the browser's safety that every answer of the panel
     *     has: these are the panel's to set
     */
    record Reply(int status, Map<String, String> headers, byte[] body) {}
}
