package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceTreeTest {
    @TempDir
    private Path temporary;

    private Path source;

    @BeforeEach
    void fill() throws IOException {
        source = Files.createDirectories(temporary.resolve("source"));
        Files.createDirectories(source.resolve("services/web"));
        Files.writeString(source.resolve("Dockerfile"), "FROM scratch\n");
        Files.writeString(source.resolve("services/web/Dockerfile.prod"), "FROM scratch\n");
        Files.createDirectories(temporary.resolve("outside"));
        Files.writeString(temporary.resolve("outside/Dockerfile"), "FROM scratch\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "/", "  "})
    void noFolderIsTheRoot(String wanted) {
        assertThat(SourceTree.directory(source, Optional.of(wanted))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"services/web", "/services/web/", " services/web "})
    void aFolderIsFound(String wanted) {
        assertThat(SourceTree.directory(source, Optional.of(wanted))).isEqualTo("services/web");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> SourceTree.directory(source, Optional.of("services/api")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("services/api");
    }

    @Test
    void aFolderOutsideTheTreeIsSaidWithWhatToDo() {
        assertThatThrownBy(() -> SourceTree.directory(source, Optional.of("../outside")))
                .hasMessage("'../outside' leads out of the repository; set a path inside it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "services/../../outside", "a\u0000b"})
    void nothingOutsideTheTreeIsAFolder(String wanted) {
        assertThatThrownBy(() -> SourceTree.directory(source, Optional.of(wanted)))
                .isInstanceOf(Problem.class);
    }

    @Test
    void aLinkOutOfTheTreeIsNotFollowed() throws IOException {
        Files.createSymbolicLink(source.resolve("away"), temporary.resolve("outside"));
        Files.createSymbolicLink(source.resolve("Dockerfile.link"), temporary.resolve("outside/Dockerfile"));

        assertThatThrownBy(() -> SourceTree.directory(source, Optional.of("away")))
                .hasMessageContaining("out of the repository");
        assertThatThrownBy(() -> SourceTree.dockerfile(source, "", Optional.of("Dockerfile.link")))
                .hasMessageContaining("out of the repository");
    }

    @Test
    void aLinkWithinTheTreeIsFollowed() throws IOException {
        Files.createSymbolicLink(source.resolve("here"), Path.of("services/web"));

        assertThat(SourceTree.directory(source, Optional.of("here"))).isEqualTo("here");
    }

    @Test
    void theDockerfileIsRelativeToTheFolder() {
        assertThat(SourceTree.dockerfile(source, "", Optional.empty())).isEqualTo("Dockerfile");
        assertThat(SourceTree.dockerfile(source, "services/web", Optional.of("Dockerfile.prod")))
                .isEqualTo("Dockerfile.prod");
    }

    @Test
    void aMissingDockerfileSaysWhereItWasLookedFor() {
        assertThatThrownBy(() -> SourceTree.dockerfile(source, "services/web", Optional.empty()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Dockerfile")
                .hasMessageContaining("services/web");
    }

    @Test
    void aFolderCalledDockerfileIsNone() throws IOException {
        Files.createDirectories(source.resolve("services/Dockerfile"));

        assertThatThrownBy(() -> SourceTree.dockerfile(source, "services", Optional.empty()))
                .isInstanceOf(Problem.class);
    }

    @Test
    void partsAreJoined() {
        assertThat(SourceTree.join("source", "")).isEqualTo("source");
        assertThat(SourceTree.join("source", "services/web")).isEqualTo("source/services/web");
    }
}
