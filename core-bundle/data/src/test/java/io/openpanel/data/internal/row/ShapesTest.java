package io.openpanel.data.internal.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShapesTest {
    public record Inner(String name) {}

    public record Row(String id, Optional<Inner> inner, List<Inner> several) {}

    @Test
    void theClassesOfAPluginGoWithThePlugin() throws Exception {
        try (Shapes shapes = new Shapes()) {
            WeakReference<ClassLoader> plugin = use(shapes);

            for (int i = 0; i < 50 && plugin.get() != null; i++) {
                System.gc();
                Thread.sleep(20);
            }

            assertThat(plugin.get()).isNull();
        }
    }

    @Test
    void aShapeIsMadeOnce() {
        try (Shapes shapes = new Shapes()) {
            assertThat(shapes.of(Row.class)).isSameAs(shapes.of(Row.class));
        }
    }

    private static WeakReference<ClassLoader> use(Shapes shapes) throws Exception {
        ClassLoader plugin = new PluginClasses();
        Class<?> row = plugin.loadClass(Row.class.getName());
        assertThat(row).isNotEqualTo(Row.class);
        RecordShape shape = shapes.of(row);
        Object made = JsonText.read(
                "{\"id\": \"a\", \"inner\": {\"name\": \"n\"}, \"several\": [{\"name\": \"m\"}]}",
                new Codecs(shapes).of(row),
                null);
        assertThat(shape.value(made, 0)).isEqualTo("a");
        assertThat(new JsonText(shapes, null).write(made)).contains("\"name\":\"m\"");
        return new WeakReference<>(plugin);
    }

    /** Loads the records of this test once more, as a bundle would. */
    private static final class PluginClasses extends ClassLoader {
        PluginClasses() {
            super(ShapesTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(ShapesTest.class.getName() + "$")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
