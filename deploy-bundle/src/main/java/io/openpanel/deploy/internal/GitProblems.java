package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import java.util.Locale;

/** Says what a failed fetch means and what to do. */
final class GitProblems {
    private GitProblems() {}

    static Problem of(Exception e, Apps.Row app) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
        }
        String text = text(e);
        String url = app.git().orElse("");
        boolean credentials = app.token().isPresent() || app.deployKey().isPresent();
        if (text.contains("not authorized")
                || text.contains("authentication is required")
                || text.contains("cannot log in")
                || text.contains("not permitted")
                || text.contains("auth fail")
                || text.contains("no more authentication methods")) {
            return new Problem(
                    Problem.Kind.INVALID,
                    credentials
                            ? "The repository " + url
                                    + " does not accept the app's token or deploy key; set another one"
                            : "The repository " + url
                                    + " is private or does not exist; give the app a token or a deploy key that may read it",
                    e);
        }
        if (text.contains("not found")) {
            return new Problem(
                    Problem.Kind.INVALID,
                    "The repository " + url + " was not found; check its address"
                            + (credentials ? "" : ", or give the app a token if it is private"),
                    e);
        }
        if (text.contains("unknown host") || text.contains("unknownhost")) {
            return new Problem(
                    Problem.Kind.UPSTREAM,
                    "The host of " + url + " is unknown; check the address and this machine's DNS",
                    e);
        }
        if (text.contains("server key") || text.contains("host key")) {
            return new Problem(
                    Problem.Kind.UPSTREAM,
                    "The Git server of " + url
                            + " shows another key than the first time; if it was reinstalled, save the app's repository again",
                    e);
        }
        if (text.contains("refused")
                || text.contains("timed out")
                || text.contains("time out")
                || text.contains("unreachable")) {
            return new Problem(
                    Problem.Kind.UPSTREAM, "The Git server of " + url + " does not answer; try again when it does", e);
        }
        if (text.contains("invalid advertisement")) {
            return new Problem(
                    Problem.Kind.INVALID,
                    "What answers at " + url + " is no Git repository; give the app the address it is cloned from",
                    e);
        }
        return new Problem(
                Problem.Kind.UPSTREAM,
                "Cannot fetch " + url + ": " + root(e) + "; check the address, and try again",
                e);
    }

    static boolean isShallowUnsupported(Exception e) {
        String text = text(e);
        return text.contains("shallow")
                || text.contains("depth")
                || text.contains("dumb")
                || text.contains("not supported");
    }

    private static String text(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            text.append(cause.getClass().getSimpleName())
                    .append(' ')
                    .append(cause.getMessage())
                    .append('\n');
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private static String root(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
