package io.openpanel.deploy.internal;

import io.openpanel.api.PrivateAddress;
import io.openpanel.api.Problem;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a repository: HTTPS, HTTP or SSH, nothing that runs a program or reads a local file. */
public record GitAddress(String url, String scheme, String host) {
    private static final Pattern SCP = Pattern.compile("([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):(?!/)([A-Za-z0-9._/~-]+)");
    private static final Set<String> SCHEMES = Set.of("https", "http", "ssh");
    private static final String HELP = "write https://host/path.git or git@host:path.git";
    private static final int HIGHEST_PORT = 65535;

    /**
     * Reads an address as a person pastes it; the scheme is in lower case afterwards.
     *
     * @throws Problem naming the field git when it is none of ours, or has a secret in it
     */
    public static GitAddress parse(String typed) {
        String text = typed.strip();
        if (text.isEmpty() || text.startsWith("-") || text.chars().anyMatch(c -> c < 0x21 || c == 0x7f)) {
            throw wrong("'" + shown(withoutUser(text)) + "' is no repository address; " + HELP);
        }
        Matcher scp = SCP.matcher(text);
        if (scp.matches()) {
            return new GitAddress(text, "ssh", host(scp.group(2)));
        }
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (!SCHEMES.contains(scheme)
                    || uri.getHost() == null
                    || uri.getPath().length() < 2) {
                throw wrong("'" + shown(withoutUser(text)) + "' is no repository address; " + HELP);
            }
            check(uri, scheme);
            return new GitAddress(scheme + text.substring(scheme.length()), scheme, host(uri.getHost()));
        } catch (URISyntaxException e) {
            throw wrong("'" + shown(withoutUser(text)) + "' is no repository address: " + e.getReason() + "; " + HELP);
        }
    }

    private static void check(URI uri, String scheme) {
        String user = uri.getRawUserInfo();
        // Over HTTPS a token is often given as the user, and the address is shown to everybody.
        if (user != null && (!scheme.equals("ssh") || user.contains(":"))) {
            throw wrong(
                    "Leave user and password out of the address; put the token into the field token, where it is kept sealed, as user:token where the host asks for a user");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw wrong("Leave out what follows ? or # in the address; " + HELP);
        }
        if (uri.getPort() == 0 || uri.getPort() > HIGHEST_PORT) {
            throw wrong("The address has a port that cannot be; it is from 1 to " + HIGHEST_PORT);
        }
    }

    /** What stands there may be a secret. */
    private static String withoutUser(String text) {
        return text.replaceFirst("//[^/]*@", "//");
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
