package io.openpanel.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of processes. */
final class Proc {
    private static final double TICKS_PER_SECOND = 100;

    private Proc() {}

    /** CPU seconds a process has used. */
    static double cpu(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Proportional set size of a process and its children, in megabytes. */
    static double pss(long pid) throws IOException {
        double sum = own(pid);
        for (long child : ProcessHandle.of(pid)
                .map(handle -> handle.descendants().map(ProcessHandle::pid).toList())
                .orElse(List.of())) {
            sum += own(child);
        }
        return sum;
    }

    private static double own(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1024.0;
        }
    }
}
