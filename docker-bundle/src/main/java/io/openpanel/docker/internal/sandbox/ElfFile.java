package io.openpanel.docker.internal.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a program or library of this machine needs beside itself, as its own headers say (ELF, 64 bit, little-endian).
 *
 * @param interpreter the path of what loads it; empty for a library
 * @param needed names of libraries
 */
record ElfFile(Optional<String> interpreter, List<String> needed) {
    private static final int MAGIC = 0x464c457f;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERPRETER = 3;
    private static final long NEEDED = 1;
    private static final long STRINGS = 5;

    private record Segment(int type, long offset, long address, long size) {}

    /** Empty where the file is something else. */
    static Optional<ElfFile> read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() < 64) {
                return Optional.empty();
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            boolean known = bytes.getInt(0) == MAGIC && bytes.get(4) == 2 && bytes.get(5) == 1;
            return known ? Optional.of(read(bytes)) : Optional.empty();
        }
    }

    private static ElfFile read(ByteBuffer bytes) {
        List<Segment> segments = segments(bytes);
        Optional<String> interpreter = segments.stream()
                .filter(each -> each.type() == INTERPRETER)
                .findFirst()
                .map(each -> text(bytes, each.offset()));
        List<String> needed = segments.stream()
                .filter(each -> each.type() == DYNAMIC)
                .findFirst()
                .map(each -> needed(bytes, each, segments))
                .orElse(List.of());
        return new ElfFile(interpreter, needed);
    }

    private static List<Segment> segments(ByteBuffer bytes) {
        int first = (int) bytes.getLong(32);
        int size = bytes.getShort(54);
        int count = bytes.getShort(56);
        List<Segment> segments = new ArrayList<>();
        for (int at = first; at < first + count * size; at += size) {
            segments.add(new Segment(
                    bytes.getInt(at), bytes.getLong(at + 8), bytes.getLong(at + 16), bytes.getLong(at + 32)));
        }
        return segments;
    }

    private static List<String> needed(ByteBuffer bytes, Segment dynamic, List<Segment> segments) {
        List<Long> names = new ArrayList<>();
        long strings = 0;
        for (long at = dynamic.offset(); at < dynamic.offset() + dynamic.size(); at += 16) {
            long tag = bytes.getLong((int) at);
            if (tag == NEEDED) {
                names.add(bytes.getLong((int) at + 8));
            } else if (tag == STRINGS) {
                strings = bytes.getLong((int) at + 8);
            }
        }
        long address = strings;
        long table = segments.stream()
                .filter(each ->
                        each.type() == LOAD && each.address() <= address && address < each.address() + each.size())
                .findFirst()
                .map(each -> each.offset() + address - each.address())
                .orElse(address);
        return names.stream().map(name -> text(bytes, table + name)).toList();
    }

    private static String text(ByteBuffer bytes, long from) {
        int end = (int) from;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - (int) from];
        bytes.get((int) from, text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
