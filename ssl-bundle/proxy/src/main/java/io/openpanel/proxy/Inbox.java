package io.openpanel.proxy;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The folder through which the panel speaks to this process: it renames a new {@code proxy.json} into it, this process
 * answers with {@code applied} or {@code rejected}.
 */
final class Inbox implements Runnable {
    /** Own copy, so that a restart does not depend on what came later. */
    private static final String GOOD = "last-good.json";

    private final Path folder;
    private final Consumer<Configuration> apply;
    private final Runnable tick;
    private final Log log;
    private Stamp seen;
    private boolean applied;

    private record Stamp(FileTime time, long size, Object key) {}

    /**
     * @param apply takes each new configuration
     * @param tick runs about once a second
     */
    Inbox(Path folder, Consumer<Configuration> apply, Runnable tick, Log log) {
        this.folder = folder;
        this.apply = apply;
        this.tick = tick;
        this.log = log;
    }

    /** Watches until interrupted; the poll is the truth, the watch only makes it fast. */
    @Override
    public void run() {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            while (!Thread.currentThread().isInterrupted()) {
                WatchKey key = watch.poll(1, TimeUnit.SECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
                turn();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.error("The folder cannot be watched", Map.of("folder", folder, "cause", e.toString()));
        }
    }

    private void turn() {
        try {
            look();
            tick.run();
        } catch (RuntimeException e) {
            // Nothing may end this thread: without it the panel could no longer be heard.
            log.error("Following the configuration failed", Map.of("cause", e.toString()));
        }
    }

    /** Applies what is there now; where that is broken, what was good last time. */
    void begin() {
        look();
        Path good = folder.resolve(GOOD);
        if (applied || !Files.exists(good)) {
            return;
        }
        try {
            Configuration last = Configuration.parse(Files.readString(good));
            apply.accept(last);
            log.info("Took the last good configuration", Map.of("version", last.version()));
        } catch (IOException | IllegalArgumentException e) {
            log.error("The last good configuration cannot be used", Map.of("cause", e.toString()));
        }
    }

    /** Applies the file if it is another one than last time. */
    private void look() {
        Path file = folder.resolve("proxy.json");
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Stamp stamp = new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            if (!Objects.equals(stamp, seen)) {
                seen = stamp;
                take(Files.readString(file));
            }
        } catch (NoSuchFileException e) {
            seen = null;
        } catch (IOException e) {
            log.error("The configuration cannot be read", Map.of("file", file, "cause", e.toString()));
        }
    }

    private void take(String text) throws IOException {
        Configuration configuration;
        try {
            configuration = Configuration.parse(text);
            apply.accept(configuration);
        } catch (RuntimeException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            log.error("The configuration is wrong, the former one stays", Map.of("cause", reason));
            put("rejected", version(text) + " " + reason + "\n");
            return;
        }
        applied = true;
        put(GOOD, text);
        Files.deleteIfExists(folder.resolve("rejected"));
        put("applied", configuration.version() + "\n");
        log.info(
                "Applied",
                Map.of(
                        "version",
                        configuration.version(),
                        "routes",
                        configuration.routes().size()));
    }

    private static String version(String text) {
        try {
            return Json.read(text) instanceof Map<?, ?> map ? String.valueOf(map.get("version")) : "?";
        } catch (IllegalArgumentException e) {
            return "?";
        }
    }

    private void put(String name, String text) throws IOException {
        Path temporary = folder.resolve("." + name + ".tmp");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, text);
        if (!name.equals(GOOD)) {
            // The panel is another user; at the file's making the umask would have its say.
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.move(
                temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
