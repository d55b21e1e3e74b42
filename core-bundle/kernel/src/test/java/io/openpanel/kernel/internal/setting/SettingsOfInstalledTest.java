package io.openpanel.kernel.internal.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Principal;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestMarketplace;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Settings outlive the version they were set in, and its absence; a purge takes them. */
@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
class SettingsOfInstalledTest {
    private static final Principal OWNER = TestPanel.local(null);
    private static final String LAMP = "{\"plugin\":\"lamp\"}";

    @TempDir
    private Path folder;

    private static void job(TestPanel panel, String action, String input) {
        String job = ((Gateway.Reply.Accepted) panel.call(OWNER, action, input))
                .job()
                .toString();
        TestPanel.await(
                action + " is done",
                () -> panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}")
                        .contains("\"state\":\"done\",\"progress\""),
                Duration.ofSeconds(60));
    }

    @Test
    void anUpdateStartsWithThemAnUninstallKeepsThemAndAPurgeDropsThem(TestPanel panel) {
        panel.awaitActions("plugin.install");
        try (TestMarketplace market = new TestMarketplace("lamps")) {
            market.publish(Lamp.version("1.0.0").write(folder));
            panel.json(
                    OWNER,
                    "marketplace.add",
                    "{\"url\":\"" + market.url() + "\",\"fingerprint\":\"" + market.fingerprint() + "\"}");
            panel.json(OWNER, "publisher.trust", "{\"offer\":\"lamp\"}");
            job(panel, "plugin.install", "{\"offer\":\"lamp\"}");
            panel.json(OWNER, "setting.update", "{\"plugin\":\"lamp\",\"values\":{\"watts\":60,\"key\":\"abc\"}}");

            market.publish(Lamp.version(
                            "1.1.0", Lamp.ATTRIBUTES.replace("\"watts\" type=\"Integer\"", "\"watts\" type=\"Double\""))
                    .write(folder));
            panel.json(OWNER, "marketplace.refresh", "{\"marketplace\":\"lamps\"}");
            job(panel, "plugin.update", LAMP);
            assertThat(panel.json(OWNER, "lamp.tell", "{}"))
                    .contains(".key=abc", "watts=60.0")
                    .contains("\"activated\":1,\"modified\":0");

            panel.json(OWNER, "plugin.uninstall", LAMP);
            assertThatThrownBy(() -> panel.json(OWNER, "setting.get", LAMP))
                    .hasMessageContaining("its settings are kept");
            job(panel, "plugin.install", "{\"offer\":\"lamp\"}");
            assertThat(panel.json(OWNER, "lamp.tell", "{}")).contains("watts=60.0");

            panel.json(OWNER, "plugin.purge", "{\"plugin\":\"lamp\",\"confirm\":\"lamp\"}");
            job(panel, "plugin.install", "{\"offer\":\"lamp\"}");
            assertThat(panel.json(OWNER, "lamp.tell", "{}"))
                    .doesNotContain("watts")
                    .doesNotContain("abc");
            assertThat(panel.json(OWNER, "setting.history", LAMP)).isEqualTo("{\"items\":[]}");
        }
    }
}
