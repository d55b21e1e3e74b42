package io.openpanel.docker.internal.sandbox;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The C library and its like, as far as some programs need them: found where this machine's loader looks. */
final class SystemLibraries {
    private static final List<Path> FOLDERS = List.of(
            Path.of("/lib/x86_64-linux-gnu"),
            Path.of("/usr/lib/x86_64-linux-gnu"),
            Path.of("/lib/aarch64-linux-gnu"),
            Path.of("/usr/lib/aarch64-linux-gnu"),
            Path.of("/lib64"),
            Path.of("/usr/lib64"),
            Path.of("/lib"),
            Path.of("/usr/lib"),
            Path.of("/usr/local/lib"));

    private SystemLibraries() {}

    /** Where each file is to lie → the file of this machine. */
    static Map<String, Path> neededBy(Collection<Path> programs) throws IOException {
        Map<String, Path> found = new TreeMap<>();
        Set<String> own =
                programs.stream().map(each -> each.getFileName().toString()).collect(Collectors.toSet());
        Deque<Path> left = new ArrayDeque<>(programs);
        while (!left.isEmpty()) {
            Optional<ElfFile> file = ElfFile.read(left.pop());
            if (file.isEmpty()) {
                continue;
            }
            file.get().interpreter().ifPresent(loader -> found.put(loader, existing(loader)));
            for (String name : file.get().needed()) {
                Optional<Path> library = own.contains(name) ? Optional.empty() : find(name);
                if (library.isPresent() && found.putIfAbsent("/lib/" + name, library.get()) == null) {
                    left.push(library.get());
                }
            }
        }
        return found;
    }

    private static Path existing(String loader) {
        Path path = Path.of(loader);
        if (!Files.exists(path)) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "Java is loaded by " + loader + ", which this machine does not have");
        }
        return path;
    }

    /** What is not there is not needed by what runs: parts of a whole Java that draw and play sounds. */
    private static Optional<Path> find(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isReadable)
                .findFirst();
    }
}
