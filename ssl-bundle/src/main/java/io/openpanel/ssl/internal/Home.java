package io.openpanel.ssl.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The folders of the panel's home that domains and certificates live in. */
@Component(service = Home.class)
public class Home {
    /** For the panel alone. */
    static final String PRIVATE = "rw-------";
    /** For the panel and, by the folder's group, the proxy. */
    static final String SHARED = "rw-r-----";

    static final String PUBLIC = "rw-r--r--";

    private final Path home;

    @Activate
    public Home(BundleContext context) {
        this(Path.of(context.getProperty("openpanel.home")));
    }

    Home(Path home) {
        this.home = home;
    }

    /** Shared with the proxy; the launcher made it, with its group. */
    Path proxy() throws IOException {
        return folder("data/proxy", "rwxrwx---");
    }

    Path authority() throws IOException {
        folder("keys", "rwx------");
        return folder("keys/ca", "rwx------");
    }

    Path run() throws IOException {
        return folder("run", "rwxr-x---");
    }

    private Path folder(String name, String permissions) throws IOException {
        Path folder = home.resolve(name);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.getParent());
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        }
        return folder;
    }

    /** Writes a file whole: a reader sees the former one or this one, and never with other permissions. */
    static void write(Path file, byte[] content, String permissions) throws IOException {
        Path temporary = file.resolveSibling('.' + file.getFileName().toString() + ".tmp");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
        Files.write(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static void write(Path file, String content, String permissions) throws IOException {
        write(file, content.getBytes(StandardCharsets.UTF_8), permissions);
    }
}
