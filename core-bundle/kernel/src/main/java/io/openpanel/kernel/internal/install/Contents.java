package io.openpanel.kernel.internal.install;

import io.openpanel.kernel.internal.catalogue.Roles;
import io.openpanel.kernel.internal.plugin.PluginOf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What lies in a plugin's jar, which was checked before.
 *
 * @param actions those its roles are given
 * @param migrations their file names
 * @param code whether classes of it would run
 */
record Contents(Set<String> actions, Set<String> migrations, boolean code) {
    static final Contents NONE = new Contents(Set.of(), Set.of(), false);

    static Contents of(Path jar) {
        try (InputStream in = Files.newInputStream(jar)) {
            return of(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Contents of(InputStream jar) {
        Set<String> actions = new TreeSet<>();
        Set<String> migrations = new TreeSet<>();
        boolean code = false;
        try (ZipInputStream zip = new ZipInputStream(jar)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (name.equals(Roles.FILE)) {
                    actions.addAll(Roles.read(zip).keySet());
                } else if (name.equals(JarFile.MANIFEST_NAME)) {
                    code = PluginOf.hasCode(new Manifest(zip).getMainAttributes()::getValue);
                } else if (name.startsWith("db/") && name.endsWith(".sql")) {
                    migrations.add(name.substring("db/".length()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Contents(actions, migrations, code);
    }

    /** What is in the first and not in the second, in order. */
    static List<String> more(Iterable<String> in, Iterable<String> than) {
        Set<String> more = new TreeSet<>();
        in.forEach(more::add);
        than.forEach(more::remove);
        return List.copyOf(more);
    }
}
