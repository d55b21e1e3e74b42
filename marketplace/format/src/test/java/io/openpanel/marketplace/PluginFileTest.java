package io.openpanel.marketplace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginFileTest {
    @TempDir
    private Path folder;

    @Test
    void aPluginSaysWhatItIsWithoutBeingRun() throws IOException {
        Path jar = Jars.plugin(folder);

        PluginFile read = PluginFile.read(jar);

        assertThat(read.id()).isEqualTo("janitor");
        assertThat(read.title()).isEqualTo("Container janitor");
        assertThat(read.symbolicName()).isEqualTo("com.example.janitor");
        assertThat(read.version()).isEqualTo("1.2.0");
        assertThat(read.host()).isEqualTo("[1.0.0,2.0.0)");
        assertThat(read.permissions()).containsExactly("container.delete", "container.list");
        assertThat(read.size()).isEqualTo(Files.size(jar));
        assertThat(read.sha256()).isEqualTo(Keys.sha256(Files.readAllBytes(jar)));
    }

    private Refused refused(Path jar) {
        try {
            PluginFile read = PluginFile.read(jar);
            throw new AssertionError("It was read: " + read);
        } catch (Refused refused) {
            return refused;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/cron.d/x",
                "a/../../b",
                "/etc/passwd",
                "..",
                "a\\..\\b",
                "C:/x",
                "a\u0000b",
                "META-INF/../../x",
                "x/\u001b[2J"
            })
    void anEntryThatLeadsOutIsRefused(String name) throws IOException {
        Path jar = Jars.plugin(folder, Map.of(), zip -> Jars.put(zip, name, new byte[1]));

        assertThat(refused(jar)).hasMessageContaining("leads out of the file");
    }

    @Test
    void aBombIsRefusedWhileItUnpacks() throws IOException {
        Path jar = Jars.plugin(folder, Map.of(), zip -> zeros(zip, "zeros.bin", 200));

        assertThat(Files.size(jar)).isLessThan(1 << 20);
        assertThat(refused(jar)).hasMessageContaining("unpacks to far more");
    }

    @Test
    void aBombInManySmallPartsIsRefused() throws IOException {
        Path jar = Jars.plugin(folder, Map.of(), zip -> {
            for (int i = 0; i < 300; i++) {
                zeros(zip, "part" + i, 1);
            }
        });

        assertThat(refused(jar)).hasMessageContaining("unpacks to far more");
    }

    private static void zeros(ZipOutputStream zip, String name, int mebibytes) throws IOException {
        zip.putNextEntry(new java.util.zip.ZipEntry(name));
        byte[] zeros = new byte[1 << 20];
        for (int i = 0; i < mebibytes; i++) {
            zip.write(zeros);
        }
        zip.closeEntry();
    }

    @Test
    void aHundredThousandEntriesAreRefused() throws IOException {
        Path jar = Jars.plugin(folder, Map.of(), zip -> {
            for (int i = 0; i < 100_000; i++) {
                Jars.put(zip, "e" + i, new byte[0]);
            }
        });

        assertThat(refused(jar)).hasMessageContaining("100002 entries");
    }

    @Test
    void aLinkIsRefused() throws IOException {
        Path jar = Files.createTempFile(folder, "link", ".jar");
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(jar)) {
            ZipArchiveEntry link = new ZipArchiveEntry("passwd");
            link.setUnixMode(0120777);
            zip.putArchiveEntry(link);
            zip.write("/etc/passwd".getBytes());
            zip.closeArchiveEntry();
        }

        assertThat(refused(jar)).hasMessageContaining("is a link");
    }

    @Test
    void twoEntriesOfOneNameAreRefused() throws IOException {
        Path jar =
                Jars.plugin(folder, Map.of(), zip -> Jars.put(zip, "COM/example/janitor/Janitor.class", new byte[1]));

        assertThat(refused(jar)).hasMessageContaining("is there twice");
    }

    @Test
    void nativeCodeIsRefused() throws IOException {
        Path jar = Jars.plugin(folder, Map.of(), zip -> Jars.put(zip, "lib/x86/evil.so", new byte[1]));

        assertThat(refused(jar)).hasMessageContaining("native code");
    }

    @Test
    void aFileThatIsTooLargeOrNoJarIsRefused() throws IOException {
        Path large = folder.resolve("large.jar");
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(51L << 20);
        }
        assertThat(refused(large)).hasMessageContaining("51 MiB");
        assertThat(refused(Files.writeString(folder.resolve("text.jar"), "no jar at all")))
                .hasMessageContaining("no jar");
        assertThat(refused(Files.createFile(folder.resolve("empty.jar")))).hasMessageContaining("no jar");
    }

    @Test
    void eachFileCutShortIsRefusedAndNoneHangs() throws IOException {
        byte[] whole = Files.readAllBytes(Jars.plugin(folder));
        for (int percent = 0; percent < 100; percent += 3) {
            Path cut = folder.resolve("cut" + percent + ".jar");
            Files.write(cut, java.util.Arrays.copyOf(whole, whole.length * percent / 100));
            assertThatThrownBy(() -> PluginFile.read(cut)).isInstanceOf(Refused.class);
        }
    }

    static Stream<Arguments> manifests() {
        return Stream.of(
                Arguments.of("Fragment-Host", "io.openpanel.kernel", "Fragment-Host"),
                Arguments.of("Require-Bundle", "io.openpanel.kernel", "Require-Bundle"),
                Arguments.of("DynamicImport-Package", "*", "DynamicImport-Package"),
                Arguments.of("Bundle-NativeCode", "x.so;osname=linux", "Bundle-NativeCode"),
                Arguments.of("Export-Package", "io.openpanel.api;version=1.0", "not its own"),
                Arguments.of("Export-Package", "com.example.janitorial", "not its own"),
                Arguments.of("Bundle-ClassPath", "http://evil.example/x.jar", "class path"),
                Arguments.of("Bundle-ClassPath", ".,../../x.jar", "class path"),
                Arguments.of("Bundle-SymbolicName", "", "no Bundle-SymbolicName"),
                Arguments.of("Bundle-SymbolicName", "../x", "is none"),
                Arguments.of("Bundle-Version", "", "no Bundle-Version"),
                Arguments.of("Bundle-Version", "latest", "is no version"),
                Arguments.of("Import-Package", "org.slf4j", "does not import io.openpanel.api"),
                Arguments.of("Import-Package", "io.openpanel.api", "which versions"),
                Arguments.of("Provide-Capability", "", "no plugin"),
                Arguments.of("Provide-Capability", "openpanel.plugin;id=a1,openpanel.plugin;id=b2", "2 plugins"),
                Arguments.of("Provide-Capability", "openpanel.plugin;id=\"../x\"", "must be of lower-case"));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void aManifestThatReachesForWhatIsNotItsOwnIsRefused(String header, String value, String reason)
            throws IOException {
        assertThat(refused(Jars.plugin(folder, Map.of(header, value), zip -> {})))
                .hasMessageContaining(reason);
    }

    @Test
    void aJarWithoutAManifestIsNoPlugin() throws IOException {
        assertThat(refused(Jars.zip(folder, zip -> Jars.put(zip, "a", new byte[1]))))
                .hasMessageContaining("no manifest");
    }

    @ParameterizedTest
    @CsvSource({"com.example.janitor.util", "com.example.janitor"})
    void whatItExportsOfItsOwnIsItsBusiness(String exported) throws IOException {
        assertThat(PluginFile.read(Jars.plugin(folder, Map.of("Export-Package", exported), zip -> {}))
                        .id())
                .isEqualTo("janitor");
    }
}
