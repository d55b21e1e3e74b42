package io.openpanel.docker.internal.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;

/** From what the client library throws to what a caller is told, in the engine's own words. */
public final class EngineProblems {
    /** The reason where it hangs. */
    static final String LATE = "no answer in time";

    /** The client library's words for a connection that was closed before it was used. */
    private static final String CUT = "Connection pool shut down";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LATER = Duration.ofSeconds(5);

    private EngineProblems() {}

    /** @param what what was tried, as in "start the container web" */
    static Problem translate(String what, RuntimeException cause) {
        if (cause instanceof Problem problem) {
            return problem;
        }
        if (cause instanceof DockerException answer) {
            return answered(what, answer.getHttpStatus(), said(answer.getMessage()));
        }
        if (isUnreachable(cause)) {
            return unreachable(cause);
        }
        return new Problem(
                Problem.Kind.UPSTREAM,
                "Cannot " + what + ": the engine's answer made no sense ("
                        + root(cause).getMessage() + "). Try again, and restart the engine if it stays so",
                cause);
    }

    /** What a status of the engine means to the caller. */
    public static Problem answered(String what, int status, String said) {
        Problem.Kind kind =
                switch (status) {
                    case 400 -> Problem.Kind.INVALID;
                    case 404 -> Problem.Kind.MISSING;
                    case 409 -> Problem.Kind.CONFLICT;
                    default -> Problem.Kind.UPSTREAM;
                };
        // A Dockerfile of bytes is repeated as it is; it could not even be stored.
        String printable = said.replaceAll("\\p{Cntrl}+", " ");
        return new Problem(kind, "Cannot " + what + ": " + printable + advice(printable.toLowerCase(Locale.ROOT)));
    }

    /** What to do about a reason that is not the engine's but of what it was given. */
    private static String advice(String said) {
        if (said.contains("parse error")
                || said.contains("failed to parse dockerfile")
                || said.contains("no build stage")
                || said.contains("cannot be empty")) {
            return ". Correct the Dockerfile and deploy again; what only BuildKit knows, such as RUN <<EOF, needs the docker program with its plugin buildx on the server";
        }
        if (said.contains("no command specified")) {
            return ". The image does not say what to run: give its Dockerfile a CMD, or use another image";
        }
        boolean unfit = said.contains("exec format error")
                || said.contains("executable file not found")
                || (said.contains("exec") && said.contains("permission denied"));
        if (unfit) {
            return ". Correct what the image runs: CMD and ENTRYPOINT name a program that is in it, may be executed and is made for this server's processor";
        }
        if (said.contains("invalid reference format")) {
            return ". Write the image as registry.example.com/team/name:tag, its name in lower case";
        }
        if (said.contains("access denied")
                || said.contains("unauthorized")
                || said.contains("authentication required")) {
            return ". Check the image's name; if it is private, fetch it on the server first, by docker login and docker pull";
        }
        boolean absent = said.contains("manifest unknown")
                || said.contains("no such host")
                || said.contains("/v2/")
                || (said.contains("manifest for") && said.contains("not found"));
        return absent ? ". Check the image's name, and that this machine reaches its registry" : "";
    }

    static Problem unreachable(Throwable cause) {
        return new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The container engine does not answer (" + reason(cause)
                                + "). Containers that run go on running; check the engine's service on the server",
                        cause)
                .retryAfter(LATER);
    }

    static boolean isUnreachable(Throwable cause) {
        if (cause instanceof DockerException || cause instanceof Problem) {
            return false;
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof JsonProcessingException) {
                return false;
            }
            if (each instanceof IOException || each instanceof UncheckedIOException || isCut(each)) {
                return true;
            }
        }
        return false;
    }

    /** A call that came upon a connection in the moment it was given up. */
    private static boolean isCut(Throwable cause) {
        return cause instanceof IllegalStateException && CUT.equals(cause.getMessage());
    }

    /** Why an engine is out of reach, in a few words. */
    static String reason(Throwable cause) {
        Throwable root = root(cause);
        String text = root.getMessage();
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof java.net.SocketTimeoutException) {
                return LATE;
            }
        }
        if (text == null || text.isBlank() || text.equals(CUT)) {
            return "the connection broke";
        }
        // The client library's words for an answer that stops in the middle.
        return text.startsWith("Premature end") ? "it closed the connection" : text;
    }

    private static Throwable root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** The {@code message} of an answer such as {@code Status 404: {"message":"No such image: x"}}. */
    public static String said(String answer) {
        if (answer == null || answer.isBlank()) {
            return "the engine gave no reason";
        }
        int brace = answer.indexOf('{');
        if (brace >= 0) {
            try {
                JsonNode message = JSON.readTree(answer.substring(brace)).path("message");
                if (message.isTextual()) {
                    return message.textValue().strip();
                }
            } catch (JsonProcessingException e) {
                return answer.strip();
            }
        }
        return answer.strip();
    }
}
