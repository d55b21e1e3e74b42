package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher does on other machines than this one, and what takes longer than a test may. */
class LauncherPartsTest {
    private static final Path DISTRIBUTION = Panel.ROOT.resolve("karaf-features/target/openpanel");
    private static final int LIMIT = 20_000;
    private static final int LINES = 4_000;

    /** The commands of systemd: written down, and started the way a unit is. */
    private static final String SYSTEMCTL =
            """
            #!/bin/bash
            printf '%s\\n' "$*" >>"$RECORD"
            value() { sed -n "s/^$1=//p" "/etc/systemd/system/$2.service"; }
            if [[ "$1" == start ]]; then
                read -r -a command <<<"$(value ExecStart "$2")"
                env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$(value Environment "$2")" \\
                    setsid "${command[@]}" </dev/null >/dev/null 2>&1 &
            fi
            """;

    /** A machine that systemd started: nothing of what is written there is written here. */
    private static final String MACHINE =
            """
            set -e
            mount --bind /run/docker.sock "$1/docker.sock"
            for folder in /run /var/lib /etc/systemd /usr/local/bin; do mount -t tmpfs none $folder; done
            touch /run/docker.sock && mount --bind "$1/docker.sock" /run/docker.sock
            mkdir -p /run/systemd/system /etc/systemd/system
            export PATH="$1/bin:$PATH" RECORD="$1/record"
            "$2" up --yes --detach --port "$3" --proxy-port "$4"
            cp /etc/systemd/system/* "$1/units"
            "$2" status --json
            "$2" stop --all
            """;

    @Test
    void aLogIsRotatedAndThereAreNeverMoreThanTenOfItsFiles(@TempDir Path folder) throws IOException {
        Path libexec = folder.resolve("libexec");
        Path home = folder.resolve("home");
        Files.createDirectories(home.resolve("run"));
        Files.createDirectories(home.resolve("log"));
        shell("cp -r '" + Panel.ROOT.resolve("libexec") + "' '" + folder + "'");
        Path supervise = libexec.resolve("supervise");
        String script = Files.readString(supervise);
        assertThat(script).contains("LOG_LIMIT=$((10 * 1024 * 1024)) LOG_FILES=10");
        Files.writeString(supervise, script.replace("$((10 * 1024 * 1024))", String.valueOf(LIMIT)));

        Panel.Ran ran = Panel.run(
                List.of(
                        "bash",
                        supervise.toString(),
                        "engine",
                        "--home",
                        home.toString(),
                        "--",
                        "bash",
                        "-c",
                        "for ((i = 1; i <= " + LINES + "; i++)); do echo \"this is line $i.\"; done"),
                Map.of("OPENPANEL_ROOT", folder.toString()),
                null);
        assertThat(ran.exitCode()).as(ran.output()).isZero();

        Path newest = home.resolve("log/engine.jsonl");
        Wait.until("the last line is written", Duration.ofSeconds(30), () -> lines(home).stream()
                .anyMatch(line -> line.contains("line " + LINES + '.')));
        assertThat(Files.exists(newest.resolveSibling("engine.jsonl.9"))).isTrue();
        assertThat(logs(home)).hasSizeLessThanOrEqualTo(10).allSatisfy(file -> assertThat(Files.size(file))
                .isLessThan(LIMIT + 200));
        List<Integer> numbers = lines(home).stream()
                .map(line -> Integer.valueOf(line.replaceAll(".*line (\\d+)\\..*", "$1")))
                .toList();
        assertThat(numbers.get(0)).as("the oldest went").isGreaterThan(1);
        assertThat(numbers)
                .as("none of the others did")
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(LINES - numbers.get(0) + 1);
    }

    @Test
    void aMachineWithAnArmProcessorGetsItsOwnPostgres(@TempDir Path home) throws IOException {
        assertThat(parts(home, "aarch64", "").exitCode()).isZero();

        try (Stream<Path> unpacked = Files.list(home.resolve("cache"))) {
            byte[] program = Files.readAllBytes(unpacked.toList().get(0).resolve("bin/postgres"));
            assertThat(program[18] & 0xff)
                    .as("the ELF header's machine: AArch64")
                    .isEqualTo(183);
        }
    }

