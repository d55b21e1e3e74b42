package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;

/** Runs inside the panel: puts a clock that can be shifted in the place of the one all its bundles share. */
public final class ClockAgent {
    static final String CLOCK = "io/openpanel/kernel/internal/SystemClock";
    static final String OFFSET = "openpanel.test.clock-offset";

    private ClockAgent() {}

    /** Begins; the argument is the file that holds the seconds to shift by. */
    public static void premain(String file, Instrumentation instrumentation) {
        byte[] shifted = shifted();
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte[] transform(
                    ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
                return CLOCK.equals(name) ? shifted : null;
            }
        });
        Thread thread = new Thread(() -> follow(Path.of(file)), "clock-agent");
        thread.setDaemon(true);
        thread.start();
    }

    private static byte[] shifted() {
        try (InputStream in = ClockAgent.class.getResourceAsStream('/' + CLOCK + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void follow(Path file) {
        try {
            while (true) {
                System.setProperty(OFFSET, Files.readString(file).strip());
                Thread.sleep(50);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
