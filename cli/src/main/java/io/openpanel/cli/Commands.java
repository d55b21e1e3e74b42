package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** Makes a command of each action: {@code noun verb}, and the alias the action declares. */
final class Commands {
    private static final Pattern BRACES = Pattern.compile("\\{(\\w+)}");
    private static final Map<String, String> SHORT = Map.of("follow", "-f", "tail", "-n", "name", "", "port", "-p");

    private static final String PROGRAM = "command";

    private final Runner runner;
    private final Map<String, JsonNode> operations = new LinkedHashMap<>();
    private final Map<CommandSpec, ToIntFunction<ParseResult>> runners = new IdentityHashMap<>();

    /** Runs a parsed command. */
    interface Runner {
        int run(JsonNode operation, ObjectNode input, ParseResult parsed);
    }

    Commands(JsonNode catalogue, Runner runner) {
        this.runner = runner;
        catalogue
                .withArray("/items")
                .forEach(each -> operations.put(each.get("id").asText(), each));
    }

    Map<String, JsonNode> operations() {
        return operations;
    }

    /** Adds all commands below the root; a plugin's title is not known here, so each noun explains itself. */
    void addTo(CommandLine root) {
        addAll(root);
        root.setOut(root.getOut());
        root.setErr(root.getErr());
    }

    private void addAll(CommandLine root) {
        // What is typed every day is listed before the long row of nouns.
        for (JsonNode operation : operations.values()) {
            if (words(operation).matches("[a-z-]+")) {
                add(
                        root,
                        List.of(words(operation)),
                        operation,
                        braces(operation.path("cli").asText()));
            }
        }
        for (JsonNode operation : operations.values()) {
            String id = operation.get("id").asText();
            int dot = id.indexOf('.');
            String noun = id.substring(0, dot);
            String verb = id.substring(dot + 1);
            String words = words(operation);
            if (!words.equals(noun + ' ' + verb)) {
                add(root, List.of(noun, verb), operation, firstRef(operation));
            }
            if (words.contains(" ")) {
                add(
                        root,
                        List.of(words.split(" ")),
                        operation,
                        braces(operation.path("cli").asText()));
            }
        }
    }

    /** The alias without what it takes. */
    private static String words(JsonNode operation) {
        return operation.path("cli").asText("").replaceAll("\\s*\\{.*", "").strip();
    }

    private static List<String> braces(String alias) {
        List<String> names = new ArrayList<>();
        Matcher matcher = BRACES.matcher(alias);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** The first required Ref; where something is made, the Refs say what it belongs to and are options. */
    private static List<String> firstRef(JsonNode operation) {
        if (operation.get("id").asText().endsWith(".create")) {
            return List.of();
        }
        for (JsonNode ref : operation.withArray("/refs")) {
            if (ref.get("required").asBoolean() && !ref.get("many").asBoolean()) {
                return List.of(ref.get("name").asText());
            }
        }
        return List.of();
    }

    private void add(CommandLine root, List<String> words, JsonNode operation, List<String> positional) {
        CommandLine parent = root;
        for (String word : words.subList(0, words.size() - 1)) {
            CommandLine next = parent.getSubcommands().get(word);
            if (next == null) {
                CommandSpec group = CommandSpec.create().name(word);
                group.addOption(helpOption());
                next = new CommandLine(group);
                parent.addSubcommand(word, next);
            }
            parent = next;
        }
        String last = words.get(words.size() - 1);
        if (parent != root) {
            parent.getCommandSpec().usageMessage().description(String.join(", ", verbs(parent, last)));
        }
        CommandLine existing = parent.getSubcommands().get(last);
        CommandSpec spec = existing == null ? CommandSpec.create().name(last) : existing.getCommandSpec();
        describe(spec, operation, positional);
        if (existing == null) {
            parent.addSubcommand(last, new CommandLine(spec));
        }
    }

    /** What a group holds says more of it than its name, whose plural not every noun makes alike. */
    private static Set<String> verbs(CommandLine group, String another) {
        Set<String> verbs = new TreeSet<>(group.getSubcommands().keySet());
        verbs.add(another);
        return verbs;
    }

    private void describe(CommandSpec spec, JsonNode operation, List<String> positional) {
        spec.usageMessage().description(operation.get("summary").asText() + '.');
        if (spec.findOption("--help") == null) {
            spec.addOption(helpOption());
        }
        JsonNode schema = operation.path("input");
        Set<String> required = new HashSet<>();
        schema.withArray("/required").forEach(each -> required.add(each.asText()));
        int index = 0;
        for (String name : positional) {
            boolean must = required.contains(name);
            spec.addPositional(PositionalParamSpec.builder()
                    .index(String.valueOf(index++))
                    .paramLabel(name)
                    .type(String.class)
                    .arity(must ? "1" : "0..1")
                    .required(must)
                    .description(help(schema.path("properties").path(name)))
                    .build());
        }
        if (takesProgram(operation)) {
            spec.addPositional(PositionalParamSpec.builder()
                    .index(index + "..*")
                    .paramLabel(PROGRAM)
                    .type(List.class)
                    .auxiliaryTypes(String.class)
                    .arity("0..*")
                    .description(help(schema.path("properties").path(PROGRAM)) + "; after -- where it has options")
                    .build());
        }
        schema.path("properties").properties().forEach(entry -> {
            boolean last = takesProgram(operation) && entry.getKey().equals(PROGRAM);
            if (!last && !positional.contains(entry.getKey()) && !entry.getKey().equals("confirm")) {
                spec.addOption(option(entry.getKey(), entry.getValue(), required.contains(entry.getKey())));
            }
        });
        reserved(spec, operation);
        runners.put(spec, parsed -> runner.run(operation, input(operation, positional, parsed), parsed));
    }

    /** Whether it runs a program inside something, whose words come last, as everywhere. */
    private static boolean takesProgram(JsonNode operation) {
        JsonNode program = operation.path("input").path("properties").path(PROGRAM);
        return operation.path("form").asText().equals("duplex")
                && program.path("type").asText().equals("array");
    }

    /** Runs what was parsed, or says how to use the group. */
    int run(ParseResult parsed, CommandLine root) {
        ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        var runner = runners.get(innermost.commandSpec());
        if (runner == null) {
            innermost.commandSpec().commandLine().usage(root.getOut());
            return innermost == parsed ? 0 : Failure.USAGE;
        }
        return runner.applyAsInt(innermost);
    }

    private static OptionSpec option(String name, JsonNode schema, boolean required) {
        String type = schema.path("type").asText("string");
        List<String> names = new ArrayList<>(List.of("--" + kebab(name)));
        String shorter = SHORT.getOrDefault(name, "");
        if (!shorter.isEmpty()) {
            names.add(shorter);
        }
        OptionSpec.Builder option = OptionSpec.builder(names.toArray(String[]::new))
                .description(help(schema))
                .required(required);
        if (type.equals("boolean")) {
            return option.type(String.class)
                    .arity("0..1")
                    .fallbackValue("true")
                    .paramLabel("true|false")
                    .hideParamSyntax(true)
                    .build();
        }
        boolean many = type.equals("array") || type.equals("object");
        return option.type(many ? List.class : String.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label(schema))
                .build();
    }

    static OptionSpec helpOption() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this")
                .build();
    }

