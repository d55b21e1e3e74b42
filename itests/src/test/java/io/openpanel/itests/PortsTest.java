package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The running product listens where it says, and nowhere else. */
class PortsTest {
    private static Panel panel;

    @BeforeAll
    static void start() {
        panel = Panel.start();
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    private static Set<String> listening(String name) {
        String pid = "pid=" + panel.pid(name) + ',';
        return Panel.run(List.of("ss", "-ltnpH"), Map.of(), null)
                .output()
                .lines()
                .filter(line -> line.contains(pid))
                .map(line -> line.strip().split("\\s+")[3])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void thePanelListensOnLoopbackOnlyAndOnOnePort() {
        assertThat(listening("panel"))
                .allMatch(each -> each.contains("127.0.0.1]:" + panel.port) || each.equals("127.0.0.1:" + panel.port))
                .hasSize(1);
    }

    @Test
    void theProxyListensOnItsDocumentedPorts() {
        assertThat(listening("proxy")).hasSizeBetween(1, 3).anyMatch(each -> each.endsWith(":" + panel.proxyPort));
    }

    @Test
    void theDatabaseListensOnLoopbackOnly() {
        assertThat(listening("database")).hasSize(1).allMatch(each -> each.startsWith("127.0.0.1:"));
    }

    @Test
    void thereIsNoShellNoRemoteManagementAndNoPluginMaySetASecurityManager() throws IOException {
        String arguments = Files.readString(Path.of("/proc/" + panel.pid("panel") + "/cmdline"))
                .replace('\0', ' ');
        assertThat(arguments).contains("-Djava.security.manager=disallow").doesNotContain("jmxremote");
        List<String> plugins =
                panel.owner().get("/api/v1/plugins").ok().json().get("items").findValuesAsText("plugin");
        assertThat(plugins).contains("plugin:kernel").noneMatch(each -> each.contains("gogo") || each.contains("ssh"));
    }

    @Test
    void openActionsAreTheFewThatMustBe() {
        List<String> open =
                panel.owner().get("/api/v1/catalogue").ok().json().get("items").findParents("access").stream()
                        .filter(each -> each.path("access").asText().equals("open"))
                        .map(each -> each.path("id").asText())
                        .sorted()
                        .toList();
        assertThat(open)
                .containsExactly(
                        "identity-provider.offered",
                        "invitation.accept",
                        "invitation.open",
                        "passkey.ask",
                        "passkey.prove",
                        "password-reset.complete",
                        "password-reset.get",
                        "password-reset.open",
                        "password-reset.request",
                        "profile.confirm-email",
                        "registration.confirm",
                        "registration.create",
                        "registration.get",
                        "registration.open",
                        "session.create",
                        "session.refresh",
                        "session.verify",
                        "setup.create",
                        "setup.get",
                        "single-sign-on.begin",
                        "single-sign-on.describe",
                        "single-sign-on.end",
                        "single-sign-on.finish",
                        "single-sign-on.keep");
    }

    @Test
    void whatThePanelCanBeReachedByIsWhatIsWrittenDown(@TempDir Path folder) throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path found = folder.resolve("inventory");
        Path agent = folder.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Agent-Class", InventoryAgent.class.getName());
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest)) {
            jar.putNextEntry(new ZipEntry(InventoryAgent.class.getName().replace('.', '/') + ".class"));
            InventoryAgent.class.getResourceAsStream("InventoryAgent.class").transferTo(jar);
        }
        Files.setPosixFilePermissions(agent, PosixFilePermissions.fromString("rw-r--r--"));
        VirtualMachine panels = VirtualMachine.attach(String.valueOf(panel.pid("panel")));
        panels.loadAgent(agent.toString(), found.toString());
        panels.detach();

        Path made = Files.write(Panel.ROOT.resolve("itests/target/inventory.txt"), Files.readAllLines(found));
        Path kept = Panel.ROOT.resolve("itests/src/test/resources/inventory.txt");
        assertThat(Files.readAllLines(made))
                .as("%s is true; where the change is meant, copy it from %s", kept, made)
                .isEqualTo(Files.readAllLines(kept));
    }

    @Test
    void theReferenceIsWhatTheRunningCatalogueSays() throws IOException {
        Map<String, String> pages =
                Reference.pages(panel.owner().get("/api/v1/catalogue").ok().json());
        Path made = Reference.write(pages);
        for (Map.Entry<String, String> page : pages.entrySet()) {
            Path kept = Panel.ROOT.resolve("docs/reference").resolve(page.getKey());
            assertThat(Files.readString(kept).equals(page.getValue()))
                    .as("%s is true; where the change is meant, copy it from %s", kept, made)
                    .isTrue();
        }
    }
}
