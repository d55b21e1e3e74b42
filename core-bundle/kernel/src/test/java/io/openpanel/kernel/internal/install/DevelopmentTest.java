package io.openpanel.kernel.internal.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whoever owns the machine builds a plugin on it: unsigned for them, and for nobody else. */
@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
class DevelopmentTest {
    private static final Principal OWNER = TestPanel.local(null);
    private static final String CODE =
            """
            package sketch;
            import io.openpanel.api.*;
            public class SketchActions implements Extension {
                public record Said(String word) {}
                private final Panel panel;
                public SketchActions(Panel panel) {
                    this.panel = panel;
                    %s
                }
                @Action(value = "sketch.say", summary = "Says a word", effect = Action.Effect.READ)
                public Said say() {
                    return new Said("%s");
                }
                @Action(value = "sketch.replace", summary = "Replaces itself", effect = Action.Effect.CHANGE)
                public void replace(Said said) {
                    panel.call("plugin.develop", new Into(said.word()), null);
                }
                public record Into(String file) {}
            }
            """;

    private static TestPanel panel;

    @TempDir
    private Path folder;

    @BeforeAll
    static void take(TestPanel started) {
        panel = started;
        panel.awaitActions("plugin.develop");
    }

    @AfterEach
    void purge() {
        if (panel.json(OWNER, "plugin.list", "{}").contains("plugin:sketch")) {
            panel.json(OWNER, "plugin.purge", "{\"plugin\":\"sketch\",\"confirm\":\"sketch\"}");
        }
    }

    private static PluginJar sketch(String version, String word, String atStart) {
        return PluginJar.of("sketch", version)
                .uses("plugin.develop")
                .component(
                        "sketch.SketchActions",
                        CODE.formatted(atStart, word),
                        Extension.class.getName(),
                        Panel.class.getName())
                .file("OPENPANEL-INF/roles.yaml", "sketch.say: [owner]\nsketch.replace: [owner]\n");
    }

    private String develop(String word, String atStart) {
        return panel.json(OWNER, "plugin.develop", input(sketch("1.0.0", word, atStart)));
    }

    private String input(PluginJar jar) {
        return "{\"file\":\"" + jar.write(folder) + "\"}";
    }

    private static String said() {
        return panel.json(OWNER, "sketch.say", "{}");
    }

    @Test
    void eachBuildTakesThePlaceOfTheOneBeforeAndIsShownAsWhatItIs() {
        develop("one", "");
        assertThat(said()).isEqualTo("{\"word\":\"one\"}");

        develop("two", "");
        assertThat(said()).isEqualTo("{\"word\":\"two\"}");
        assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"sketch\"}"))
                .contains("\"trust\":\"development\"", "\"former\":\"1.0.0\"")
                .contains("\"quality\":\"none\"", "## What it does")
                .doesNotContain("\"marketplace\"", "\"publisher\"");
    }

    @Test
    void aBuildThatIsNotWellIsGivenUpAndTheOneBeforeServes() {
        develop("one", "");

        assertThatThrownBy(() -> develop("two", "if (true) throw new IllegalStateException(\"no ink\");"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no ink")
                .hasMessageContaining("goes on serving");
        assertThat(said()).isEqualTo("{\"word\":\"one\"}");
    }

    @Test
    void nobodyElseBringsWhatIsNotSigned() {
        String input = input(sketch("1.0.0", "one", ""));
        Principal person = new Principal(new Ref("user", "ada"), "Ada", Optional.empty(), Optional.empty());

        assertThatThrownBy(() -> panel.call(person, "plugin.develop", input))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Only whoever owns the machine");
        assertThat(panel.get(Catalogue.class).operation("sketch.say")).isEmpty();
    }

    @Test
    void aPluginDoesNotBringOneInTheNameOfWhoeverOwnsTheMachine() {
        develop("one", "");
        Path other = sketch("1.0.0", "two", "").write(folder);

        assertThatThrownBy(() -> panel.json(OWNER, "sketch.replace", "{\"word\":\"" + other + "\"}"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Only whoever owns the machine");
        assertThat(said()).isEqualTo("{\"word\":\"one\"}");
    }

    @Test
    void theSignedReleaseBeforeComesBackAsWhatItWas() {
        try (TestMarketplace market = new TestMarketplace("drawing")) {
            market.publish(sketch("1.0.0", "signed", "").write(folder));
            panel.json(
                    OWNER,
                    "marketplace.add",
                    "{\"url\":\"" + market.url() + "\",\"fingerprint\":\"" + market.fingerprint() + "\"}");
            panel.json(OWNER, "publisher.trust", "{\"offer\":\"sketch\"}");
            develop("mine", "");
            assertThat(job("plugin.install", "{\"offer\":\"sketch\"}"))
                    .as("nobody agreed to what a version asked for that nobody signed")
                    .contains("wants to call plugin.develop");
            job("plugin.install", "{\"offer\":\"sketch\",\"permissions\":[\"plugin.develop\"]}");
            develop("mine", "");
            assertThat(said()).contains("mine");

            job("plugin.rollback", "{\"plugin\":\"sketch\"}");
            assertThat(said()).contains("signed");
            assertThat(panel.json(OWNER, "plugin.get", "{\"plugin\":\"sketch\"}"))
                    .contains("\"trust\":\"trusted\"", "\"marketplace\":\"drawing\"");
        } finally {
            panel.json(OWNER, "marketplace.delete", "{\"marketplace\":\"drawing\",\"confirm\":\"drawing\"}");
        }
    }

    private static String job(String action, String input) {
        String job = ((Gateway.Reply.Accepted) panel.call(OWNER, action, input))
                .job()
                .toString();
        String[] json = {""};
        TestPanel.await(job + " ends", () -> {
            json[0] = panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}");
            return json[0].matches("(?s).*\"state\":\"(done|failed)\",\"progress\".*");
        });
        return json[0];
    }
}
