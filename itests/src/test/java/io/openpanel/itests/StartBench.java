package io.openpanel.itests;

import java.util.List;
import java.util.Map;

/** From {@code up} on a home that has run before to the first ready answer, database included; beside a bare JVM's start. */
final class StartBench {
    private StartBench() {}

    static void run(Panel panel) {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            panel.launcher("stop", "--home", panel.home.toString());
            long start = System.nanoTime();
            panel.up();
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        long start = System.nanoTime();
        Panel.run(List.of("java", "-XX:+UseSerialGC", "-version"), Map.of(), null);
        Bench.say("start-warm", "s", best, (System.nanoTime() - start) / 1e9, 5, false, false);
    }
}