    @Test
    void aMachineNobodyBuiltPostgresForNeedsAServerOfItsOwn(@TempDir Path home) {
        Panel.Ran refused = parts(home, "riscv64", "");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output()).contains("no PostgreSQL programs for riscv64", "OPENPANEL_DATABASE_URL");
        assertThat(parts(home, "riscv64", "postgresql://a:b@127.0.0.1/c").exitCode())
                .isZero();
    }

    @Test
    void whereSystemdRunsItKeepsTheThreeProcesses(@TempDir Path folder) throws IOException {
        Path systemctl =
                Files.writeString(Files.createDirectories(folder.resolve("bin")).resolve("systemctl"), SYSTEMCTL);
        assertThat(systemctl.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(folder.resolve("units"));
        Files.createFile(folder.resolve("docker.sock"));
        Path machine = Files.writeString(folder.resolve("machine"), MACHINE);

        Panel.Ran ran = Panel.run(
                List.of(
                        "unshare",
                        "--mount",
                        "bash",
                        machine.toString(),
                        folder.toString(),
                        Panel.ROOT.resolve("openpanel").toString(),
                        String.valueOf(FreePorts.next()),
                        String.valueOf(FreePorts.next())),
                Map.of(
                        "OPENPANEL_PANEL_TLS_PORT",
                        String.valueOf(FreePorts.next()),
                        "OPENPANEL_PROXY_TLS_PORT",
                        String.valueOf(FreePorts.next()),
                        "OPENPANEL_ADDRESS",
                        "127.0.0.1"),
                null);

        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("\"home\":\"/var/lib/openpanel\"", "\"ready\":true", "Stopped the proxy");
        List<String> asked = Files.readAllLines(folder.resolve("record"));
        assertThat(asked).contains("daemon-reload");
        for (String name : List.of("database", "proxy", "panel")) {
            String unit = "openpanel-" + name;
            assertThat(asked)
                    .containsSubsequence(
                            "daemon-reload",
                            "enable --quiet " + unit,
                            "start " + unit,
                            "disable --quiet --now " + unit);
            assertThat(Files.readString(folder.resolve("units/" + unit + ".service")))
                    .contains("Restart=always", "WantedBy=multi-user.target", "supervise " + name);
        }
        assertThat(Files.readString(folder.resolve("units/openpanel-panel.service")))
                .contains("After=network-online.target docker.service openpanel-database.service");
    }

    @Test
    void aHomeThatIsAnEmptyTextIsNotTheMachines() {
        for (String command : List.of("up", "stop", "status", "logs", "dev")) {
            for (List<String> typed : List.of(List.of("--home="), List.of("--home", ""), List.of("--home"))) {
                List<String> line =
                        new ArrayList<>(List.of(Panel.ROOT.resolve("openpanel").toString(), command));
                line.addAll(typed);
                Panel.Ran ran = Panel.run(line, Map.of(), null);
                assertThat(ran.exitCode()).as(line + ran.output()).isEqualTo(2);
                assertThat(ran.output()).contains("--home needs a value");
            }
        }
    }

    @Test
    void thePortDrawnForTheDatabaseIsNoneThatPanelOrProxyAreAboutToOpen() {
        for (String setting : List.of("PORT", "PROXY_PORT", "PROXY_TLS_PORT", "PANEL_TLS_PORT")) {
            int wanted = 20_000 + FreePorts.next() % 12_000;
            assertThat(drawn(wanted, setting + "=1").output()).isEqualTo(String.valueOf(wanted));
            assertThat(drawn(wanted, setting + "=" + wanted).output())
                    .as(setting)
                    .isEmpty();
        }
    }

    /** Draws a port where chance has only one. */
    private static Panel.Ran drawn(int port, String setting) {
        return shell("source '" + Panel.ROOT.resolve("libexec/lib/process.sh") + "'; unset SRANDOM; SRANDOM="
                + (port - 20_000) + " OPENPANEL_PORT=1 OPENPANEL_PROXY_PORT=1 OPENPANEL_PROXY_TLS_PORT=1"
                + " OPENPANEL_PANEL_TLS_PORT=1; OPENPANEL_" + setting + "; free_port");
    }

    /** Unpacks the database's programs as on a machine of that name. */
    private static Panel.Ran parts(Path home, String machine, String database) {
        return shell("set -euo pipefail; OPENPANEL_ROOT='" + DISTRIBUTION + "' home='" + home
                + "' OPENPANEL_DATABASE_URL='" + database + "'; for part in say settings home; do source '"
                + Panel.ROOT.resolve("libexec/lib") + "'/$part.sh; done; uname() { echo " + machine
                + "; }; mkdir -p \"$home/cache\"; unpack_postgres \"$OPENPANEL_ROOT\"");
    }

    /** Oldest first. */
    private static List<Path> logs(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("log"))) {
            return files.sorted(Comparator.comparing((Path file) ->
                                    Integer.valueOf("0" + file.toString().replaceAll("^.*jsonl\\.?", "")))
                            .reversed())
                    .toList();
        }
    }

    private static List<String> lines(Path home) {
        List<String> lines = new ArrayList<>();
        try {
            for (Path file : logs(home)) {
                lines.addAll(Files.readAllLines(file));
            }
        } catch (IOException moved) {
            return List.of();
        }
        return lines;
    }

    private static Panel.Ran shell(String command) {
        return Panel.run(List.of("bash", "-c", command), Map.of(), null);
    }
}
