package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the folder and the Dockerfile to build in a fetched tree, and never outside it. */
final class SourceTree {
    private SourceTree() {}

    /** The sub-folder, relative to the tree; empty for its root. */
    static String directory(Path source, Optional<String> wanted) {
        String directory = wanted.map(String::strip)
                .map(each -> each.replaceAll("^/+|/+$", ""))
                .orElse("");
        if (directory.isEmpty() || directory.equals(".")) {
            return "";
        }
        Path path = inside(source, directory, "directory");
        if (!Files.isDirectory(path)) {
            throw new Problem(
                    Problem.Kind.INVALID,
                    "The repository has no folder '" + directory + "'; check the app's directory");
        }
        return directory;
    }

    /** The Dockerfile, relative to the sub-folder. */
    static String dockerfile(Path source, String directory, Optional<String> wanted) {
        String name = wanted.map(String::strip).filter(each -> !each.isEmpty()).orElse("Dockerfile");
        Path path = inside(directory.isEmpty() ? source : source.resolve(directory), name, "dockerfile");
        if (!Files.isRegularFile(path)) {
            throw new Problem(
                    Problem.Kind.INVALID,
                    "There is no " + name + " in "
                            + (directory.isEmpty() ? "the root of the repository" : "the folder " + directory)
                            + "; add one, or set where it is in the app's settings");
        }
        return name;
    }

    private static Path inside(Path root, String relative, String field) {
        try {
            Path path = root.resolve(relative).normalize();
            if (!path.startsWith(root)
                    || (Files.exists(path) && !path.toRealPath().startsWith(root.toRealPath()))) {
                throw Problem.invalid(field, "'" + relative + "' leads out of the repository; set a path inside it");
            }
            return path;
        } catch (InvalidPathException | IOException e) {
            throw Problem.invalid(
                    field, "'" + relative + "' is no path in the repository; correct it in the app's settings");
        }
    }

    static String join(String first, String second) {
        return second.isEmpty() ? first : first + '/' + second;
    }
}