    private static String label(JsonNode schema) {
        String format = schema.path("format").asText("");
        if (schema.path("x-kind").isTextual()) {
            return schema.get("x-kind").asText();
        }
        return switch (schema.path("type").asText("string")) {
            case "integer" -> format.equals("bytes") ? "SIZE" : "N";
            case "number" -> "N";
            case "object" -> schema.has("properties")
                    ? String.join(
                            ",",
                            schema.path("properties").properties().stream()
                                    .map(property -> property.getKey() + '=' + label(property.getValue()))
                                    .toList())
                    : "name=value";
            case "array" -> label(schema.path("items"));
            default -> format.equals("duration") ? "DURATION" : format.equals("password") ? "SECRET|-" : "TEXT";
        };
    }

    private static String help(JsonNode schema) {
        StringBuilder help = new StringBuilder(schema.path("description").asText(""));
        if (schema.path("examples").size() > 0) {
            help.append(help.isEmpty() ? "" : ", ")
                    .append("for example ")
                    .append(schema.path("examples").get(0).asText());
        }
        return help.toString().replace("%", "%%");
    }

    private static void reserved(CommandSpec spec, JsonNode operation) {
        if (operation.path("job").asBoolean() && spec.findOption("--wait") == null) {
            spec.addOption(OptionSpec.builder("--wait")
                    .type(boolean.class)
                    .description("Show the live log until it ends")
                    .build());
        }
        if (operation.path("effect").asText().equals("destroy") && spec.findOption("--yes") == null) {
            spec.addOption(OptionSpec.builder("--yes", "-y")
                    .type(boolean.class)
                    .description("Do not ask for the name")
                    .build());
        }
        if (spec.findOption("--json") == null) {
            spec.addOption(OptionSpec.builder("--json")
                    .type(boolean.class)
                    .description("Print JSON")
                    .build());
        }
    }

    private static ObjectNode input(JsonNode operation, List<String> positional, ParseResult parsed) {
        ObjectNode input = Json.object();
        JsonNode properties = operation.path("input").path("properties");
        for (int i = 0; i < positional.size(); i++) {
            String text = parsed.matchedPositionalValue(i, null);
            if (text != null) {
                input.set(
                        positional.get(i),
                        Values.read(positional.get(i), properties.path(positional.get(i)), List.of(text)));
            }
        }
        if (takesProgram(operation)) {
            parsed.matchedPositionals().stream()
                    .filter(each -> each.paramLabel().equals(PROGRAM))
                    .findFirst()
                    .ifPresent(program -> {
                        List<?> words = program.getValue();
                        words.forEach(word -> input.withArray('/' + PROGRAM).add(String.valueOf(word)));
                    });
        }
        properties.properties().forEach(entry -> {
            OptionSpec option = parsed.matchedOption("--" + kebab(entry.getKey()));
            if (option != null && !positional.contains(entry.getKey())) {
                Object value = option.getValue();
                List<String> texts = value instanceof List<?> list
                        ? list.stream().map(String::valueOf).toList()
                        : List.of(String.valueOf(value));
                input.set(entry.getKey(), Values.read(kebab(entry.getKey()), entry.getValue(), texts));
            }
        });
        return input;
    }

    static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(java.util.Locale.ROOT);
    }
}
