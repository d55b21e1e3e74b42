package io.openpanel.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** The person's own window while keys go elsewhere unread; {@code stty} knows how, on every Unix. */
final class Window implements AutoCloseable {
    private static final long LOOK_MILLIS = 1000;

    private final String former;
    private final Thread restore;
    private volatile boolean closed;

    /** Hears the size in characters. */
    interface OnSize {
        void accept(int columns, int rows);
    }

    private Window(String former) {
        this.former = former;
        this.restore = new Thread(this::restore, "restore");
    }

    /** Every key is passed on, ctrl-C too. */
    static Window raw() {
        String former = stty("-g");
        Window window = new Window(former);
        if (!former.isEmpty()) {
            Runtime.getRuntime().addShutdownHook(window.restore);
            stty("raw", "-echo");
        }
        return window;
    }

    /** How many characters fit into a line of it; empty where nobody looks. */
    static OptionalInt columns() {
        String[] size = System.console() == null ? new String[0] : stty("size").split(" ");
        return size.length == 2 && size[1].matches("[1-9]\\d{1,3}")
                ? OptionalInt.of(Integer.parseInt(size[1]))
                : OptionalInt.empty();
    }

    /** Where nobody looks. */
    static Window none() {
        return new Window("");
    }

    /** Tells the size now, and whenever it is another; there is no portable signal for it. */
    void onSize(OnSize listener) {
        if (former.isEmpty()) {
            return;
        }
        Thread looking = new Thread(() -> look(listener), "window");
        looking.setDaemon(true);
        looking.start();
    }

    private void look(OnSize listener) {
        String told = "";
        while (!closed) {
            String size = stty("size");
            if (!size.equals(told) && size.matches("[1-9]\\d{0,2} [1-9]\\d{0,2}")) {
                told = size;
                String[] parts = size.split(" ");
                listener.accept(Integer.parseInt(parts[1]), Integer.parseInt(parts[0]));
            }
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** What it said; empty where there is none or it has no window. */
    private static String stty(String... arguments) {
        List<String> command = new ArrayList<>(List.of("stty"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0 ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void restore() {
        if (!former.isEmpty()) {
            stty(former);
        }
    }

    @Override
    public void close() {
        closed = true;
        if (!former.isEmpty()) {
            restore();
            Runtime.getRuntime().removeShutdownHook(restore);
        }
    }
}
