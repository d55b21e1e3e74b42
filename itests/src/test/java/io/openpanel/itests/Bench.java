package io.openpanel.itests;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures ours beside a floor, in the same run; prints one JSON line for each job. */
public final class Bench {
    private static final Map<String, Job> JOBS = new LinkedHashMap<>();

    static {
        JOBS.put("read", ReadBench::run);
        JOBS.put("container-list", ContainerListBench::run);
        JOBS.put("logs", LogBench::run);
        JOBS.put("deploy", DeployBench::run);
        JOBS.put("proxy", ProxyBench::run);
        JOBS.put("start", StartBench::run);
        JOBS.put("memory", MemoryBench::run);
        JOBS.put("stats", StatsBench::run);
        JOBS.put("sign-in", SignInBench::run);
    }

    private Bench() {}

    interface Job {
        void run(Panel panel) throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        List<String> wanted = arguments.length == 0 ? List.copyOf(JOBS.keySet()) : List.of(arguments);
        try (Panel panel = Panel.start()) {
            for (String name : wanted) {
                Job job = JOBS.get(name);
                if (job == null) {
                    throw new IllegalArgumentException("There is no benchmark '" + name + "': " + JOBS.keySet());
                }
                job.run(panel);
            }
        }
    }

    /**
     * Prints a line.
     *
     * @param target what ours should be at most, or the ratio where {@code byRatio}
     * @param more whether more is better
     */
    static void say(
            String bench, String unit, double ours, double floor, double target, boolean byRatio, boolean more) {
        double ratio = floor == 0 ? 0 : ours / floor;
        double judged = byRatio ? ratio : ours;
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("bench", bench);
        line.put("unit", unit);
        line.put("ours", rounded(ours));
        line.put("floor", rounded(floor));
        line.put("ratio", rounded(ratio));
        line.put("target", target);
        line.put("met", more ? judged >= target : judged <= target);
        System.out.println(Api.json(line));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** The value that a share of the sorted values does not exceed. */
    static double percentile(long[] nanos, double share) {
        long[] sorted = nanos.clone();
        java.util.Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))] / 1e6;
    }
}
