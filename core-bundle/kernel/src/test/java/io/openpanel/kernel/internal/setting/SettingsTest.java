package io.openpanel.kernel.internal.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Event;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.spi.Events;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Settings are drawn from what a plugin declares, checked, kept, and given to the plugin while it runs. */
@ExtendWith(OpenPanelExtension.class)
class SettingsTest {
    private static final Principal OWNER = TestPanel.local(null);

    @TempDir
    private Path folder;

    private final TestPanel panel;
    private Bundle lamp;

    SettingsTest(TestPanel panel) {
        this.panel = panel;
    }

    @BeforeEach
    void install() throws BundleException {
        lamp = panel.context()
                .installBundle(Lamp.version("1.0.0").write(folder).toUri().toString());
        lamp.start();
        panel.awaitActions("lamp.tell", "setting.update");
    }

    @AfterEach
    void uninstall() throws BundleException, SQLException {
        lamp.uninstall();
        try (Connection owner = panel.connect()) {
            owner.createStatement().execute("delete from kernel.setting_change");
        }
    }

    private String told() {
        return panel.json(OWNER, "lamp.tell", "{}");
    }

    private String get() {
        return panel.json(OWNER, "setting.get", "{\"plugin\":\"lamp\"}");
    }

    private String set(String values) {
        return panel.json(OWNER, "setting.update", "{\"plugin\":\"lamp\",\"values\":" + values + "}");
    }

    private String undo(String input) {
        return panel.json(OWNER, "setting.undo", "{\"plugin\":\"lamp\"" + input + "}");
    }

    private Problem refused(String values) {
        return (Problem) org.assertj.core.api.Assertions.catchThrowable(() -> set(values));
    }

    @Test
    void theFormIsWhatThePluginDeclares() {
        assertThat(get())
                .contains("\"name\":\"watts\",\"title\":\"Watts\",\"value\":40,\"byDefault\":40,\"changed\":false")
                .contains("\"watts\":{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1,\"maximum\":100")
                .contains("\"on\":{\"type\":\"boolean\"")
                .contains("\"fadesAfter\":{\"type\":\"string\",\"format\":\"duration\"")
                .contains("\"enum\":[\"white\",\"red\"]", "\"x-labels\":{\"white\":\"White\",\"red\":\"Red\"}")
                .contains("\"rooms\":{\"type\":\"array\"")
                .contains("\"key\":{\"type\":\"string\",\"format\":\"password\",\"writeOnly\":true")
                .contains("\"required\":[\"watts\",\"on\",\"fadesAfter\",\"colour\"]");
        assertThat(panel.json(OWNER, "setting.list", "{}")).contains("\"plugin\":\"plugin:lamp\"", "\"settings\":6");
    }

    @Test
    void theFormSpeaksPortuguese() {
        assertThat(panel.json(OWNER, "setting.get", "{\"plugin\":\"lamp\",\"language\":\"pt-BR\"}"))
                .contains("\"title\":\"Potência\"", "O brilho, em watts", "\"title\":\"On\"");
    }

    @Test
    void whatIsChangedIsThereAtOnceAndThePluginGoesOn() {
        assertThat(told()).contains("\"activated\":1,\"modified\":0");

        assertThat(set("{\"watts\":60,\"rooms\":[\"hall\",\"attic\"],\"fadesAfter\":\"90s\"}"))
                .contains("\"applied\":true");

        assertThat(told())
                .contains("fadesAfter=PT1M30S, rooms=[hall, attic], watts=60")
                .contains("\"activated\":1,\"modified\":1");
        assertThat(get()).contains("\"value\":60,\"byDefault\":40,\"changed\":true");
    }

    @Test
    void commandLinesSendTexts() {
        set("{\"watts\":\"7\",\"on\":\"false\",\"rooms\":\"hall, attic\"}");

        assertThat(told()).contains("on=false, rooms=[hall, attic], watts=7");
    }

    @Test
    void whatIsNotValidIsRefusedByNameAndNothingOfItIsKept() {
        Problem problem = refused(
                "{\"watts\":101,\"on\":\"perhaps\",\"fadesAfter\":\"0s\",\"colour\":\"blue\",\"size\":1,\"rooms\":[3]}");

        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        assertThat(problem.fields())
                .containsEntry("values.watts", "values.watts must be at most 100")
                .containsEntry("values.on", "values.on must be true or false")
                .containsEntry("values.fadesAfter", "values.fadesAfter must be at least 1s")
                .containsEntry("values.colour", "values.colour must be one of white, red")
                .containsEntry(
                        "values.size", "values.size is not known; known are watts, on, fadesAfter, colour, rooms, key")
                .containsEntry("values.rooms[0]", "values.rooms[0] must be a text");
        assertThat(get()).doesNotContain("\"changed\":true");
        assertThat(told()).contains("\"modified\":0");
    }

