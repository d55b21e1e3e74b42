package io.openpanel.docker.internal.stats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A container's counters in the kernel's files. Used by one thread. */
final class CgroupFiles implements UsageSource {
    private static final int SLOW_EVERY = 10;

    /** The kernel sums up the statistics of memory for each reading, which costs more than all the other counters. */
    private static final int WORTH_READING = 64;

    private final ControlGroups groups;
    private final boolean unified;
    private final List<KernelFile> open = new ArrayList<>();
    private final KernelFile cpu;
    private final KernelFile memory;
    private final KernelFile memoryStat;
    private final KernelFile memoryMax;
    private final KernelFile io;
    private final KernelFile net;
    private long limit;
    private long cache;
    private long usedThen;
    private int rounds;

    CgroupFiles(ControlGroups groups, Path cpuGroup, Path memoryGroup, Path ioGroup, Path netDev, boolean unified)
            throws IOException {
        this.groups = groups;
        this.unified = unified;
        try {
            this.cpu = open(cpuGroup.resolve(unified ? "cpu.stat" : "cpuacct.usage"));
            this.memory = open(memoryGroup.resolve(unified ? "memory.current" : "memory.usage_in_bytes"));
            this.memoryStat = open(memoryGroup.resolve("memory.stat"));
            this.memoryMax = open(memoryGroup.resolve(unified ? "memory.max" : "memory.limit_in_bytes"));
            this.io = optional(ioGroup.resolve(unified ? "io.stat" : "blkio.throttle.io_service_bytes_recursive"));
            this.net = optional(netDev);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private KernelFile open(Path path) throws IOException {
        KernelFile file = new KernelFile(path);
        open.add(file);
        return file;
    }

    /** Not every kernel counts everything. */
    private KernelFile optional(Path path) throws IOException {
        return Files.isReadable(path) ? open(path) : null;
    }

    @Override
    public Optional<Usage> read() throws IOException {
        long now = System.nanoTime();
        KernelFile.Text cpuText = groups.text(cpu);
        long cpuNanos = unified ? cpuText.number("usage_usec") * 1000 : cpuText.number();
        long used = groups.text(memory).number();
        boolean slow = rounds++ % SLOW_EVERY == 0;
        if (slow) {
            limit = Math.min(groups.text(memoryMax).number(), groups.machineMemory());
        }
        if (slow || Math.abs(used - usedThen) > used / WORTH_READING) {
            cache = groups.text(memoryStat).number(unified ? "inactive_file" : "total_inactive_file");
            usedThen = used;
        }
        long read = 0;
        long written = 0;
        if (io != null) {
            KernelFile.Text text = groups.text(io);
            read = text.sum(unified ? "rbytes=" : " Read ");
            written = text.sum(unified ? "wbytes=" : " Write ");
        }
        long[] network = net == null ? new long[2] : groups.text(net).network();
        return Optional.of(
                new Usage(now, cpuNanos, Math.max(0, used - cache), limit, read, written, network[0], network[1]));
    }

    @Override
    public void close() {
        open.forEach(KernelFile::close);
    }
}
