package io.openpanel.activity.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;

/** Reads from a call who it is for. */
public final class Caller {
    private Caller() {}

    /** The id of the person who calls: notifications are nobody else's. */
    public static String person(Call call) {
        Ref caller = call.caller().ref();
        if (!caller.kind().equals("user")) {
            throw new Problem(Problem.Kind.DENIED, "Only a person who signed in can do this; an API key cannot");
        }
        return caller.id();
    }

    public static Ref team(Call call) {
        return call.team().orElseThrow(Caller::needsTeam);
    }

    private static Problem needsTeam() {
        return new Problem(Problem.Kind.INVALID, "This is about a team; say which one with --team");
    }
}
