package io.openpanel.data.internal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who works in the database. Roles belong to the whole server, so their names begin with the database's: panels that
 * share a server do not meet.
 *
 * @param app whom row-level security binds to one team; owns nothing
 * @param all whom {@code app} becomes to work over all teams
 * @param apart what the logins of isolated plugins have in common: the panel's functions, and policies on their own rows
 * @param password of {@code app}, the same on every node because it is derived from the owner's
 */
record Roles(String owner, String app, String all, String apart, String password) {
    private static final int LONGEST_NAME = 63;

    static Roles of(DatabaseUrl url) {
        String app = name(url.database(), "_app");
        return new Roles(
                url.user(),
                app,
                name(url.database(), "_all"),
                name(url.database(), "_apart"),
                derive(url.password(), app));
    }

    /** Those of one schema whose statements nobody vouches for: it works over all teams as itself. */
    Roles apart(DatabaseUrl url, String schema) {
        String login = name(url.database(), "_x_" + schema);
        return new Roles(owner, login, "none", apart, derive(url.password(), login));
    }

    private static String name(String database, String suffix) {
        byte[] bytes = database.getBytes(StandardCharsets.UTF_8);
        if (bytes.length + suffix.length() <= LONGEST_NAME) {
            return database + suffix;
        }
        String digest = HexFormat.of().formatHex(hmac("openpanel".getBytes(StandardCharsets.UTF_8), database), 0, 8);
        return "openpanel_" + digest + suffix;
    }

    private static String derive(String secret, String role) {
        byte[] bytes = hmac(secret.getBytes(StandardCharsets.UTF_8), "openpanel role " + role);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return owner + ", " + app + ", " + all + ", " + apart;
    }
}
