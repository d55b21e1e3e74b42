package io.openpanel.docker.internal.stats;

/**
 * Counters of one container at one moment.
 *
 * @param nanos the moment, of {@link System#nanoTime}
 * @param cpu nanoseconds of all cores together
 */
record Usage(long nanos, long cpu, long memory, long memoryLimit, long read, long written, long received, long sent) {
    /** Share of one core used since an earlier moment, in percent. */
    double cpuPercentSince(Usage before) {
        long passed = nanos - before.nanos;
        double percent = passed <= 0 ? 0 : 100d * Math.max(0, cpu - before.cpu) / passed;
        return Math.round(percent * 100) / 100d;
    }
}
