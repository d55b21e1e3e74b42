package io.openpanel.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where a plugin's sources are, and when they were changed. */
record PluginFolder(Path path) {
    Path pom() {
        return path.resolve("pom.xml");
    }

    Path sources() {
        return path.resolve("src/main/java");
    }

    Path resources() {
        return path.resolve("src/main/resources");
    }

    Path target() {
        return path.resolve("target");
    }

    /** Each file that a jar is made of, with the time of its last change. */
    Map<Path, FileTime> state() {
        Map<Path, FileTime> state = new TreeMap<>();
        for (Path root : List.of(pom(), path.resolve("bnd.bnd"), path.resolve("README.md"), path.resolve("src/main"))) {
            files(root).forEach(file -> state.put(file, changed(file)));
        }
        return state;
    }

    static List<Path> files(Path root) {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new Failed("Cannot look through " + root + ": " + e.getMessage(), e);
        }
    }

    /** Editors put files away and back: one that is gone now is looked at again in a moment. */
    private static FileTime changed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
