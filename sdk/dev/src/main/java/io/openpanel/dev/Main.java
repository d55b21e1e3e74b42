package io.openpanel.dev;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@code java -jar openpanel-dev.jar SOCKET DROP FOLDER [--once] [--isolated]}; the launcher's {@code dev} calls it. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        List<String> given = List.of(arguments);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Workshop workshop = new Workshop(
                new PluginFolder(Path.of(given.get(2)).toAbsolutePath()),
                new PanelSocket(Path.of(given.get(0)), Path.of(given.get(1))),
                given.contains("--isolated"),
                out);
        boolean well = workshop.rebuild();
        if (given.contains("--once")) {
            System.exit(well ? 0 : 1);
        }
        workshop.watch();
    }
}
