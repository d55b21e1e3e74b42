package io.openpanel.sso.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import java.util.Optional;

/** Reads from a call what only this plugin wants to know. */
public final class Caller {
    private Caller() {}

    /** The id of the person who calls by themselves: with a key, or as a plugin, one cannot look after an account. */
    public static String person(Call call) {
        Principal caller = call.caller();
        if (!caller.ref().kind().equals("user")) {
            throw new Problem(Problem.Kind.DENIED, "Only a person who signed in can do this; an API key cannot");
        }
        return caller.ref().id();
    }

    /** The client's address. A stranger's is in their name; a door of ours says whom it speaks for. */
    public static String address(Call call, Optional<String> told) {
        return switch (call.caller().ref().kind()) {
            case "anonymous" -> call.caller().ref().id();
            case "bundle" -> told.orElse("");
            default -> call.caller().ref().toString();
        };
    }
}
