package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A newer distribution over a home that runs. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class UpgradeTest {
    private static final Path DISTRIBUTION = Panel.ROOT.resolve("karaf-features/target/openpanel");

    @TempDir
    private static Path folder;

    private static Panel panel;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        panel.owner().post("/api/v1/projects", Map.of("name", "kept")).ok();
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    @Test
    @Order(1)
    void aNewVersionTakesOverAndTheProxyNeverStops() throws IOException {
        long proxy = panel.pid("proxy");

        Panel.Ran ran = panel.tryUp(distribution("9.9.1-good"));

        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("Upgrading from", "9.9.1-good");
        assertThat(panel.pid("proxy")).isEqualTo(proxy);
        assertThat(projects()).containsExactly("kept");
    }

    @Test
    @Order(2)
    void aVersionThatDoesNotStartGivesTheFormerOneBackWithItsData() throws IOException {
        Path broken = distribution("9.9.2-broken");
        Path data;
        try (Stream<Path> files = Files.walk(broken.resolve("system"))) {
            data = files.filter(file -> file.getFileName().toString().startsWith("openpanel-data"))
                    .filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(data, "no bundle");

        Panel.Ran ran = panel.tryUp(broken);

        assertThat(ran.exitCode()).isNotZero();
        assertThat(ran.output()).contains("going back to 9.9.1-good", "9.9.1-good runs again");
        assertThat(panel.launcher("status", "--home", panel.home.toString()).output())
                .contains("9.9.1-good", "Ready      true");
        assertThat(projects()).containsExactly("kept");
    }

    private static List<String> projects() {
        return panel.owner().get("/api/v1/projects").ok().json().get("items").findValuesAsText("name");
    }

    /** A copy of the built distribution with a version of its own. */
    private static Path distribution(String version) throws IOException {
        Path copy = folder.resolve(version);
        Panel.run(List.of("cp", "-a", DISTRIBUTION.toString(), copy.toString()), Map.of(), null);
        Files.writeString(copy.resolve("VERSION"), version + "\n");
        return copy;
    }
}
