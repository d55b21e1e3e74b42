package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;

/** Runs inside the panel: puts a class of a test in the place of one of the panel's. */
public final class ReplacingAgent {
    /** Names the folder that the replacement and the test both know. */
    static final String FOLDER = "openpanel.test.folder";

    private ReplacingAgent() {}

    /** Begins; the argument is {@code name/of/the/Class@folder}. */
    public static void premain(String argument, Instrumentation instrumentation) {
        int at = argument.indexOf('@');
        String replaced = argument.substring(0, at);
        System.setProperty(FOLDER, argument.substring(at + 1));
        byte[] replacement = read(replaced);
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte[] transform(
                    ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
                return replaced.equals(name) ? replacement : null;
            }
        });
    }

    private static byte[] read(String name) {
        try (InputStream in = ReplacingAgent.class.getResourceAsStream('/' + name + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
