package io.openpanel.api;

import java.util.List;
import java.util.Set;

/**
 * One action as the catalogue lists it.
 *
 * @param id operation id and permission, {@code container.start}
 * @param plugin id of the plugin that has it
 * @param noun the kind of resource it acts on, {@code container}
 * @param summary what it does, one sentence
 * @param idempotent whether calling it twice with the same input is the same as calling it once
 * @param job whether it runs as a job
 * @param recent whether a person is asked for a recent proof of who they are
 * @param perMinute how many calls of it one caller may make; 0 for as many as of others
 * @param form what it returns
 * @param method HTTP method
 * @param path below {@code /api/v1}, with input components in braces: {@code /containers/{container}/start}
 * @param cli the verb people type, or {@code ""}
 * @param input JSON Schema 2020-12
 * @param output JSON Schema 2020-12; of one item for a stream
 * @param refs input components that are Refs, in order
 * @param roles the built-in roles that have it
 */
public record Operation(
        String id,
        String plugin,
        String noun,
        String summary,
        Action.Effect effect,
        Action.Access access,
        boolean idempotent,
        boolean job,
        boolean recent,
        int perMinute,
        Form form,
        String method,
        String path,
        String cli,
        String input,
        String output,
        List<RefParam> refs,
        Set<String> roles) {
    /** What an action returns. */
    public enum Form {
        RECORD,
        STREAM,
        FILE,
        DUPLEX
    }

    /** A component of the input that points at a resource. */
    public record RefParam(String name, String kind, String needs, boolean required, boolean many) {
        /** Whether it may point at a resource of any kind. */
        public boolean isOfAnyKind() {
            return kind.isEmpty() || kind.equals("*");
        }

        /** The second action the caller must be allowed on what it points at; {@code ""} where there is none. */
        public String neededOn(Ref resource) {
            return needs.startsWith("*.") ? resource.kind() + needs.substring(1) : needs;
        }
    }
}
