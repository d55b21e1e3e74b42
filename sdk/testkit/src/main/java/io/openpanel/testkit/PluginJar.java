package io.openpanel.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.osgi.framework.Constants;

/** Makes a plugin's jar out of sources, compiled on the spot: for tests that need many versions of one. */
public final class PluginJar {
    private final String id;
    private final String version;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    private final List<String> components = new ArrayList<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private List<String> uses = List.of();

    private PluginJar(String id, String version) {
        this.id = id;
        this.version = version;
    }

    public static PluginJar of(String id, String version) {
        return new PluginJar(id, version);
    }

    /** Actions of others that it calls. */
    public PluginJar uses(String... actions) {
        uses = List.of(actions);
        return this;
    }

    public PluginJar file(String path, String content) {
        files.put(path, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Sets a header of the manifest, or changes one. */
    public PluginJar header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    public PluginJar source(String className, String code) {
        sources.put(className, code);
        return this;
    }

    /**
     * A source that is a component.
     *
     * @param service what it is published as
     * @param constructor the interfaces of the services its constructor takes
     */
    public PluginJar component(String className, String code, String service, String... constructor) {
        return component(className, code, service, constructor.length, "", constructor);
    }

    /**
     * A source that is a component with settings: a map of them is the last parameter of its constructor and the one of its
     * method {@code modified}.
     *
     * @param attributes the {@code AD} elements of the metatype
     * @param constructor the interfaces of the services its constructor takes before the map
     */
    public PluginJar configured(
            String className, String code, String service, String attributes, String... constructor) {
        String metatype = "<m:MetaData xmlns:m=\"http://www.osgi.org/xmlns/metatype/v1.4.0\""
                + " localization=\"OSGI-INF/l10n/settings\"><OCD id=\"settings\" name=\"" + id + "\">" + attributes
                + "</OCD><Designate pid=\"" + className + "\"><Object ocdref=\"settings\"/></Designate></m:MetaData>";
        file("OSGI-INF/metatype/settings.xml", metatype);
        return component(
                className,
                code,
                service,
                constructor.length + 1,
                " modified=\"modified\" configuration-policy=\"require\"",
                constructor);
    }

    private PluginJar component(
            String className, String code, String service, int parameters, String more, String... constructor) {
        StringBuilder xml = new StringBuilder("<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.4.0\"")
                .append(more)
                .append(" name=\"")
                .append(className)
                .append("\" init=\"")
                .append(parameters)
                .append("\"><service><provide interface=\"")
                .append(service)
                .append("\"/></service>");
        for (int i = 0; i < constructor.length; i++) {
            xml.append("<reference name=\"r")
                    .append(i)
                    .append("\" interface=\"")
                    .append(constructor[i]);
            xml.append("\" parameter=\"").append(i).append("\"/>");
        }
        xml.append("<implementation class=\"").append(className).append("\"/></scr:component>");
        String path = "OSGI-INF/" + className + ".xml";
        components.add(path);
        return file(path, xml.toString()).source(className, code);
    }

    /** Writes the jar into a folder. */
    public Path write(Path folder) {
        compile();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest())) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                jar.putNextEntry(new JarEntry(file.getKey()));
                jar.write(file.getValue());
                jar.closeEntry();
            }
            jar.close();
            return Files.write(folder.resolve(id + '-' + version + ".jar"), bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        main.putValue(Constants.BUNDLE_SYMBOLICNAME, "test." + id);
        main.putValue(Constants.BUNDLE_VERSION, version);
        main.putValue(Constants.IMPORT_PACKAGE, "io.openpanel.api;version=\"[1.0,2)\"");
        main.putValue(
                Constants.PROVIDE_CAPABILITY,
                "openpanel.plugin;id=" + id + ";title=" + id + ";uses:List<String>=\"" + String.join(",", uses) + '"');
        if (!components.isEmpty()) {
            main.putValue("Service-Component", String.join(",", components));
        }
        headers.forEach(main::putValue);
        return manifest;
    }

    private void compile() {
        if (sources.isEmpty()) {
            return;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((name, code) -> units.add(new Source(name, code)));
        StringWriter said = new StringWriter();
        try (Classes classes = new Classes(compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8))) {
            List<String> options =
                    List.of("--release", "17", "-proc:none", "-classpath", System.getProperty("java.class.path"));
            if (!compiler.getTask(said, classes, null, options, null, units).call()) {
                throw new IllegalArgumentException(said.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String className, String code) {
            super(URI.create("source:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return code;
        }
    }

    private final class Classes extends ForwardingJavaFileManager<JavaFileManager> {
        Classes(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            String path = className.replace('.', '/') + kind.extension;
            return new SimpleJavaFileObject(URI.create("class:///" + path), kind) {
                @Override
                public ByteArrayOutputStream openOutputStream() {
                    return new ByteArrayOutputStream() {
                        @Override
                        public void close() {
                            files.put(path, toByteArray());
                        }
                    };
                }
            };
        }
    }
}
