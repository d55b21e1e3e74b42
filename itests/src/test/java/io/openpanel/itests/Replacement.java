package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** A class of the kernel as a test wants it, and the agent that puts it in the place of the kernel's own. */
final class Replacement implements AutoCloseable {
    private static final Path KERNEL = Panel.ROOT.resolve("core-bundle/kernel/target/classes");

    private final Path folder;
    private final String name;

    /**
     * @param name {@code io/openpanel/kernel/internal/Name}
     * @param source with what it knows the folder by, {@link ReplacingAgent#FOLDER}, in it
     */
    Replacement(String name, String source) {
        this.name = name;
        try {
            folder = Files.createTempDirectory("openpanel-replacement");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path file = Files.writeString(folder.resolve(name.substring(name.lastIndexOf('/') + 1) + ".java"), source);
            int result = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-cp", KERNEL.toString(), "-d", folder.toString(), file.toString());
            if (result != 0) {
                throw new AssertionError(file + " does not compile");
            }
            writeAgent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeAgent() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", ReplacingAgent.class.getName());
        try (OutputStream file = Files.newOutputStream(agent());
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            add(jar, name, Files.newInputStream(folder.resolve(name + ".class")));
            for (String each : List.of("ReplacingAgent", "ReplacingAgent$1")) {
                add(jar, "io/openpanel/itests/" + each, Replacement.class.getResourceAsStream(each + ".class"));
            }
        }
    }

    private static void add(JarOutputStream jar, String name, InputStream bytes) throws IOException {
        try (bytes) {
            jar.putNextEntry(new ZipEntry(name + ".class"));
            bytes.transferTo(jar);
        }
    }

    private Path agent() {
        return folder.resolve("agent.jar");
    }

    /** What test and replacement share. */
    Path folder() {
        return folder;
    }

    /** What the panel is to be started with. */
    Map<String, String> environment() {
        return Map.of("OPENPANEL_JAVA_OPTS", "-javaagent:" + agent() + '=' + name + '@' + folder);
    }

    @Override
    public void close() {
        Panel.run(List.of("rm", "-rf", "--one-file-system", folder.toString()), Map.of(), null);
    }
}
