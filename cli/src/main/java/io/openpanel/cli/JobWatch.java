package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Map;

/** Follows a job: its log line by line, a spinner while it is silent, its result at the end. */
final class JobWatch {
    private static final String[] FRAMES = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

    private final Panel panel;
    private final Map<String, JsonNode> operations;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    JobWatch(Panel panel, Map<String, JsonNode> operations, PrintWriter out, PrintWriter err, boolean json) {
        this.panel = panel;
        this.operations = operations;
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /** Waits for the job's end. Returns the exit code. */
    int follow(String job, Verdict verdict) {
        String[] step = {""};
        try (Spinner spinner = new Spinner()) {
            ObjectNode input = Json.object().put("job", job);
            if (operations.get("job.log").path("input").path("properties").has("follow")) {
                input.put("follow", true);
            }
            panel.stream(operations.get("job.log"), input, line -> {
                spinner.clear();
                String name = line.path("step").asText("");
                PrintWriter to = json ? err : out;
                if (!name.equals(step[0]) && !name.isEmpty()) {
                    to.println("── " + name);
                    step[0] = name;
                }
                to.println(line.path("line").asText());
                to.flush();
            });
        }
        JsonNode ended = panel.call(operations.get("job.get"), Json.object().put("job", job));
        return report(ended, verdict);
    }

    private int report(JsonNode ended, Verdict verdict) {
        if (json) {
            out.println(Json.pretty(ended));
            out.flush();
        }
        String state = ended.path("state").asText();
        if (!state.equals("done")) {
            err.println(
                    state.equals("cancelled")
                            ? "Cancelled."
                            : "Failed: " + ended.path("error").path("message").asText("see the log above"));
            err.flush();
            return Failure.FAILED;
        }
        JsonNode result = ended.path("result");
        if (verdict.isGiven()) {
            err.println("Verdict: " + result.path("verdict").asText("none"));
            err.flush();
            return verdict.exitCode(result);
        }
        if (!json) {
            String address = result.path("address").asText("");
            out.println(address.isEmpty() ? "Done." : address);
            out.flush();
        }
        return 0;
    }

    /** Turns on a terminal only. */
    private final class Spinner implements AutoCloseable {
        private final Thread thread;
        private boolean drawn;

        Spinner() {
            thread = new Thread(this::turn, "spinner");
            thread.setDaemon(true);
            if (Prompt.isInteractive() && !json) {
                thread.start();
            }
        }

        private void turn() {
            for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                draw(FRAMES[i % FRAMES.length]);
                try {
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private synchronized void draw(String frame) {
            err.print("\r" + frame);
            err.flush();
            drawn = true;
        }

        synchronized void clear() {
            if (drawn) {
                err.print("\r \r");
                err.flush();
                drawn = false;
            }
        }

        @Override
        public void close() {
            thread.interrupt();
            clear();
        }
    }
}
