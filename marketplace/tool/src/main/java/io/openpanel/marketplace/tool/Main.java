package io.openpanel.marketplace.tool;

import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Keys;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.marketplace.Quality;
import io.openpanel.marketplace.Refused;
import io.openpanel.marketplace.Root;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code openpanel-marketplace}: keys, root, releases, revocations, proof. */
@Command(
        name = "openpanel-marketplace",
        description =
                "Publishes plugins and keeps a marketplace: a folder of static files that any web server can host.",
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private static final String KEY_HELP = "File made by keygen";

    private final InstantSource clock;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Says what there is to say")
    private boolean help;

    @Option(
            names = "--folder",
            scope = CommandLine.ScopeType.INHERIT,
            defaultValue = ".",
            description = "The marketplace: root.json, index.json, the plugins' jars. Default: here")
    private Path folder;

    Main(InstantSource clock) {
        this.clock = clock;
    }

    public static void main(String[] arguments) {
        System.exit(commandLine(InstantSource.system()).execute(arguments));
    }

    /** Exit code 0: done; 1: refused, with the reason; 2: not understood. */
    static CommandLine commandLine(InstantSource clock) {
        Main main = new Main(clock);
        CommandLine line = new CommandLine(main);
        line.addSubcommand("keygen", main.new KeyGen());
        line.addSubcommand("root", main.new MakeRoot());
        line.addSubcommand("sign", main.new Sign());
        line.addSubcommand("publish", main.new Publish());
        line.addSubcommand("revoke", main.new Revoke());
        line.addSubcommand("renew", main.new Renew());
        line.addSubcommand("inspect", main.new Inspect());
        line.addSubcommand("verify", main.new Verify());
        line.setExecutionExceptionHandler((problem, command, result) -> {
            if (problem instanceof Refused) {
                command.getErr().println(problem.getMessage());
            } else if (problem instanceof NoSuchFileException missing) {
                command.getErr().println("There is no file " + missing.getMessage());
            } else if (problem instanceof IOException) {
                command.getErr().println("It could not be read or written: " + problem.getMessage());
            } else {
                throw problem;
            }
            return 1;
        });
        return line;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private Folder marketplace() {
        return new Folder(folder, clock);
    }

    private void say(Quality quality) {
        out().println("quality      " + quality.level().map(Quality.Level::word).orElse("none"));
        if (quality.level().isEmpty() || quality.level().get() == Quality.Level.BRONZE) {
            out().println("For " + (quality.level().isEmpty() ? "bronze" : "silver") + " it lacks:");
            quality.missing().forEach(each -> out().println("  " + each));
        }
        if (quality.level().equals(Optional.of(Quality.Level.SILVER))) {
            out().println("For gold, publish it with --source: it is built once more from its signed commit");
        }
    }

    private static KeyPair key(Path file) throws IOException {
        return Keys.pair(Files.readString(file));
    }

    @Command(name = "keygen", description = "Makes a key pair; the file is for its owner's eyes only.")
    private final class KeyGen implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "Where to; must not exist")
        private Path file;

        @Override
        public Integer call() throws IOException {
            KeyPair pair = Keys.generate();
            Folder.writeSecret(file, Keys.pem(pair));
            out().println("id      " + Keys.id(pair.getPublic()));
            out().println("public  " + Keys.text(pair.getPublic()));
            return 0;
        }
    }

    @Command(
            name = "root",
            description = "Makes root.json, or its next version: who may sign. Others add their signature with sign.")
    private final class MakeRoot implements Callable<Integer> {
        @Option(names = "--name", description = "The marketplace's name; kept where there is a root")
        private Optional<String> name;

        @Option(names = "--root-key", required = true, description = "Public keys that sign roots (public of keygen)")
        private List<String> rootKeys;

        @Option(
                names = "--threshold",
                defaultValue = "2",
                description = "How many of them must sign: 2, which is the default, or more")
        private int threshold;

        @Option(names = "--index-key", required = true, description = "Public keys that sign the index; one is enough")
        private List<String> indexKeys;

        @Option(names = "--expires-in", defaultValue = "P365D", description = "Default P365D")
        private Duration expiresIn;

        @Override
        public Integer call() throws IOException {
            Map<String, String> keys = new TreeMap<>();
            Optional<Root> former = marketplace().findRoot();
            Root root = new Root(
                    name.or(() -> former.map(Root::name))
                            .orElseThrow(() -> new Refused("Give the marketplace a name: --name")),
                    former.map(each -> each.version() + 1).orElse(1),
                    clock.instant().plus(expiresIn),
                    keys(keys, rootKeys, indexKeys),
                    new Root.Role(threshold, ids(rootKeys)),
                    new Root.Role(1, ids(indexKeys)));
            Path file = marketplace().writePending(root);
            out().println("Version " + root.version() + " of the root of " + root.name() + " lies in " + file);
            out().println("Sign it with " + threshold + " of its keys"
                    + (former.isPresent() ? " and as many of the former ones" : "") + ": sign --key FILE");
            out().println("fingerprint " + root.fingerprint());
            return 0;
        }

        private static Map<String, String> keys(Map<String, String> all, List<String> root, List<String> index) {
            List<String> texts = new ArrayList<>(root);
            texts.addAll(index);
            for (String text : texts) {
                PublicKey key = Keys.publicKey(text);
                all.put(Keys.id(key), Keys.text(key));
            }
            return all;
        }

        private static List<String> ids(List<String> texts) {
            return texts.stream().map(text -> Keys.id(Keys.publicKey(text))).toList();
        }
    }

    @Command(name = "sign", description = "Signs the root that waits; with enough signatures it takes its place.")
    private final class Sign implements Callable<Integer> {
        @Option(names = "--key", required = true, description = KEY_HELP)
        private Path key;

        @Override
        public Integer call() throws IOException {
            out().println(marketplace().signPending(key(key)));
            return 0;
        }
    }

    @Command(name = "publish", description = "Signs a plugin's jar as its publisher and adds it to the index.")
    private final class Publish implements Callable<Integer> {
        @Parameters(paramLabel = "JAR")
        private Path jar;

        @Option(names = "--publisher", required = true, description = "The publisher's name in the index")
        private String publisher;

        @Option(names = "--publisher-key", required = true, description = KEY_HELP)
        private Path publisherKey;

        @Option(names = "--index-key", required = true, description = KEY_HELP)
        private Path indexKey;

        @Option(names = "--summary", description = "A line about the plugin; kept where it has one")
        private Optional<String> summary;

        @Option(names = "--category", description = "Where people look for it; kept where it has some")
        private List<String> categories;

        @Option(
                names = "--source",
                description =
                        "A clone of its sources: builds the signed commit there once more, with the tests; for gold")
        private Optional<Path> sources;

        @Override
        public Integer call() throws IOException {
            PluginFile file = PluginFile.read(jar);
            Optional<Index.Source> source = sources.map(each -> new Rebuild(each, clock).of(file));
            Quality quality = Quality.of(jar).rebuilt(source.isPresent());
            long version = marketplace()
                    .publish(
                            jar,
                            file,
                            publisher,
                            key(publisherKey),
                            key(indexKey),
                            summary,
                            Optional.ofNullable(categories),
                            quality,
                            source);
            out().println(file.title() + ' ' + file.version() + " is in version " + version + " of the index");
            say(quality);
            return 0;
        }
    }

    @Command(name = "revoke", description = "Takes a release back; panels that run it stop it.")
    private final class Revoke implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "PLUGIN")
        private String plugin;

        @Parameters(index = "1", paramLabel = "VERSION", arity = "0..1", description = "All of them where not given")
        private Optional<String> version;

        @Option(names = "--reason", required = true, description = "What its users read")
        private String reason;

        @Option(names = "--index-key", required = true, description = KEY_HELP)
        private Path indexKey;

        @Override
        public Integer call() throws IOException {
            long index = marketplace().revoke(plugin, version, reason, key(indexKey));
            out().println(plugin + version.map(each -> ' ' + each).orElse("") + " is revoked in version " + index
                    + " of the index");
            return 0;
        }
    }

    @Command(name = "renew", description = "Signs the index again, so that it does not expire.")
    private final class Renew implements Callable<Integer> {
        @Option(names = "--index-key", required = true, description = KEY_HELP)
        private Path indexKey;

        @Override
        public Integer call() throws IOException {
            out().println("Version " + marketplace().renew(key(indexKey)) + " of the index");
            return 0;
        }
    }

    @Command(
            name = "inspect",
            description = "Says what a plugin's jar is and asks for, and whether a panel would take it.")
    private final class Inspect implements Callable<Integer> {
        @Parameters(paramLabel = "JAR")
        private Path jar;

        @Override
        public Integer call() {
            PluginFile file = PluginFile.read(jar);
            out().println("plugin       " + file.id() + " (" + file.title() + ')');
            out().println("version      " + file.version());
            out().println("host         " + file.host());
            out().println("permissions  " + String.join(", ", file.permissions()));
            out().println("sha256       " + file.sha256());
            out().println("size         " + file.size());
            say(Quality.of(jar));
            return 0;
        }
    }

    @Command(name = "verify", description = "Checks everything a panel would check, from the root to each file.")
    private final class Verify implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            out().println(marketplace().verify());
            return 0;
        }
    }
}
