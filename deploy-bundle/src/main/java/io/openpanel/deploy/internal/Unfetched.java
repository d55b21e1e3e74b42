package io.openpanel.deploy.internal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;

/** What a tree stands for and a clone does not bring: submodules, and files that are kept in Git LFS. */
final class Unfetched {
    private static final String POINTER = "version https://git-lfs.github.com/spec/";
    private static final int LARGEST_POINTER = 1024;
    private static final int LARGEST_ATTRIBUTES = 1 << 20;
    private static final int MOST_SHOWN = 5;

    private Unfetched() {}

    /** A line for the log about each; none where all is there. */
    static List<String> of(Repository repository) throws IOException {
        DirCache index = repository.readDirCache();
        List<DirCacheEntry> entries = IntStream.range(0, index.getEntryCount())
                .mapToObj(index::getEntry)
                .toList();
        List<String> lines = new ArrayList<>();
        List<String> submodules = entries.stream()
                .filter(entry -> entry.getFileMode() == FileMode.GITLINK)
                .map(DirCacheEntry::getPathString)
                .toList();
        if (!submodules.isEmpty()) {
            lines.add("Submodules are not fetched: " + some(submodules)
                    + " stays empty in the build. Put what it needs into the repository itself");
        }
        Path tree = repository.getWorkTree().toPath();
        boolean usesLfs = entries.stream()
                .filter(entry -> new File(entry.getPathString()).getName().equals(".gitattributes"))
                .anyMatch(entry -> text(tree, entry, LARGEST_ATTRIBUTES).contains("filter=lfs"));
        List<String> pointers = !usesLfs
                ? List.of()
                : entries.stream()
                        .filter(entry -> text(tree, entry, LARGEST_POINTER).startsWith(POINTER))
                        .map(DirCacheEntry::getPathString)
                        .toList();
        if (!pointers.isEmpty()) {
            lines.add("Files in Git LFS are not fetched: the build has a pointer of a few lines in place of "
                    + some(pointers) + ". Keep what it needs outside LFS");
        }
        return lines;
    }

    private static String text(Path tree, DirCacheEntry entry, int longest) {
        try {
            Path file = tree.resolve(entry.getPathString());
            return entry.getLength() <= longest && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    : "";
        } catch (IOException e) {
            // What cannot be read is no pointer.
            return "";
        }
    }

    private static String some(List<String> paths) {
        return String.join(", ", paths.subList(0, Math.min(MOST_SHOWN, paths.size())))
                + (paths.size() > MOST_SHOWN ? " and " + (paths.size() - MOST_SHOWN) + " more" : "");
    }
}
