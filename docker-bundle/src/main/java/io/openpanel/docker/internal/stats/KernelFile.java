package io.openpanel.docker.internal.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of the kernel's that is kept open: reading it again costs a tenth of opening it again. */
final class KernelFile implements AutoCloseable {
    private final FileChannel channel;

    KernelFile(Path path) throws IOException {
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    /** Fills the buffer from the file's start; what does not fit is left out. */
    Text read(ByteBuffer buffer, byte[] bytes) throws IOException {
        buffer.clear();
        int length = 0;
        for (int got = channel.read(buffer, 0); got > 0 && buffer.hasRemaining(); got = channel.read(buffer, length)) {
            length += got;
        }
        buffer.flip();
        int size = buffer.remaining();
        buffer.get(bytes, 0, size);
        return new Text(bytes, size);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("Cannot close a file of the kernel's", e);
        }
    }

    /** What was read. Valid until the next read into the same buffer. */
    record Text(byte[] bytes, int length) {
        /** The first number in the text; {@link Long#MAX_VALUE} where there is none, as in {@code max}. */
        long number() {
            return numberAt(0);
        }

        /** The number behind a word at the start of a line, 0 where there is none. */
        long number(String word) {
            for (int line = 0; line < length; line = nextLine(line)) {
                if (startsWith(line, word) && line + word.length() < length && bytes[line + word.length()] == ' ') {
                    return numberAt(line + word.length() + 1);
                }
            }
            return 0;
        }

        /** The sum over all lines of the numbers right behind a mark. */
        long sum(String mark) {
            long sum = 0;
            for (int i = 0; i < length; i++) {
                if (startsWith(i, mark)) {
                    sum += numberAt(i + mark.length());
                }
            }
            return sum;
        }

        /** Sums of the first and ninth number of each line but the first two and {@code lo}: received and sent. */
        long[] network() {
            long[] sums = new long[2];
            int line = nextLine(nextLine(0));
            for (; line < length; line = nextLine(line)) {
                int name = skipBlanks(line);
                int colon = name;
                while (colon < length && bytes[colon] != ':') {
                    colon++;
                }
                if (startsWith(name, "lo:")) {
                    continue;
                }
                int column = skipBlanks(colon + 1);
                sums[0] += column < length ? numberAt(column) : 0;
                for (int i = 0; i < 8; i++) {
                    column = skipBlanks(skipWord(column));
                }
                sums[1] += column < length ? numberAt(column) : 0;
            }
            return sums;
        }

        private int nextLine(int from) {
            int i = from;
            while (i < length && bytes[i] != '\n') {
                i++;
            }
            return i + 1;
        }

        private int skipBlanks(int from) {
            int i = from;
            while (i < length && bytes[i] == ' ') {
                i++;
            }
            return i;
        }

        private int skipWord(int from) {
            int i = from;
            while (i < length && bytes[i] > ' ') {
                i++;
            }
            return i;
        }

        private boolean startsWith(int from, String word) {
            if (from + word.length() > length) {
                return false;
            }
            for (int i = 0; i < word.length(); i++) {
                if (bytes[from + i] != word.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private long numberAt(int from) {
            long number = 0;
            int i = from;
            while (i < length && bytes[i] >= '0' && bytes[i] <= '9') {
                number = number * 10 + bytes[i++] - '0';
            }
            return i == from ? Long.MAX_VALUE : number;
        }
    }
}
