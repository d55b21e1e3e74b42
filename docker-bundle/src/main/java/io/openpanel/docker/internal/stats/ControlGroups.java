package io.openpanel.docker.internal.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control groups of this machine, version 1, 2 or both; see cgroups(7). */
final class ControlGroups {
    private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);
    private static final String UNIFIED = "";

    private final Path root;
    private final Map<String, Path> mounts;
    private final long machineMemory;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 15);
    private final byte[] bytes = new byte[1 << 15];

    private ControlGroups(Path root, Map<String, Path> mounts, long machineMemory) {
        this.root = root;
        this.mounts = mounts;
        this.machineMemory = machineMemory;
    }

    /** @param root {@code /}, or where copies of {@code proc} and {@code sys} are */
    static ControlGroups of(Path root) {
        Map<String, Path> mounts = new HashMap<>();
        long memory = Long.MAX_VALUE;
        try {
            for (String line : Files.readAllLines(root.resolve("proc/self/mountinfo"))) {
                mount(root, line, mounts);
            }
            memory = kilobytes(Files.readAllLines(root.resolve("proc/meminfo")));
        } catch (IOException e) {
            LOG.info("The files of control groups cannot be read here; figures come from the engine: {}", e.toString());
        }
        return new ControlGroups(root, mounts, memory);
    }

    /** {@code 33 25 0:28 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory}. */
    private static void mount(Path root, String line, Map<String, Path> mounts) {
        String[] halves = line.split(" - ", 2);
        String[] before = halves[0].split(" ");
        String[] after = halves.length < 2 ? new String[0] : halves[1].split(" ");
        if (before.length < 5 || after.length < 3) {
            return;
        }
        Path point = root.resolve(before[4].substring(1));
        if (after[0].equals("cgroup2")) {
            mounts.put(UNIFIED, point);
        } else if (after[0].equals("cgroup")) {
            for (String option : after[2].split(",")) {
                mounts.put(option, point);
            }
        }
    }

    private static long kilobytes(List<String> meminfo) {
        return meminfo.stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /** The counters of a container by its first process; empty where its files are not here or may not be read. */
    Optional<UsageSource> find(long process, String container) {
        Path proc = root.resolve("proc/" + process);
        try {
            Map<String, String> groups = groups(Files.readAllLines(proc.resolve("cgroup")), container);
            Path net = proc.resolve("net/dev");
            if (mounts.containsKey("memory") && groups.containsKey("memory")) {
                return Optional.of(new CgroupFiles(
                        this,
                        directory(groups, "cpuacct"),
                        directory(groups, "memory"),
                        directory(groups, "blkio"),
                        net,
                        false));
            }
            if (mounts.containsKey(UNIFIED) && groups.containsKey(UNIFIED)) {
                Path directory = directory(groups, UNIFIED);
                return Optional.of(new CgroupFiles(this, directory, directory, directory, net, true));
            }
        } catch (IOException e) {
            LOG.debug("No counters of process {} in files", process, e);
        }
        return Optional.empty();
    }

    private Path directory(Map<String, String> groups, String controller) throws IOException {
        Path mount = mounts.get(controller);
        String group = groups.get(controller);
        if (mount == null || group == null) {
            throw new IOException("no control group " + controller);
        }
        return mount.resolve(group.substring(1));
    }

    /** Controller → path of the container's own group, whatever groups it made below. */
    private static Map<String, String> groups(List<String> lines, String container) {
        Map<String, String> groups = new HashMap<>();
        for (String line : lines) {
            String[] parts = line.split(":", 3);
            int named = parts.length < 3 ? -1 : parts[2].indexOf(container);
            if (named < 0) {
                continue;
            }
            int end = parts[2].indexOf('/', named);
            String path = end < 0 ? parts[2] : parts[2].substring(0, end);
            for (String controller : parts[1].split(",")) {
                groups.put(controller, path);
            }
        }
        return groups;
    }

    long machineMemory() {
        return machineMemory;
    }

    KernelFile.Text text(KernelFile file) throws IOException {
        return file.read(buffer, bytes);
    }
}
