package io.openpanel.marketplace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** Whether a jar can be opened without harm: its names, its number of entries, and what it unpacks to. */
final class Archive {
    static final long MOST_BYTES = 50L << 20;
    static final int MOST_ENTRIES = 5_000;
    static final long MOST_UNPACKED = 250L << 20;
    /** Of an entry of more than a megabyte; classes and texts pack to a tenth. */
    private static final int MOST_RATIO = 100;

    private static final int LONGEST_NAME = 500;
    private static final List<String> NATIVE = List.of(".so", ".dll", ".dylib", ".jnilib");

    private Archive() {}

    /** @throws Refused saying what is wrong with it */
    static void check(Path file, long size) throws IOException {
        if (size > MOST_BYTES) {
            throw new Refused("The file has " + (size >> 20) + " MiB; a plugin may have " + (MOST_BYTES >> 20));
        }
        try (ZipFile zip = ZipFile.builder()
                .setPath(file)
                .setCharset(StandardCharsets.UTF_8)
                .get()) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntries());
            if (entries.size() > MOST_ENTRIES) {
                throw new Refused("The file has " + entries.size() + " entries; a plugin may have " + MOST_ENTRIES);
            }
            checkNames(entries);
            long packed = entries.stream()
                    .mapToLong(each -> Math.max(0, each.getCompressedSize()))
                    .sum();
            if (packed > size) {
                throw new Refused("Entries of the file lie over one another; it was made to unpack without end");
            }
            unpack(zip, entries);
        } catch (ZipException | IllegalArgumentException e) {
            throw new Refused("The file is no jar: " + e.getMessage(), e);
        }
    }

    private static void checkNames(List<ZipArchiveEntry> entries) {
        Set<String> seen = new HashSet<>();
        for (ZipArchiveEntry entry : entries) {
            String name = entry.getName();
            boolean leads = name.isEmpty()
                    || name.length() > LONGEST_NAME
                    || name.startsWith("/")
                    || name.contains("\\")
                    || name.contains(":")
                    || name.chars().anyMatch(each -> each < 0x20)
                    || List.of(name.split("/")).contains("..");
            if (leads) {
                throw new Refused("The entry '" + shown(name) + "' leads out of the file or has no proper name");
            }
            if (entry.isUnixSymlink()) {
                throw new Refused("The entry '" + shown(name) + "' is a link; a plugin has files only");
            }
            if (!seen.add(name.toLowerCase(Locale.ROOT))) {
                throw new Refused("The entry '" + shown(name) + "' is there twice");
            }
            if (NATIVE.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith)) {
                throw new Refused("The entry '" + shown(name) + "' is native code, which no plugin may bring");
            }
        }
    }

    /** What the entries say of their sizes is not believed. */
    private static void unpack(ZipFile zip, List<ZipArchiveEntry> entries) throws IOException {
        long left = MOST_UNPACKED;
        byte[] nowhere = new byte[1 << 16];
        for (ZipArchiveEntry entry : entries) {
            if (!zip.canReadEntryData(entry)) {
                throw new Refused(
                        "The entry '" + shown(entry.getName()) + "' is encrypted or packed in a way no JVM reads");
            }
            long most = Math.max(1L << 20, MOST_RATIO * Math.max(0, entry.getCompressedSize()));
            try (InputStream in = zip.getInputStream(entry)) {
                long unpacked = 0;
                for (int read = in.read(nowhere); read >= 0; read = in.read(nowhere)) {
                    unpacked += read;
                    left -= read;
                    if (unpacked > most || left < 0) {
                        throw new Refused("The file unpacks to far more than a plugin needs (at '"
                                + shown(entry.getName()) + "')");
                    }
                }
            }
        }
    }

    private static String shown(String name) {
        String printable = name.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 80 ? printable.substring(0, 80) + "…" : printable;
    }
}
