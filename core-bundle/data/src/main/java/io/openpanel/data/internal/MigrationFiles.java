package io.openpanel.data.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.osgi.framework.Bundle;

/** The files {@code db/*.sql} of one bundle, read through the bundle and kept in memory. */
final class MigrationFiles implements ResourceProvider {
    private static final Pattern NAME = Pattern.compile("V[0-9._]+__.*");

    private final Map<String, byte[]> contents;

    private MigrationFiles(Map<String, byte[]> contents) {
        this.contents = contents;
    }

    static MigrationFiles of(Bundle bundle) {
        Map<String, byte[]> contents = new TreeMap<>();
        Enumeration<URL> entries = bundle.findEntries("db", "*.sql", false);
        for (URL entry : entries == null ? Collections.<URL>emptyList() : Collections.list(entries)) {
            String path = entry.getPath();
            contents.put(path.substring(path.lastIndexOf('/') + 1), read(entry));
        }
        return new MigrationFiles(contents);
    }

    String digest() {
        return Digests.of(contents);
    }

    boolean isEmpty() {
        return contents.isEmpty();
    }

    /** The name of the file with the highest version. */
    String last() {
        return contents.keySet().stream()
                .filter(NAME.asMatchPredicate())
                .max(Comparator.comparing(name -> MigrationVersion.fromVersion(name.substring(1, name.indexOf("__")))))
                .orElse("");
    }

    @Override
    public LoadableResource getResource(String name) {
        byte[] content = contents.get(name);
        return content == null ? null : new File(name, content);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return contents.keySet().stream()
                .filter(name ->
                        name.startsWith(prefix) && Arrays.stream(suffixes).anyMatch(name::endsWith))
                .map(this::getResource)
                .toList();
    }

    private static byte[] read(URL entry) {
        try (InputStream content = entry.openStream()) {
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("The migration " + entry.getPath() + " could not be read", e);
        }
    }

    private static final class File extends LoadableResource {
        private final String name;
        private final byte[] content;

        File(String name, byte[] content) {
            this.name = name;
            this.content = content;
        }

        @Override
        public Reader read() {
            return new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.UTF_8);
        }

        @Override
        public String getAbsolutePath() {
            return "db/" + name;
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return "db/" + name;
        }

        @Override
        public String getFilename() {
            return name;
        }

        @Override
        public String getRelativePath() {
            return name;
        }
    }
}
