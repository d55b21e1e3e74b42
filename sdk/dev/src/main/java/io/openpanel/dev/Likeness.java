package io.openpanel.dev;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/** Whether two jars are the same plugin: the same files and the same headers, but for who made them and when. */
final class Likeness {
    private static final Set<String> ASIDE =
            Set.of("Bnd-LastModified", "Build-Jdk-Spec", "Created-By", "Tool", "Originally-Created-By");

    private Likeness() {}

    /** The first thing that differs. */
    static Optional<String> difference(Path one, Path other) {
        try {
            return difference(content(one), content(other)).or(() -> headers(one, other));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static Optional<String> headers(Path one, Path other) {
        try {
            return difference(manifest(one), manifest(other));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static <V> Optional<String> difference(Map<String, V> one, Map<String, V> other) {
        Set<String> names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        return names.stream()
                .filter(name -> !one.containsKey(name) || !one.get(name).equals(other.get(name)))
                .findFirst();
    }

    private static Map<String, Long> content(Path file) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        try (JarFile jar = new JarFile(file.toFile())) {
            for (ZipEntry each : Collections.list(jar.entries())) {
                boolean aside = each.isDirectory()
                        || each.getName().equals(JarFile.MANIFEST_NAME)
                        || each.getName().startsWith("META-INF/maven/")
                        || each.getName().startsWith("OSGI-OPT/");
                if (!aside) {
                    sums.put(each.getName(), sum(jar, each));
                }
            }
        }
        return sums;
    }

    private static long sum(JarFile jar, ZipEntry entry) throws IOException {
        CRC32 sum = new CRC32();
        try (InputStream in = jar.getInputStream(entry)) {
            sum.update(in.readAllBytes());
        }
        return sum.getValue();
    }

    private static Map<String, String> manifest(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            return jar.getManifest().getMainAttributes().entrySet().stream()
                    .filter(each -> !ASIDE.contains(each.getKey().toString()))
                    .collect(Collectors.toMap(each -> each.getKey().toString(), each -> each.getValue()
                            .toString()));
        }
    }
}
