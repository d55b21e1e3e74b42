package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What an action that verifies something comes to: the {@code verdict} of its answer. The first one declared is the good one. */
record Verdict(JsonNode declared) {
    static Verdict of(JsonNode operation) {
        return new Verdict(operation.at("/output/properties/verdict/enum"));
    }

    /** Whether the action gives one. */
    boolean isGiven() {
        return !declared.isEmpty();
    }

    /** Whether what was verified is as it should be; true for an action that says nothing of that. */
    boolean isGood(JsonNode answer) {
        return !isGiven() || declared.get(0).equals(answer.path("verdict"));
    }

    int exitCode(JsonNode answer) {
        return isGood(answer) ? 0 : Failure.FAILED;
    }
}
