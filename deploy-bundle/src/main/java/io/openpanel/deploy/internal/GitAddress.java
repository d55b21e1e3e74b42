package io.openpanel.deploy.internal;

import io.openpanel.api.PrivateAddress;
import io.openpanel.api.Problem;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a repository: HTTPS, HTTP or SSH, nothing that runs a program or reads a local file. */
public record GitAddress(String url, String scheme, String host) {
    private static final Pattern SCP = Pattern.compile("([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):(?!/)([A-Za-z0-9._/~-]+)");
    private static final Set<String> SCHEMES = Set.of("https", "http", "ssh");
    private static final String HELP = "write https://host/path.git or git@host:path.git";

    /** @throws Problem naming the field git when it is none of ours */
    public static GitAddress parse(String text) {
        if (text.isBlank()
                || text.startsWith("-")
                || text.chars().anyMatch(c -> c < 0x21 || c == 0x7f)
                || text.contains("::")) {
            throw wrong("'" + shown(text) + "' is no repository address; " + HELP);
        }
        Matcher scp = SCP.matcher(text);
        if (scp.matches()) {
            return new GitAddress(text, "ssh", host(scp.group(2)));
        }
        try {
            URI uri = new URI(text);
            if (uri.getScheme() == null
                    || !SCHEMES.contains(uri.getScheme().toLowerCase(java.util.Locale.ROOT))
                    || uri.getHost() == null) {
                throw wrong("'" + shown(text) + "' is no repository address; " + HELP);
            }
            if (uri.getUserInfo() != null && uri.getUserInfo().contains(":")) {
                throw wrong(
                        "Leave the password out of the address; put it into the field token, where it is kept sealed");
            }
            return new GitAddress(text, uri.getScheme().toLowerCase(java.util.Locale.ROOT), host(uri.getHost()));
        } catch (URISyntaxException e) {
            throw wrong("'" + shown(text) + "' is no repository address: " + e.getReason() + "; " + HELP);
        }
    }

    private static String host(String host) {
        if (host.startsWith("-")) {
            throw wrong("'" + shown(host) + "' is no host name");
        }
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 80 ? printable.substring(0, 80) + "…" : printable;
    }

    private static Problem wrong(String message) {
        return Problem.invalid("git", message);
    }

    /** Whether any address of the host is of this machine, of a private network, or of a cloud's metadata service. */
    public boolean isPrivate() {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).anyMatch(PrivateAddress::is);
        } catch (UnknownHostException e) {
            // A name that leads nowhere leads to nothing private; the clone will say that it is unknown.
            return false;
        }
    }
}
