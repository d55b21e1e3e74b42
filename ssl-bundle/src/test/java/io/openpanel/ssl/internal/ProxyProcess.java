package io.openpanel.ssl.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The real proxy, in a process of its own. */
public final class ProxyProcess implements AutoCloseable {
    private final Path folder;
    private final int httpPort;
    private final int panelPort;
    private Process process;

    public ProxyProcess(Path folder, int httpPort, int panelPort) {
        this.folder = folder;
        this.httpPort = httpPort;
        this.panelPort = panelPort;
        start();
    }

    public void start() {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.openpanel.proxy.Main",
                            "--home",
                            folder.toString(),
                            "--address",
                            "127.0.0.1",
                            "--http-port",
                            Integer.toString(httpPort),
                            "--panel-port",
                            Integer.toString(panelPort))
                    .redirectErrorStream(true)
                    .redirectOutput(new File(folder.toFile(), "proxy.out"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void stop() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
