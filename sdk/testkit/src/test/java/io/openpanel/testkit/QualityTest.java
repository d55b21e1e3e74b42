package io.openpanel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Extension;
import io.openpanel.marketplace.Quality;
import io.openpanel.marketplace.Quality.Level;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How well a plugin is made is read in its jar, and what it lacks is named. */
class QualityTest {
    private static final String README =
            "# Pad\n## What it does\nNotes.\n## What it asks for\n- `app.list`\n## What it stores\nNotes.\n";
    private static final String CODE =
            """
            package pad;
            import io.openpanel.api.*;
            public class PadActions implements Extension {
                public record Text(%s String text) {}
                private final Panel panel;
                public PadActions(Panel panel) {
                    this.panel = panel;
                }
                @Action(value = "pad.add", summary = "%s", effect = Action.Effect.CHANGE)
                public void add(Text text) {
                    %s
                }
            }
            """;
    private static final String CALLS = "panel.call(\"app.list\", null, null);";

    @TempDir
    private Path folder;

    private static PluginJar pad(String param, String summary, String body) {
        return PluginJar.of("pad", "1.0.0")
                .header("Import-Package", "io.openpanel.api;version=\"[1.0,2)\"")
                .uses("app.list")
                .component("pad.PadActions", CODE.formatted(param, summary, body), Extension.class.getName())
                .file("OPENPANEL-INF/roles.yaml", "pad.add: [owner]\n")
                .file("OPENPANEL-INF/README.md", README)
                .file("OPENPANEL-INF/i18n/en.json", "{\"page.pad\":\"Pad\"}")
                .file(
                        "OPENPANEL-INF/i18n/pt-BR.json",
                        "{\"page.pad\":\"Bloco\",\"action.pad.add\":\"Acrescenta uma nota\"}");
    }

    private static PluginJar good() {
        return pad("@Param(\"What to note\")", "Adds a note", CALLS);
    }

    private Quality quality(PluginJar jar) {
        return Quality.of(jar.write(folder));
    }

    @Test
    void whatHasItAllIsSilverAndGoldOnceItWasBuiltAgain() {
        Quality quality = quality(good());

        assertThat(quality.missing()).isEmpty();
        assertThat(quality.level()).contains(Level.SILVER);
        assertThat(quality.rebuilt(true).level()).contains(Level.GOLD);
        assertThat(quality.rebuilt(false)).isEqualTo(quality);
    }

    @Test
    void whatPeopleCannotKnowIsNoLevel() {
        Quality quality = quality(pad("", "adds a note.", CALLS)
                .file("OPENPANEL-INF/README.md", "# Pad")
                .file("OPENPANEL-INF/roles.yaml", ""));

        assertThat(quality.level()).isEmpty();
        assertThat(quality.missing())
                .anyMatch(each -> each.contains("what pad.add does"))
                .anyMatch(each -> each.contains("roles.yaml"))
                .anyMatch(each -> each.contains("## What it stores"))
                .anyMatch(each -> each.contains("app.list"));
        assertThat(quality.rebuilt(true)).as("gold has what bronze has").isEqualTo(quality);
    }

    @Test
    void whatAsksForMoreThanItUsesOrSpeaksOneLanguageIsBronze() {
        Quality quality = quality(pad("", "Adds a note", "")
                .file("OPENPANEL-INF/i18n/pt-BR.json", "{}")
                .file("db/V001__pad.sql", "create table pad (text text);")
                .file("db/V002__pad.sql", "drop table pad;"));

        assertThat(quality.level()).contains(Level.BRONZE);
        assertThat(quality.missing())
                .anyMatch(each -> each.contains("input of pad.add: [text]"))
                .anyMatch(each -> each.contains("nothing of it uses app.list"))
                .anyMatch(each -> each.contains("pt-BR.json: action.pad.add"))
                .anyMatch(each -> each.contains("pt-BR.json: page.pad"))
                .anyMatch(each -> each.contains("V002__pad.sql drops"));
    }

    @Test
    void whatItCallsIsInItsUses() {
        assertThat(quality(good().uses("app.get").file("OPENPANEL-INF/README.md", README + "app.get"))
                        .missing())
                .anyMatch(each -> each.startsWith("app.list in its uses"))
                .anyMatch(each -> each.contains("nothing of it uses app.get"));
    }

    @Test
    void classesThatCannotBeReadAreNoLevelAndNoError() {
        assertThat(quality(good().file("pad/Broken.class", "no class")).level()).isEmpty();
    }
}
