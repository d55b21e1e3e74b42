package io.openpanel.marketplace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Plugin files as authors make them, and as attackers do. */
final class Jars {
    static final Map<String, String> MANIFEST = Map.of(
            "Bundle-ManifestVersion",
            "2",
            "Bundle-SymbolicName",
            "com.example.janitor;singleton:=true",
            "Bundle-Version",
            "1.2.0",
            "Import-Package",
            "io.openpanel.api;version=\"[1.0,2)\",org.slf4j;version=\"[2.0,3)\"",
            "Provide-Capability",
            "openpanel.plugin;id=janitor;title=\"Container janitor\";uses:List<String>=\"container.list,container.delete\"");

    private Jars() {}

    interface Content {
        void write(ZipOutputStream zip) throws IOException;
    }

    /** A plugin with what the manifest says otherwise; an empty value leaves the header out. */
    static Path plugin(Path folder, Map<String, String> otherwise, Content more) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>(MANIFEST);
        headers.putAll(otherwise);
        StringBuilder manifest = new StringBuilder("Manifest-Version: 1.0\r\n");
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                manifest.append(folded(name + ": " + value));
            }
        });
        return zip(folder, zip -> {
            put(zip, "META-INF/MANIFEST.MF", manifest.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            put(zip, "com/example/janitor/Janitor.class", new byte[] {(byte) 0xca, (byte) 0xfe});
            more.write(zip);
        });
    }

    static Path plugin(Path folder) throws IOException {
        return plugin(folder, Map.of(), zip -> {});
    }

    static Path zip(Path folder, Content content) throws IOException {
        Path file = Files.createTempFile(folder, "plugin", ".jar");
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            content.write(zip);
        }
        return file;
    }

    static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static String folded(String line) {
        StringBuilder folded = new StringBuilder();
        for (int from = 0; from < line.length(); from += 69) {
            folded.append(from == 0 ? "" : " ")
                    .append(line, from, Math.min(line.length(), from + 69))
                    .append("\r\n");
        }
        return folded.toString();
    }
}
