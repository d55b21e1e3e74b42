package io.openpanel.web.internal.edge;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.osgi.framework.FrameworkUtil;

/**
 * Tells the panel's own proxy from any other program on the machine, which could claim any address: the proxy shows what
 * it makes of the password of the panel's key store, as this does. Nobody else can read that file.
 */
public final class OwnProxy {
    private static final String HEADER = "OpenPanel-Proxy";
    private static final Path PASSWORD = Path.of("data", "proxy", "panel.password");
    private static volatile byte[] known = {};

    private OwnProxy() {}

    /** Whether a header is the proxy's own sign, which is nobody else's business. */
    public static boolean isMark(String header) {
        return header.equalsIgnoreCase(HEADER);
    }

    static boolean sent(HttpServletRequest request) {
        String shown = request.getHeader(HEADER);
        if (shown == null) {
            return false;
        }
        byte[] mark = shown.getBytes(StandardCharsets.UTF_8);
        return isKnown(mark) || (reread() && isKnown(mark));
    }

    private static boolean isKnown(byte[] mark) {
        byte[] own = known;
        return own.length > 0 && MessageDigest.isEqual(own, mark);
    }

    /** The password is made with the first certificate, and anew where that was lost. */
    private static boolean reread() {
        Optional<String> home = Optional.ofNullable(
                        FrameworkUtil.getBundle(OwnProxy.class).getBundleContext())
                .map(context -> context.getProperty("openpanel.home"));
        if (home.isEmpty()) {
            return false;
        }
        try {
            String password =
                    Files.readString(Path.of(home.get()).resolve(PASSWORD)).strip();
            if (password.isEmpty()) {
                return false;
            }
            byte[] mark = MessageDigest.getInstance("SHA-256")
                    .digest((HEADER + ' ' + password).getBytes(StandardCharsets.UTF_8));
            known = HexFormat.of().formatHex(mark).getBytes(StandardCharsets.UTF_8);
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
