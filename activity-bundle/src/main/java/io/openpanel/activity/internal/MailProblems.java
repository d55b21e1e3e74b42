package io.openpanel.activity.internal;

import io.openpanel.api.Problem;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says precisely at what sending a message failed. */
final class MailProblems {
    private MailProblems() {}

    static Problem of(MessagingException failure, String server, String recipient) {
        if (failure instanceof AuthenticationFailedException) {
            return problem(
                    server + " does not take the user name and password; check both. It says: " + said(failure),
                    failure);
        }
        if (failure instanceof SendFailedException) {
            return problem(
                    server + " does not take a message to " + recipient + ". It says: " + said(failure), failure);
        }
        Optional<Throwable> unknown = cause(failure, UnknownHostException.class);
        if (unknown.isPresent()) {
            return unknownHost(server, unknown.get());
        }
        if (cause(failure, SSLException.class).isPresent()) {
            return problem(
                    "The certificate of " + server + " is not good for that name, or it speaks no TLS there; check the"
                            + " name, the port and the encryption. It says: " + said(failure),
                    failure);
        }
        if (cause(failure, SocketTimeoutException.class).isPresent()) {
            return problem(server + " does not answer within 20 s; check the port and any firewall", failure);
        }
        if (cause(failure, ConnectException.class).isPresent()) {
            return problem("Nothing answers at " + server + "; check the name and the port", failure);
        }
        if (cause(failure, IOException.class).isPresent()) {
            return problem("The connection to " + server + " broke: " + said(failure), failure);
        }
        return problem(server + " does not take the message. It says: " + said(failure), failure);
    }

    static Problem unknownHost(String server, Throwable cause) {
        return problem("There is no server called " + server + "; check the name of the mail server", cause);
    }

    private static Problem problem(String message, Throwable cause) {
        return new Problem(Problem.Kind.UPSTREAM, message, cause);
    }

    private static Optional<Throwable> cause(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The innermost reason: what is around it only says that sending failed. */
    private static String said(MessagingException failure) {
        Throwable innermost = failure;
        for (int deep = 0; deep < 10; deep++) {
            Throwable next =
                    innermost instanceof MessagingException mail ? mail.getNextException() : innermost.getCause();
            if (next == null) {
                break;
            }
            innermost = next;
        }
        return String.valueOf(innermost.getMessage()).strip();
    }
}
