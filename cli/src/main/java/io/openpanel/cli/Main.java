package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code openpanel-cli}: signs in, asks the panel for its catalogue, and runs what was typed. */
public final class Main {
    private static final Pattern QUOTED_NAME = Pattern.compile("'([^']+)'\\s*$");

    private final Map<String, String> environment;
    private final PrintWriter out;
    private final PrintWriter err;

    Main(Map<String, String> environment, PrintWriter out, PrintWriter err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(new Main(System.getenv(), out, err).run(arguments));
    }

    /** Runs a command line. Returns the exit code; the help lists what each means. */
    int run(String... arguments) {
        try {
            return dispatch(arguments);
        } catch (Failure failure) {
            err.println(failure.getMessage());
            return failure.exitCode();
        } catch (CommandLine.ParameterException e) {
            err.println(said(e));
            if (path(e.getCommandLine()).isEmpty()) {
                CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
            }
            err.println("Help: openpanel-cli " + path(e.getCommandLine()) + "--help");
            return Failure.USAGE;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** A word that is no command is answered with those there are, of which a likeness rarely finds the one that was meant. */
    private static String said(CommandLine.ParameterException e) {
        CommandLine command = e.getCommandLine();
        if (!(e instanceof CommandLine.UnmatchedArgumentException unmatched)
                || unmatched.isUnknownOption()
                || command.getSubcommands().isEmpty()) {
            return e.getMessage() + "\n"
                    + command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                            .lines()
                            .findFirst()
                            .orElse("");
        }
        String word = unmatched.getUnmatched().get(0);
        String noun = path(command).strip();
        return noun.isEmpty()
                ? "There is no command '" + word + "'"
                : "There is no command '" + noun + ' ' + word + "'; '" + noun + "' has "
                        + String.join(
                                ", ", new TreeSet<>(command.getSubcommands().keySet()));
    }

    private static String path(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        int space = name.indexOf(' ');
        return space < 0 ? "" : name.substring(space + 1) + ' ';
    }

    private int dispatch(String... arguments) {
        Session session = new Session(environment);
        CommandLine root = root();
        boolean alone =
                arguments.length > 0 && List.of("login", "logout", "--version").contains(first(arguments));
        if (alone) {
            return own(root, session, root.parseArgs(arguments));
        }
        Global global = Global.of(arguments);
        if (global.wantsHelpOnly()) {
            // The list of commands comes from the panel; without one, there is still this much to say.
            return help(root, session, global);
        }
        Panel panel = panel(session, global);
        Commands commands = commands(panel, global);
        commands.addTo(root);
        if (global.rest().equals(List.of("completion"))) {
            out.println(AutoComplete.bash("openpanel-cli", root));
            return 0;
        }
        ParseResult parsed = root.parseArgs(global.rest().toArray(String[]::new));
        if (CommandLine.printHelpIfRequested(parsed)) {
            return 0;
        }
        return commands.run(parsed, root);
    }

    private int help(CommandLine root, Session session, Global global) {
        try {
            commands(panel(session, global), global).addTo(root);
        } catch (Failure failure) {
            err.println(failure.getMessage());
        }
        root.usage(out);
        return 0;
    }

    private Commands commands(Panel panel, Global global) {
        JsonNode catalogue = panel.catalogue();
        Commands[] self = new Commands[1];
        self[0] = new Commands(
                catalogue, (operation, input, parsed) -> execute(panel, self[0], operation, input, parsed, global));
        return self[0];
    }

    private static String first(String... arguments) {
        return arguments[0];
    }

    private Panel panel(Session session, Global global) {
        if (global.local()) {
            Path home = Path.of(environment.getOrDefault(
                    "OPENPANEL_HOME",
                    Files.isDirectory(Path.of("/var/lib/openpanel"))
                            ? "/var/lib/openpanel"
                            : environment.getOrDefault("HOME", ".") + "/.openpanel"));
            return new LocalPanel(home.resolve("run").resolve("panel.sock"), global.team());
        }
        return new HttpPanel(session, global.team());
    }

    private CommandLine root() {
        CommandSpec spec = CommandSpec.create()
                .name("openpanel-cli")
                .mixinStandardHelpOptions(true)
                .version(version());
        spec.usageMessage()
                .description("Everything the panel can do, typed.", "")
                .footer(
                        "",
                        "Exit codes: 0 done, 1 failed or not as it should be, 2 wrong input,",
                        "3 not signed in, 4 not allowed, 5 not there, 6 in conflict,",
                        "7 the panel or something behind it does not answer.",
                        "OPENPANEL_URL, OPENPANEL_TOKEN (an API key) and OPENPANEL_TEAM",
                        "stand in for a log-in.");
        spec.addOption(OptionSpec.builder("--team")
                .type(String.class)
                .paramLabel("team")
                .description("Work in this team")
                .build());
        spec.addOption(OptionSpec.builder("--local")
                .type(boolean.class)
                .description("As the owner of this machine, without a log-in")
                .build());
        CommandLine root = new CommandLine(spec);
        root.setOut(out);
        root.setErr(err);
        CommandSpec login = CommandSpec.create().name("login").addOption(Commands.helpOption());
        login.usageMessage().description("Signs in; with --email the password is read from standard input.");
        login.addPositional(PositionalParamSpec.builder()
                .index("0")
                .paramLabel("URL")
                .type(String.class)
                .arity("0..1")
                .build());
        login.addOption(OptionSpec.builder("--email")
                .type(String.class)
                .paramLabel("EMAIL")
                .build());
        login.addOption(OptionSpec.builder("--code")
                .type(String.class)
                .paramLabel("CODE")
                .description(
                        "Of your authenticator app or for recovery, where you have a second factor; else it is asked for")
                .build());
        login.addOption(OptionSpec.builder("--ca")
                .type(String.class)
                .paramLabel("FILE")
                .description("Trust this certificate authority (keys/ca/ca.crt of the panel's home)")
                .build());
        root.addSubcommand("login", login);
        CommandSpec logout = CommandSpec.create().name("logout").addOption(Commands.helpOption());
        logout.usageMessage().description("Signs out.");
        root.addSubcommand("logout", logout);
        CommandSpec completion = CommandSpec.create().name("completion").addOption(Commands.helpOption());
        completion.usageMessage().description("Prints a completion script: source <(openpanel-cli completion)");
        root.addSubcommand("completion", completion);
        return root;
    }

    private static String version() {
        return "openpanel-cli "
                + Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                        .orElse("0.1.0");
    }

    private int own(CommandLine root, Session session, ParseResult parsed) {
        if (CommandLine.printHelpIfRequested(parsed)) {
            return 0;
        }
        ParseResult command = parsed.subcommand();
        if (command.commandSpec().name().equals("logout")) {
            return logOut(session);
        }
        String typed = command.matchedPositionalValue(0, session.url());
        String url = typed.endsWith("/") ? typed.substring(0, typed.length() - 1) : typed;
        Optional<String> ca = Optional.ofNullable(command.matchedOptionValue("--ca", null));
        String email = command.matchedOptionValue("--email", null);
        if (email == null) {
            email = Prompt.line("E-mail");
        }
        String password = Prompt.secret("Password");
        Optional<String> code = Optional.ofNullable(command.matchedOptionValue("--code", null));
        new HttpPanel(new Session(with("OPENPANEL_CA", ca)), Optional.empty())
                .logIn(url, ca, email, password, () -> code.orElseGet(() -> Prompt.line("Code")));
        out.println("Signed in to " + url + " as " + email + '.');
        return 0;
    }

    private Map<String, String> with(String name, Optional<String> value) {
        Map<String, String> changed = new java.util.HashMap<>(environment);
        value.ifPresent(each -> changed.put(name, each));
        return changed;
    }

    private int logOut(Session session) {
        try {
            Panel panel = new HttpPanel(session, Optional.empty());
            JsonNode operation = new Commands(panel.catalogue(), (any, input, parsed) -> 0)
                    .operations()
                    .get("session.delete");
            if (operation != null) {
                panel.call(operation, Json.object());
            }
        } catch (Failure failure) {
            // The tokens of this machine are dropped all the same.
            err.println("The panel could not be told: " + failure.getMessage());
        }
        session.signedOut();
        out.println("Signed out.");
        return 0;
    }

    private int execute(
            Panel panel, Commands commands, JsonNode operation, ObjectNode input, ParseResult parsed, Global global) {
        boolean json = parsed.hasMatchedOption("--json");
        Printer printer = new Printer(out, json);
        Verdict verdict = Verdict.of(operation);
        if (operation.path("form").asText().equals("stream")) {
            panel.stream(operation, input, printer::item);
            return 0;
        }
        if (operation.path("form").asText().equals("file")) {
            // As it is: whoever redirects it gets every byte.
            panel.file(operation, input, System.out);
            return 0;
        }
        if (operation.path("form").asText().equals("duplex")) {
            boolean window = Prompt.isInteractive();
            JsonNode properties = operation.path("input").path("properties");
            if (properties.has("tty") && !input.has("tty")) {
                input.put("tty", window);
            }
            return panel.terminal(operation, input, new Terminal(System.in, System.out, System.err, window));
        }
        JsonNode answer = confirmed(panel, commands, operation, input, parsed);
        if (!operation.path("job").asBoolean()) {
            printer.print(answer);
            openIfAsked(operation, answer, json);
            return verdict.exitCode(answer);
        }
        String job = answer.get("job").asText();
        // Whoever asks for a verdict goes by the exit code, and there is none before the job has ended.
        if (parsed.hasMatchedOption("--wait") || verdict.isGiven()) {
            return new JobWatch(panel, commands.operations(), out, err, json).follow(job, verdict);
        }
        if (json) {
            printer.print(answer);
        } else {
            printer.say("Started " + job + ". Its log: openpanel-cli job log " + job);
        }
        return 0;
    }

    /** Where the panel wants to know again who it is, asks for the password. */
    private static JsonNode proved(Panel panel, Commands commands, JsonNode operation, ObjectNode input) {
        try {
            return panel.call(operation, input);
        } catch (Failure failure) {
            JsonNode prove = commands.operations().get("session.prove");
            if (!failure.kind().equals("unproven") || prove == null || !Prompt.isInteractive()) {
                throw failure;
            }
            panel.call(prove, Json.object().put("password", Prompt.secret("Your password, once more")));
            return panel.call(operation, input);
        }
    }

    private JsonNode confirmed(
            Panel panel, Commands commands, JsonNode operation, ObjectNode input, ParseResult parsed) {
        try {
            return proved(panel, commands, operation, input);
        } catch (Failure failure) {
            Matcher name = QUOTED_NAME.matcher(failure.getMessage());
            if (failure.status() != 428 || !name.find()) {
                throw failure;
            }
            boolean yes = parsed.hasMatchedOption("--yes");
            if (!yes && !Prompt.isInteractive()) {
                throw new Failure(failure.exitCode(), failure.getMessage() + ", or say --yes");
            }
            String typed = yes
                    ? name.group(1)
                    : Prompt.line(operation.get("summary").asText() + ". This cannot be undone. Type " + name.group(1)
                            + " to go on");
            if (!name.group(1).equals(typed)) {
                throw new Failure(Failure.USAGE, "Nothing was done: the name was another");
            }
            return proved(panel, commands, operation, input.put("confirm", typed));
        }
    }

    private void openIfAsked(JsonNode operation, JsonNode answer, boolean json) {
        boolean opens = operation.get("id").asText().endsWith(".open") && answer.hasNonNull("address");
        Path opener = Path.of("/usr/bin/xdg-open");
        if (opens && !json && Prompt.isInteractive() && Files.isExecutable(opener)) {
            try {
                new ProcessBuilder(opener.toString(), answer.get("address").asText()).start();
            } catch (IOException e) {
                err.println("Cannot open the browser: " + e.getMessage());
            }
        }
    }

    /** The options that stand before the command, or anywhere in it. */
    record Global(boolean local, Optional<String> team, List<String> rest) {
        static Global of(String... arguments) {
            List<String> rest = new ArrayList<>();
            boolean local = false;
            Optional<String> team = Optional.empty();
            int own = List.of(arguments).indexOf("--");
            int end = own < 0 ? arguments.length : own;
            for (int i = 0; i < end; i++) {
                if (arguments[i].equals("--local")) {
                    local = true;
                } else if (arguments[i].equals("--team") && i + 1 < end) {
                    team = Optional.of(arguments[++i]);
                } else {
                    rest.add(arguments[i]);
                }
            }
            rest.addAll(List.of(arguments).subList(end, arguments.length));
            return new Global(local, team, rest);
        }

        boolean wantsHelpOnly() {
            return rest.isEmpty()
                    || rest.equals(List.of("--help"))
                    || rest.equals(List.of("-h"))
                    || rest.equals(List.of("help"));
        }
    }
}
