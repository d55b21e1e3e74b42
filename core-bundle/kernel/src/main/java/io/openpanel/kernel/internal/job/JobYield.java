package io.openpanel.kernel.internal.job;

/**
 * Ends an attempt of a job whose plugin is going, so that the next one resumes it. An {@link Error}, so that the job's own
 * clean-up for failures leaves everything in place, as a crash would.
 */
final class JobYield extends Error {
    private static final long serialVersionUID = 1L;

    JobYield() {
        super("The job yields to its next attempt", null, false, false);
    }
}
