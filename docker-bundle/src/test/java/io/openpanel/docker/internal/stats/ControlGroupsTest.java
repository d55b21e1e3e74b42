package io.openpanel.docker.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files as they were recorded from machines with control groups of version 1 and 2. */
class ControlGroupsTest {
    private static final String ID = "26416a52970a8649c262f8445197baddbc4e21f079edc2042db079182f3a4406";

    @TempDir
    Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    @BeforeEach
    void common() throws IOException {
        file("proc/meminfo", "MemTotal:       16384000 kB\nMemFree:         2000000 kB\n");
        file(
                "proc/4711/net/dev",
                """
                Inter-|   Receive                                                |  Transmit
                 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                    lo:    9999       9    0    0    0     0          0         0     9999       9    0    0    0     0       0          0
                  eth0:    1500      12    0    0    0     0          0         0      700       7    0    0    0     0       0          0
                  eth1:     200       2    0    0    0     0          0         0       33       1    0    0    0     0       0          0
                """);
    }

    private void version1() throws IOException {
        file(
                "proc/self/mountinfo",
                """
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:4 - cgroup cgroup rw,cpu,cpuacct
                35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
                41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
                """);
        file(
                "proc/4711/cgroup",
                "7:blkio:/docker/" + ID + "\n4:memory:/docker/" + ID + "\n2:cpu,cpuacct:/docker/" + ID
                        + "/inner\n0::/docker/" + ID + "\n");
        String cpu = "sys/fs/cgroup/cpu,cpuacct/docker/" + ID + "/";
        String memory = "sys/fs/cgroup/memory/docker/" + ID + "/";
        file(cpu + "cpuacct.usage", "123456789012\n");
        file(memory + "memory.usage_in_bytes", "9000000\n");
        file(memory + "memory.limit_in_bytes", "67108864\n");
        file(
                memory + "memory.stat",
                "cache 5\ninactive_file 77\nhierarchical_memory_limit 67108864\ntotal_inactive_file 4000000\n");
        file(
                "sys/fs/cgroup/blkio/docker/" + ID + "/blkio.throttle.io_service_bytes_recursive",
                "8:0 Read 1000\n8:0 Write 50\n8:0 Sync 1050\n8:0 Total 1050\n8:16 Read 24\n8:16 Write 6\nTotal 1080\n");
    }

    private void version2() throws IOException {
        file(
                "proc/self/mountinfo",
                "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
        file("proc/4711/cgroup", "0::/system.slice/docker-" + ID + ".scope/init\n");
        String group = "sys/fs/cgroup/system.slice/docker-" + ID + ".scope/";
        file(group + "cpu.stat", "usage_usec 5000123\nuser_usec 4000000\nsystem_usec 1000123\n");
        file(group + "memory.current", "8000000\n");
        file(group + "memory.max", "max\n");
        file(
                group + "memory.stat",
                "anon 3000000\nfile 5000000\ninactive_anon 1\ninactive_file 2000000\nactive_file 3000000\n");
        file(
                group + "io.stat",
                "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:16 rbytes=1 wbytes=2 rios=0 wios=0\n");
    }

    private Usage usage() throws IOException {
        try (UsageSource source = ControlGroups.of(root).find(4711, ID).orElseThrow()) {
            return source.read().orElseThrow();
        }
    }

    @Test
    void version1IsRead() throws IOException {
        version1();
        Usage usage = usage();
        assertThat(usage).isEqualTo(new Usage(usage.nanos(), 123456789012L, 5000000, 67108864, 1024, 56, 1700, 733));
    }

    @Test
    void version2IsReadAndWithoutLimitTheMachinesMemoryIsIt() throws IOException {
        version2();
        Usage usage = usage();
        assertThat(usage)
                .isEqualTo(new Usage(usage.nanos(), 5000123000L, 6000000, 16384000L * 1024, 4097, 8194, 1700, 733));
    }

    @Test
    void whatFilesTakeOfTheMemoryIsCountedAnewWhenTheMemoryMovedAndNowAndThen() throws IOException {
        version2();
        String group = "sys/fs/cgroup/system.slice/docker-" + ID + ".scope/";
        try (UsageSource source = ControlGroups.of(root).find(4711, ID).orElseThrow()) {
            assertThat(source.read().orElseThrow().memory()).isEqualTo(6000000);

            file(group + "memory.stat", "inactive_file 3000000\n");
            file(group + "memory.current", "8004096\n");
            assertThat(source.read().orElseThrow().memory()).isEqualTo(6004096);

            file(group + "memory.current", "9000000\n");
            assertThat(source.read().orElseThrow().memory()).isEqualTo(6000000);

            file(group + "memory.stat", "inactive_file 1000000\n");
            long memory = 0;
            for (int round = 0; round < 10 && memory != 8000000; round++) {
                memory = source.read().orElseThrow().memory();
            }
            assertThat(memory).isEqualTo(8000000);
        }
    }

    @Test
    void whatIsNotCountedIsNothing() throws IOException {
        version2();
        Files.delete(root.resolve("sys/fs/cgroup/system.slice/docker-" + ID + ".scope/io.stat"));
        Files.delete(root.resolve("proc/4711/net/dev"));
        assertThat(usage().read() + usage().sent()).isZero();
    }

    @Test
    void aProcessThatIsNotTheContainersHasNoFiles() throws IOException {
        version2();
        ControlGroups groups = ControlGroups.of(root);
        assertThat(groups.find(4711, "f".repeat(64))).isEmpty();
        assertThat(groups.find(1, ID)).isEmpty();
        assertThat(ControlGroups.of(root.resolve("none")).find(4711, ID)).isEmpty();
    }

    @Test
    void shareOfACoreIsRounded() {
        Usage before = new Usage(0, 0, 0, 0, 0, 0, 0, 0);
        assertThat(new Usage(1_000_000_000, 123_456_789, 0, 0, 0, 0, 0, 0).cpuPercentSince(before))
                .isEqualTo(12.35);
        assertThat(before.cpuPercentSince(before)).isZero();
    }

    @Test
    void whatTheEngineSaysIsReadAlike() throws IOException {
        Usage usage = EngineUsage.usage(
                new ObjectMapper()
                        .readTree(
                                """
                {"cpu_stats":{"cpu_usage":{"total_usage":77}},"memory_stats":{"usage":1000,"limit":5000,"stats":{"inactive_file":400}},
                 "blkio_stats":{"io_service_bytes_recursive":[{"op":"Read","value":5},{"op":"write","value":6},{"op":"Total","value":11}]},
                 "networks":{"eth0":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10,"tx_bytes":20}}}"""));
        assertThat(usage).isEqualTo(new Usage(usage.nanos(), 77, 600, 5000, 5, 6, 11, 22));
    }
}
