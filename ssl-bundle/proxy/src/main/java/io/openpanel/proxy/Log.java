package io.openpanel.proxy;

import java.io.PrintStream;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Lines of JSON on standard output. */
final class Log {
    /** Warns of each request that cannot be read, so that anybody could fill the log. Held, or its level is forgotten. */
    private static final Logger PARSER = Logger.getLogger("org.eclipse.jetty.http");

    private final PrintStream out;
    private final InstantSource clock;

    Log(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    void info(String message, Map<String, ?> fields) {
        line("info", message, fields);
    }

    void error(String message, Map<String, ?> fields) {
        line("error", message, fields);
    }

    /** Takes the warnings of the libraries too. */
    void takeOverLibraries() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.WARNING);
        PARSER.setLevel(Level.SEVERE);
        root.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                Throwable thrown = entry.getThrown();
                line(
                        entry.getLevel().intValue() >= Level.SEVERE.intValue() ? "error" : "warning",
                        entry.getMessage(),
                        thrown == null
                                ? Map.of("logger", entry.getLoggerName())
                                : Map.of("logger", entry.getLoggerName(), "cause", thrown.toString()));
            }

            @Override
            public void flush() {
                out.flush();
            }

            @Override
            public void close() {
                out.flush();
            }
        });
    }

    private void line(String level, String message, Map<String, ?> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("at", clock.instant().toString());
        line.put("level", level);
        line.put("message", message);
        line.putAll(fields);
        out.println(Json.write(line));
    }
}
