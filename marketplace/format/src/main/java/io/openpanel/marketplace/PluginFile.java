package io.openpanel.marketplace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What a plugin's jar says of itself, read without running a byte of it.
 *
 * @param id as the plugin declares it
 * @param symbolicName the bundle's
 * @param host versions of {@code io.openpanel.api} it works with
 * @param permissions actions of others it may call, as globs, sorted
 * @param sha256 64 hexadecimal digits
 * @param size in bytes
 */
public record PluginFile(
        String id,
        String title,
        String symbolicName,
        String version,
        String host,
        List<String> permissions,
        String sha256,
        long size) {
    /**
     * Reads and checks a file: first that it can be opened without harm, then what it says.
     *
     * @throws Refused saying what is wrong with it
     */
    public static PluginFile read(Path file) {
        try {
            long size = Files.size(file);
            Archive.check(file, size);
            Declared declared = Declared.of(file);
            return new PluginFile(
                    declared.id(),
                    declared.title(),
                    declared.symbolicName(),
                    declared.version(),
                    declared.host(),
                    declared.permissions(),
                    digest(file),
                    size);
        } catch (IOException e) {
            throw new Refused("The file cannot be read: " + e.getMessage(), e);
        }
    }

    private static String digest(Path file) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of()
                    .formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
