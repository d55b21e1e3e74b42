package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one line of figures a suite ends with. */
final class Figure {
    private static final Path FILE = Panel.OUT.resolve("figure.txt");

    private Figure() {}

    static void say(String figure) {
        try {
            Files.createDirectories(FILE.getParent());
            String former = Files.exists(FILE) ? Files.readString(FILE).strip() + ", " : "";
            Files.writeString(FILE, former + figure);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether everything is to run, however long it takes. */
    static boolean all() {
        return Boolean.getBoolean("openpanel.all");
    }
}
