package io.openpanel.teams.internal;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The reference implementation, <a href="https://github.com/P-H-C/phc-winner-argon2">libargon2</a>. Its function is called
 * without an interface of JNA's, which would keep this bundle's class loader for ever.
 */
final class NativeArgon2 implements Argon2 {
    private final Function hash;

    private NativeArgon2(Function hash) {
        this.hash = hash;
    }

    /**
     * @throws IOException if there is none for this machine, or no place to unpack it
     * @throws LinkageError if it cannot be loaded, or JNA is not there
     */
    static Argon2 load() throws IOException {
        String name = Platform.RESOURCE_PREFIX + "/libargon2.so";
        Path unpacked = Files.createTempFile("libargon2-", ".so");
        try (InputStream packed = NativeArgon2.class.getClassLoader().getResourceAsStream(name)) {
            if (packed == null) {
                throw new FileNotFoundException(name);
            }
            Files.copy(packed, unpacked, StandardCopyOption.REPLACE_EXISTING);
            return new NativeArgon2(
                    NativeLibrary.getInstance(unpacked.toString()).getFunction("argon2id_hash_raw"));
        } finally {
            // Once it is loaded, the file is not needed any more.
            Files.deleteIfExists(unpacked);
        }
    }

    @Override
    public byte[] tag(byte[] password, byte[] salt, Passwords.Cost cost, int length) {
        byte[] tag = new byte[length];
        int error = hash.invokeInt(new Object[] {
            cost.passes(), cost.memory(), cost.lanes(), password, size(password), salt, size(salt), tag, size(tag)
        });
        if (error != 0) {
            throw new IllegalStateException("Argon2 refused with " + error);
        }
        return tag;
    }

    /** As size_t, which is as wide as a long of C's on every Linux. */
    private static NativeLong size(byte[] bytes) {
        return new NativeLong(bytes.length);
    }
}
