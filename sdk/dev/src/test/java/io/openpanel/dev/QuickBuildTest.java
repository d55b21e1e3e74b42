package io.openpanel.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder becomes a jar without Maven, and what differs from Maven's is noticed. */
class QuickBuildTest {
    private static final String POM =
            """
            <project>
              <artifactId>pad</artifactId>
              <version>1.2.0</version>
              <description>Keeps
                notes</description>
              <build><plugins><plugin>
                <artifactId>bnd-maven-plugin</artifactId>
                <configuration><bnd><![CDATA[
            Bundle-SymbolicName: org.example.pad
            -includeresource: notes.md=README.md
            -noimportjava: true
            ]]></bnd></configuration>
              </plugin></plugins></build>
            </project>
            """;

    @TempDir
    private Path path;

    private PluginFolder folder;

    @BeforeEach
    void fill() throws IOException {
        folder = new PluginFolder(path);
        write("pom.xml", POM);
        write("README.md", "A pad");
        write("src/main/java/org/example/pad/Pad.java", "package org.example.pad;\npublic class Pad {}\n");
        write("src/main/resources/OPENPANEL-INF/roles.yaml", "pad.add: [owner]\n");
    }

    private void write(String name, String text) throws IOException {
        Path file = path.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Path build() {
        return new QuickBuild(folder, Pom.read(folder).orElseThrow(), List.of()).jar();
    }

    @Test
    void theJarHasItsClassesItsResourcesAndWhatThePomSaysOfIt() throws IOException {
        try (JarFile jar = new JarFile(build().toFile())) {
            assertThat(jar.stream().map(Object::toString))
                    .contains("org/example/pad/Pad.class", "OPENPANEL-INF/roles.yaml", "notes.md");
            assertThat(jar.getManifest().getMainAttributes().getValue("Bundle-Version"))
                    .isEqualTo("1.2.0");
            assertThat(jar.getManifest().getMainAttributes().getValue("Bundle-Description"))
                    .isEqualTo("Keeps notes");
        }
    }

    @Test
    void whatDoesNotCompileIsNamedWithItsLine() throws IOException {
        write("src/main/java/org/example/pad/Pad.java", "package org.example.pad;\npublic class Pad { int x = y; }\n");

        assertThatThrownBy(this::build)
                .isInstanceOf(Failed.class)
                .hasMessageContaining("src/main/java/org/example/pad/Pad.java:2: ")
                .hasMessageContaining("symbol");
    }

    @Test
    void aFileThatWentGoesFromTheJarToo() throws IOException {
        write("src/main/java/org/example/pad/Old.java", "package org.example.pad;\nclass Old {}\n");
        build();
        Files.delete(path.resolve("src/main/java/org/example/pad/Old.java"));

        try (JarFile jar = new JarFile(build().toFile())) {
            assertThat(jar.getEntry("org/example/pad/Old.class")).isNull();
        }
    }

    @Test
    void aPomThatDoesNotSayItAllIsLeftToMaven() throws IOException {
        write("pom.xml", "<project><artifactId>pad</artifactId><version>1</version></project>");

        assertThat(Pom.read(folder)).isEmpty();
    }

    @Test
    void anotherByteOrHeaderIsADifferenceAndTheTimeIsNone() throws IOException {
        Path first = Files.copy(build(), path.resolve("first.jar"));
        assertThat(Likeness.difference(first, build())).isEmpty();

        write("README.md", "Another pad");
        assertThat(Likeness.difference(first, build())).contains("notes.md");

        write("README.md", "A pad");
        write("pom.xml", POM.replace("1.2.0", "1.3.0"));
        assertThat(Likeness.difference(first, build())).contains("Bundle-Version");
    }

    @Test
    void eachFileTheJarIsMadeOfIsWatched() throws IOException {
        var before = folder.state();
        assertThat(before.keySet()).contains(path.resolve("README.md"), folder.pom());

        write("src/main/resources/OPENPANEL-INF/console.json", "{}");
        assertThat(folder.state()).isNotEqualTo(before);

        write("target/classes/x", "");
        write("src/test/java/T.java", "");
        assertThat(folder.state()).hasSize(before.size() + 1);
    }
}
