package io.openpanel.docker.internal.sandbox;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import io.openpanel.docker.internal.engine.Origin;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An image with a Java and the libraries it needs, and nothing else: no shell, no tool, no file of anybody. */
final class JavaImage {
    private static final Logger LOG = LoggerFactory.getLogger(JavaImage.class);
    private static final String NAME = "openpanel/isolated";
    private static final String FORM = "2";
    private static final int PROGRAM = 0755;
    private static final int OPEN_FOLDER = 041777;

    private final DockerEngine engine;
    private final JavaRuntime runtime = new JavaRuntime(Path.of(System.getProperty("java.home")));
    private final String tag = digest(FORM + ' ' + runtime.version());

    JavaImage(DockerEngine engine) {
        this.engine = engine;
    }

    /** {@code openpanel/isolated:…}, by a digest of what it is made of. */
    String name() {
        return NAME + ':' + tag;
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes it where the engine does not have it. */
    synchronized void ensure() {
        boolean there = engine.call("look for the image " + name(), client -> {
            try {
                client.inspectImageCmd(name()).exec();
                return true;
            } catch (NotFoundException e) {
                return false;
            }
        });
        if (there) {
            return;
        }
        Path folder = null;
        try {
            folder = Files.createTempDirectory("isolated");
            Path archive = folder.resolve("image.tar");
            pack(runtime.cutDown(folder), archive);
            LOG.info("Making the image {} for isolated plugins, {} MB", name(), Files.size(archive) / 1_000_000);
            send(archive);
        } catch (IOException e) {
            throw new UncheckedIOException("The image for isolated plugins cannot be packed", e);
        } finally {
            delete(folder);
        }
    }

    private static void pack(Path java, Path archive) throws IOException {
        List<Path> files = JavaRuntime.files(java);
        Map<String, Path> libraries = SystemLibraries.neededBy(files.stream()
                .filter(each -> each.endsWith("bin/java") || each.toString().endsWith(".so"))
                .toList());
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(
                new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (String folder : List.of("tmp/", "panel/")) {
                TarArchiveEntry entry = new TarArchiveEntry(folder);
                // What is mounted there later gets the mode of what it covers.
                entry.setMode(OPEN_FOLDER);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            for (Path file : files) {
                add(tar, "java/" + java.relativize(file), file);
            }
            for (Map.Entry<String, Path> library : libraries.entrySet()) {
                add(tar, library.getKey().substring(1), library.getValue());
            }
            tar.finish();
        }
    }

    private static void add(TarArchiveOutputStream tar, String name, Path file) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(Files.size(file));
        entry.setMode(TarArchiveEntry.DEFAULT_FILE_MODE | PROGRAM);
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        Files.copy(file, tar);
        tar.closeArchiveEntry();
    }

    private void send(Path archive) throws IOException {
        String what = "make the image " + name();
        String label = "LABEL " + Origin.LABEL + '=' + new Origin(Optional.empty(), Optional.empty()).text();
        String path = "/images/create?fromSrc=-&repo=" + NAME + "&tag=" + tag + "&changes="
                + URLEncoder.encode(label, StandardCharsets.UTF_8);
        Exchange exchange = engine.stream();
        try (exchange;
                InputStream tar = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                Response response = engine.send(
                        what,
                        exchange,
                        request -> request.body(tar).putHeader("Content-Type", "application/x-tar"),
                        Request.Method.POST,
                        path)) {
            String said = new String(response.getBody().readAllBytes(), StandardCharsets.UTF_8);
            if (said.contains("\"error\"")) {
                throw new Problem(Problem.Kind.UPSTREAM, "The engine could not " + what + ": " + said.strip());
            }
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            LOG.warn("Cannot remove {}: {}", folder, e.getMessage());
        }
    }
}
