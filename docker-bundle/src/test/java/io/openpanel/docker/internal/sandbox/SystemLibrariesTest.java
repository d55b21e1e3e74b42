package io.openpanel.docker.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Java of this machine needs to run elsewhere is found by what its own files say. */
class SystemLibrariesTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final Path MACHINE = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");

    @TempDir
    private Path folder;

    @Test
    void aProgramSaysWhatLoadsItAndALibraryWhatItNeeds() throws IOException {
        ElfFile program = ElfFile.read(JAVA).orElseThrow();
        assertThat(program.interpreter())
                .hasValueSatisfying(loader -> assertThat(Path.of(loader)).exists());
        assertThat(program.needed()).contains("libc.so.6");
        ElfFile library = ElfFile.read(MACHINE).orElseThrow();
        assertThat(library.interpreter()).isEmpty();
        assertThat(library.needed()).contains("libc.so.6", "libm.so.6");
    }

    @Test
    void whatIsNoProgramNeedsNothing() throws IOException {
        assertThat(ElfFile.read(Files.writeString(folder.resolve("text"), "x".repeat(100))))
                .isEmpty();
        assertThat(ElfFile.read(Files.writeString(folder.resolve("short"), "x")))
                .isEmpty();
    }

    @Test
    void theLibrariesOfTheMachineAreFoundAndItsOwnAreNotAmongThem() throws IOException {
        Map<String, Path> found = SystemLibraries.neededBy(List.of(JAVA, MACHINE));
        assertThat(found).containsKeys("/lib/libc.so.6", "/lib/libm.so.6");
        assertThat(found.keySet()).noneMatch(each -> each.endsWith("libjvm.so"));
        assertThat(found.keySet()).anyMatch(each -> each.contains("ld-"));
        assertThat(found.values()).allMatch(Files::isReadable);
    }
}
