package io.openpanel.data.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;

/** A bundle that has nothing but migrations. */
final class FakeBundle {
    private FakeBundle() {}

    /** @param migrations file name → SQL */
    static Bundle with(Map<String, String> migrations) {
        try {
            Path folder = Files.createTempDirectory(Path.of("target"), "bundle");
            for (Map.Entry<String, String> file : migrations.entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }
            return of(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Bundle of(Path folder) {
        return (Bundle) Proxy.newProxyInstance(
                FakeBundle.class.getClassLoader(), new Class<?>[] {Bundle.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("findEntries") && arguments[0].equals("db")) {
                        return entries(folder);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Enumeration<URL> entries(Path folder) throws IOException {
        List<URL> urls = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                urls.add(url(file));
            }
        }
        return urls.isEmpty() ? null : Collections.enumeration(urls);
    }

    private static URL url(Path file) throws MalformedURLException {
        return file.toUri().toURL();
    }
}
