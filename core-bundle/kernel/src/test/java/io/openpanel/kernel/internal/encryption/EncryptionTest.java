package io.openpanel.kernel.internal.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Storage;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The key behind the secrets, as whoever runs the panel sees it. */
@ExtendWith(OpenPanelExtension.class)
class EncryptionTest {
    private static final Principal OWNER = TestPanel.local(null);
    private static final Pattern CODE = Pattern.compile("Code {5}([0-9A-F]{4}-[0-9A-F]{4})");
    private static final Pattern KEY = Pattern.compile("Key {6}([A-Za-z0-9_-]{43})");

    private final TestPanel panel;

    EncryptionTest(TestPanel panel) {
        this.panel = panel;
        panel.awaitActions("encryption.get", "recovery-kit.show");
    }

    private String state() {
        return panel.json(OWNER, "encryption.get", "{}");
    }

    private String kit() {
        return panel.json(OWNER, "recovery-kit.show", "{}");
    }

    private void confirm(String code) {
        panel.json(OWNER, "recovery-kit.confirm", "{\"code\":\"" + code + "\"}");
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text.replaceAll("[A-Za-z0-9_-]{43}", "…")).isTrue();
        return matcher.group(1);
    }

    private String rotate() {
        Gateway.Reply reply = panel.call(OWNER, "encryption.rotate", "{}");
        String job = ((Gateway.Reply.Accepted) reply).job().toString();
        String[] json = {""};
        TestPanel.await("the rotation ends", () -> {
            json[0] = panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}");
            return json[0].contains("\"result\"");
        });
        return json[0];
    }

    @Test
    void theKitIsThereUntilSomebodyHasItAndThereAgainAfterARotation() throws IOException {
        Path file = panel.home().resolve("keys/recovery-kit.txt");
        String sealed = panel.get(Storage.class).seal("secret", "place");
        assertThat(state()).contains("\"provider\":\"file\"", "\"kit\":\"waiting\"");
        String kit = kit();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).contains(found(CODE, kit));
        assertThat(found(KEY, kit))
                .isEqualTo(Files.readString(panel.home().resolve("keys/kek")).strip());

        assertThatThrownBy(() -> confirm("0000-0000"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("code is not the one");
        assertThat(state()).contains("\"kit\":\"waiting\"");
        confirm(found(CODE, kit).toLowerCase().replace("-", " "));

        assertThat(state()).contains("\"kit\":\"kept\"");
        assertThat(file).doesNotExist();
        assertThatThrownBy(this::kit).isInstanceOf(Problem.class).hasMessageContaining("not shown any more");

        assertThat(rotate()).contains("\"version\"");
        assertThat(state()).contains("\"kit\":\"waiting\"", "\"behind\":0");
        assertThat(found(KEY, kit())).isNotEqualTo(found(KEY, kit));
        assertThat(file).exists();
        assertThat(panel.get(Storage.class).unseal(sealed, "place")).isEqualTo("secret");
    }

    @Test
    void whatARotationSaysHasNoKeyInIt() throws IOException {
        String said = rotate();

        assertThat(said)
                .doesNotContain(
                        Files.readString(panel.home().resolve("keys/kek")).strip());
    }
}
