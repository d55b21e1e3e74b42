package io.openpanel.proxy;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/** {@code java -jar openpanel-proxy.jar --home DIR}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Log log = new Log(
                new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
                InstantSource.system());
        log.takeOverLibraries();
        try {
            Proxy proxy = new Proxy(Options.parse(arguments), log);
            proxy.start();
            Runtime.getRuntime().addShutdownHook(new Thread(proxy::close, "stop"));
        } catch (IOException | IllegalArgumentException e) {
            log.error(e.getMessage(), Map.of());
            System.exit(1);
        }
    }
}
