package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Health;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.testkit.PluginJar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not be installed is not, whatever it is; the version that serves goes on, and nothing is left. */
class InstallTest {
    @TempDir
    private static Path folder;

    private static Panel panel;
    private static Api api;
    private static Board board;

    private static int refused;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        board = new Board(api, folder);
        assertThat(board.install().get("state").asText()).isEqualTo("done");
    }

    @AfterAll
    static void stop() {
        Figure.say(refused + " files and versions refused or given up");
        board.close();
        panel.close();
    }

    @AfterEach
    void theFirstVersionServesAndTheWorkFolderIsEmpty() {
        assertThat(board.said()).isEqualTo("1.0.0");
        // A job has ended before its folder goes: one that is killed between the two is not begun again without it.
        Wait.until("the work folder is empty", Duration.ofSeconds(30), InstallTest::noWorkIsLeft);
    }

    private static boolean noWorkIsLeft() {
        try (var left = Files.list(panel.home.resolve("cache/workspaces"))) {
            return left.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void isRefused(JsonNode job, String... reasons) {
        assertThat(job.path("state").asText()).as(job.toString()).isEqualTo("failed");
        for (String reason : reasons) {
            assertThat(job.path("error").path("message").asText()).contains(reason);
        }
        assertThat(job.path("error").path("kind").asText()).isNotEqualTo("internal");
        refused++;
    }

    private static JsonNode next(PluginJar jar, String version) {
        board.publish(jar);
        board.refresh();
        return board.update(version);
    }

    @Test
    void aVersionThatThrowsAtItsStartIsGivenUp() {
        isRefused(
                next(Board.version("2.0.0", "if (true) throw new IllegalStateException(\"no luck\");"), "2.0.0"),
                "no luck",
                "1.0.0 goes on serving");
    }

    @Test
    void aVersionThatIsNeverWellIsGivenUpAfterHalfAMinute() {
        String health =
                """
                package board;
                public class BoardHealth implements io.openpanel.api.Health {
                    public java.util.Optional<String> problem() {
                        return java.util.Optional.of("the moon is not full");
                    }
                }
                """;
        isRefused(
                next(
                        Board.version("2.1.0", "").component("board.BoardHealth", health, Health.class.getName()),
                        "2.1.0"),
                "after 30 s it is not well",
                "the moon is not full");
    }

    @Test
    void aVersionWhoseMigrationFailsIsGivenUp() {
        isRefused(
                next(Board.version("2.2.0", "").file("db/V002__wrong.sql", "select 1/0;"), "2.2.0"),
                "division by zero");
    }

    @Test
    void aVersionThatWantsMoreNeedsAnotherYes() {
        isRefused(next(Board.version("2.3.0", "").uses("container.delete"), "2.3.0"), "container.delete");
    }

    @Test
    void anOlderVersionIsRefused() {
        board.publish(Board.version("0.9.0", ""));
        board.refresh();
        isRefused(board.update("0.9.0"), "0.9.0 is older than 1.0.0");
    }

    @Test
    void aVersionForAnotherPanelIsRefused() {
        isRefused(
                next(
                        Board.version("2.4.0", "").header("Import-Package", "io.openpanel.api;version=\"[9.0,10)\""),
                        "2.4.0"),
                "works with versions [9.0");
    }

    @Test
    void whatSomebodyElseSignedIsRefused() {
        board.market.publishForged(Board.version("2.5.0", "").write(folder));
        board.refresh();
        isRefused(board.update("2.5.0"), "is signed by 0 of the 1 keys");
    }

    @Test
    void whatWasTakenBackIsRefused() {
        board.publish(Board.version("2.6.0", ""));
        board.market.revoke("board", "2.6.0", "it eats disks");
        board.refresh();
        isRefused(board.update("2.6.0"), "it eats disks");
    }

    @Test
    void oneFlippedBitAtEachPercentOfTheFileIsRefused() throws IOException {
        Path jar = Board.version("2.7.0", "").write(folder);
        PluginFile file = board.market.publish(jar);
        board.refresh();
        byte[] whole = Files.readAllBytes(jar);
        for (int percent = 0; percent < 100; percent++) {
            byte[] flipped = whole.clone();
            flipped[(int) ((long) whole.length * percent / 100)] ^= (byte) (1 << (percent % 8));
            board.market.tamper(file, flipped);
            isRefused(board.update("2.7.0"));
        }
    }

    private interface Content {
        void write(ZipOutputStream zip) throws IOException;
    }

    private static byte[] zip(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            content.write(zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    @Test
    void hostileArchivesAreRefused() {
        // The index promises room for any of them; what is sent in the release's place is what counts.
        Path room = Board.version("2.8.0", "").file("room.txt", noise(3 << 20)).write(folder);
        PluginFile file = board.market.publish(room);
        board.refresh();
        Map<String, byte[]> hostile = Map.of(
                "leads out of the file",
                zip(zip -> put(zip, "../../../../tmp/owned", new byte[] {1})),
                "leads out",
                zip(zip -> put(zip, "/etc/cron.d/owned", new byte[] {1})),
                "unpacks to far more",
                zip(zip -> put(zip, "bomb", new byte[64 << 20])),
                "entries; a plugin may have 5000",
                zip(zip -> {
                    for (int i = 0; i < 20_000; i++) {
                        put(zip, "e" + i, new byte[0]);
                    }
                }),
                "native code",
                zip(zip -> put(zip, "lib/evil.so", new byte[] {1})),
                "is no jar",
                "<html>not found</html>".getBytes(StandardCharsets.UTF_8));
        hostile.forEach((reason, bytes) -> {
            board.market.tamper(file, bytes);
            isRefused(board.update("2.8.0"), reason);
        });
        assertThat(Path.of("/tmp/owned")).doesNotExist();
    }

    private static String noise(int length) {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('!' + random.nextInt(90)));
        }
        return text.toString();
    }

    @Test
    void killedAtAnyMomentThePanelHasTheOldVersionOrTheNewOneWhole() {
        board.publish(Board.version("1.0.1", ""));
        board.refresh();
        int kills = Figure.all() ? 40 : 4;
        Random random = new Random(20260301);
        int finished = 0;
        for (int i = 0; i < kills; i++) {
            boolean back = board.said().equals("1.0.1");
            String path = "/api/v1/plugins/board/" + (back ? "rollback" : "update");
            String job = api.post(path, back ? Map.of() : Map.of("version", "1.0.1"))
                    .ok()
                    .json()
                    .get("job")
                    .asText();
            Wait.millis(random.nextInt(400));
            panel.kill("panel");
            panel.awaitReady(Duration.ofSeconds(60));
            api = panel.owner();
            assertThat(board(api)).isIn("1.0.0", "1.0.1");
            JsonNode ended = api.await(job, Duration.ofSeconds(60));
            finished += ended.get("state").asText().equals("done") ? 1 : 0;
        }
        board.use(api);
        if (board.said().equals("1.0.1")) {
            assertThat(board.rollBack().get("state").asText()).isEqualTo("done");
        }
        Figure.say(kills + " kills in the middle of an update, " + finished + " updates finished afterwards");
    }

    private static String board(Api with) {
        board.use(with);
        return board.said();
    }
}
