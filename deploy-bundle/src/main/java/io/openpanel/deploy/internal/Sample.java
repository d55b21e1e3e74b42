package io.openpanel.deploy.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The source of the sample app, written out where a repository would be cloned. */
final class Sample {
    static final int PORT = 8080;

    private Sample() {}

    static void write(Path folder, String baseImage) {
        try (InputStream page = Sample.class.getResourceAsStream("sample/index.html")) {
            Files.createDirectories(folder.resolve("www"));
            Files.write(folder.resolve("www/index.html"), page.readAllBytes());
            Files.writeString(
                    folder.resolve("Dockerfile"),
                    """
                    FROM %s
                    COPY www /www
                    EXPOSE %s
                    CMD ["/bin/httpd", "-f", "-p", "%s", "-h", "/www"]
                    """
                            .formatted(baseImage, PORT, PORT));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the sample app to " + folder, e);
        }
    }
}
