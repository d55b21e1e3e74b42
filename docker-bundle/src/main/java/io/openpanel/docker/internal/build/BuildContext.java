package io.openpanel.docker.internal.build;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A source tree as the archive a builder takes: without what is ignored, links as links, nothing from outside. */
final class BuildContext {
    private final Path directory;
    private final String dockerfile;
    private final IgnoreRules rules;

    BuildContext(Path directory, String dockerfile) {
        this.directory = directory;
        this.dockerfile = dockerfile;
        this.rules = IgnoreRules.of(directory, dockerfile);
    }

    /** Writes the archive; returns how many bytes it has. */
    long write(Path target) {
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(target), 1 << 16), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            Files.walkFileTree(directory, new Packer(tar));
            tar.finish();
            return tar.getBytesWritten();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot pack the source tree", e);
        }
    }

    private final class Packer extends SimpleFileVisitor<Path> {
        private final TarArchiveOutputStream tar;

        Packer(TarArchiveOutputStream tar) {
            this.tar = tar;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
            String name = name(path);
            if (name.isEmpty()) {
                return FileVisitResult.CONTINUE;
            }
            if (!rules.ignores(name)) {
                add(new TarArchiveEntry(name + '/'), path, attributes);
                return FileVisitResult.CONTINUE;
            }
            boolean needed = rules.hasExceptions() || dockerfile.startsWith(name + '/');
            return needed ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
            String name = name(path);
            boolean always = name.equals(dockerfile) || name.equals(".dockerignore");
            if (!always && rules.ignores(name)) {
                return FileVisitResult.CONTINUE;
            }
            if (attributes.isSymbolicLink()) {
                TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
                link.setLinkName(Files.readSymbolicLink(path).toString());
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            } else if (attributes.isRegularFile()) {
                TarArchiveEntry file = new TarArchiveEntry(name);
                file.setSize(attributes.size());
                add(file, path, attributes);
            }
            return FileVisitResult.CONTINUE;
        }

        private void add(TarArchiveEntry entry, Path path, BasicFileAttributes attributes) throws IOException {
            entry.setModTime(attributes.lastModifiedTime());
            entry.setMode(mode(path));
            tar.putArchiveEntry(entry);
            if (attributes.isRegularFile()) {
                Files.copy(path, tar);
            }
            tar.closeArchiveEntry();
        }

        private int mode(Path path) throws IOException {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            int mode = 0;
            for (PosixFilePermission permission : PosixFilePermission.values()) {
                mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
            }
            return mode;
        }

        private String name(Path path) {
            return directory.relativize(path).toString();
        }
    }
}