    @Test
    void aSecretIsGivenToThePluginAndShownNowhere() throws SQLException {
        set("{\"key\":\"open sesame\"}");

        assertThat(told()).contains(".key=open sesame");
        assertThat(get()).contains("\"name\":\"key\"", "\"changed\":true").doesNotContain("sesame");
        assertThat(panel.json(OWNER, "setting.history", "{\"plugin\":\"lamp\"}"))
                .contains("\"secret\":true")
                .doesNotContain("sesame");
        assertThat(panel.json(OWNER, "audit.list", "{}"))
                .contains("setting.update")
                .doesNotContain("sesame");
        try (Connection owner = panel.connect();
                ResultSet rows = owner.createStatement().executeQuery("select value from kernel.setting_change")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isNotEmpty().doesNotContain("sesame");
        }
    }

    @Test
    void theLogOfAJobDoesNotSayASecretOfItsPlugin() {
        set("{\"key\":\"open sesame\"}");

        String job = ((Gateway.Reply.Accepted) panel.call(OWNER, "lamp.blurt", "{}"))
                .job()
                .toString();
        TestPanel.await("the job is done", () -> panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}")
                .contains("\"state\":\"done\",\"progress\""));

        assertThat(panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}")).doesNotContain("sesame");
        try (Connection owner = panel.connect();
                ResultSet lines = owner.createStatement()
                        .executeQuery("select string_agg(line, ' ') from kernel.job_log where line like 'the key%'")) {
            assertThat(lines.next()).isTrue();
            assertThat(lines.getString(1)).isEqualTo("the key is •••");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aChangeIsUndoneAndSoIsTheUndoing() {
        set("{\"watts\":60,\"key\":\"one\"}");
        set("{\"watts\":70,\"key\":\"two\"}");

        undo("");
        assertThat(told()).contains(".key=one").contains("watts=60");
        String undoing = undo("");
        assertThat(told()).doesNotContain("key").doesNotContain("watts");
        undo(",\"change\":\"" + undoing.replaceAll(".*\"change\":\"(.*?)\".*", "$1") + "\"");
        assertThat(told()).contains(".key=one").contains("watts=60");
        assertThat(panel.json(OWNER, "setting.history", "{\"plugin\":\"lamp\"}"))
                .contains("\"before\":60,\"after\":70", "\"undoes\"", "\"by\":\"local\"");
    }

    @Test
    void whatWasChangedAgainIsNotUndone() {
        String first = set("{\"watts\":60}").replaceAll(".*\"change\":\"(.*?)\".*", "$1");
        set("{\"watts\":70}");

        assertThatThrownBy(() -> undo(",\"change\":\"" + first + "\""))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("watts was changed again");
        assertThatThrownBy(() -> undo(",\"change\":\"nonsense\"")).hasMessageContaining("no change nonsense");
    }

    @Test
    void nullGoesBackToTheDefaultAndTheSameAgainIsNoChange() {
        set("{\"watts\":60}");

        assertThat(set("{\"watts\":60}")).isEqualTo("{\"names\":[],\"applied\":true}");
        assertThat(set("{\"watts\":null}")).contains("\"names\":[\"watts\"]");
        assertThat(told()).doesNotContain("watts");
        assertThat(get()).contains("\"value\":40,\"byDefault\":40,\"changed\":false");
    }

    @Test
    void aChangeIsToldAsAnEvent() throws Exception {
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (AutoCloseable watch = panel.get(Events.class).watch("setting.*", heard::add)) {
            set("{\"watts\":60,\"key\":\"x\"}");
        }

        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).topic()).isEqualTo("setting.changed");
        assertThat(heard.get(0).data().toString())
                .contains("plugin:lamp", "watts", "key")
                .doesNotContain("60");
    }

    @Test
    void aPluginThatIsStartedAgainHasItsSettingsFromTheBeginning() throws BundleException {
        set("{\"watts\":60}");

        lamp.stop();
        lamp.start();
        panel.awaitActions("lamp.tell");

        assertThat(told()).contains("watts=60").contains("\"modified\":0");
    }

    @Test
    void aVersionOfAnotherFormKeepsWhatItDoesNotKnowAside() throws BundleException {
        set("{\"watts\":60,\"colour\":\"red\",\"on\":false}");

        lamp.stop();
        lamp.update(
                new java.io.ByteArrayInputStream(
                        bytes(
                                Lamp.version(
                                        "2.0.0",
                                        """
                <AD id="watts" type="Integer" max="50" default="40" name="Watts" description="How bright"/>
                <AD id="on" type="Boolean" default="true" name="On" description="Whether it shines"/>
                """))));
        lamp.start();
        panel.awaitActions("lamp.tell");

        assertThat(told()).contains("on=false").doesNotContain("watts").doesNotContain("colour");
        assertThat(get())
                .contains("\"value\":40,\"byDefault\":40,\"changed\":false")
                .contains(
                        "{\"name\":\"colour\",\"value\":\"red\",\"reason\":\"The version that is installed has no such setting\"}")
                .contains(
                        "{\"name\":\"watts\",\"value\":60,\"reason\":\"It does not fit the version that is installed\"}");
    }

    private byte[] bytes(io.openpanel.testkit.PluginJar jar) {
        try {
            return java.nio.file.Files.readAllBytes(jar.write(folder));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
