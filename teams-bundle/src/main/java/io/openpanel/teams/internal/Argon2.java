package io.openpanel.teams.internal;

import java.io.IOException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.slf4j.LoggerFactory;

/** Argon2id, version 1.3 (RFC 9106). */
@FunctionalInterface
interface Argon2 {
    /** The tag of so many bytes. */
    byte[] tag(byte[] password, byte[] salt, Passwords.Cost cost, int length);

    /** The reference implementation where it can be loaded, since it takes a third of the time and none of the heap. */
    static Argon2 fastest() {
        try {
            return NativeArgon2.load();
        } catch (IOException | LinkageError e) {
            LoggerFactory.getLogger(Argon2.class).info("Passwords are hashed in Java: {}", e.toString());
            return Argon2::inJava;
        }
    }

    static byte[] inJava(byte[] password, byte[] salt, Passwords.Cost cost, int length) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memory())
                .withIterations(cost.passes())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .build());
        byte[] tag = new byte[length];
        generator.generateBytes(password, tag);
        return tag;
    }
}
