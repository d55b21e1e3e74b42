package io.openpanel.itests;

import java.io.IOException;

/** Proportional memory of panel, proxy and database at rest, beside a JVM that only sleeps. */
final class MemoryBench {
    private static final long REST_MILLIS = Long.getLong("openpanel.rest-seconds", 75L) * 1000;

    private MemoryBench() {}

    static void run(Panel panel) throws IOException {
        Wait.millis(REST_MILLIS);
        double ours = 0;
        for (String name : new String[] {"panel", "proxy", "database"}) {
            ours += Proc.pss(panel.pid(name));
        }
        Process bare = new ProcessBuilder(
                        "java", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Sleep.class.getName())
                .start();
        try {
            Wait.millis(1500);
            Bench.say("memory-idle", "MB PSS", ours, Proc.pss(bare.pid()), 400, false, false);
        } finally {
            bare.destroy();
        }
    }

    /** The floor. */
    public static final class Sleep {
        private Sleep() {}

        public static void main(String[] arguments) {
            Wait.millis(60_000);
        }
    }
}
