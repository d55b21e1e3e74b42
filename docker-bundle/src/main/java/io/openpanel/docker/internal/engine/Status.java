package io.openpanel.docker.internal.engine;

import java.util.Locale;
import java.util.Optional;

/** How a container is, in the words people see everywhere in the panel. */
public enum Status {
    RUNNING,
    HEALTHY,
    STARTING,
    DEGRADED,
    STOPPED,
    FAILED,
    PAUSED,
    UNKNOWN;

    /** 128 + SIGTERM, 128 + SIGKILL: how a container ends that was told to. */
    private static final int TERMINATED = 143;

    private static final int KILLED = 137;

    /** As people read it: {@code Healthy}. */
    public String word() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    /**
     * @param state the engine's word
     * @param stopped whether somebody is known to have stopped it
     */
    static Status of(String state, Optional<String> health, int exitCode, boolean outOfMemory, boolean stopped) {
        return switch (state) {
            case "running" -> health.map(Status::ofHealth).orElse(RUNNING);
            case "paused" -> PAUSED;
            case "restarting" -> DEGRADED;
            case "created", "removing" -> STOPPED;
            case "exited" -> ofExit(exitCode, outOfMemory, stopped);
            case "dead" -> FAILED;
            default -> UNKNOWN;
        };
    }

    private static Status ofHealth(String health) {
        return switch (health) {
            case "healthy" -> HEALTHY;
            case "starting" -> STARTING;
            case "unhealthy" -> DEGRADED;
            default -> RUNNING;
        };
    }

    private static Status ofExit(int exitCode, boolean outOfMemory, boolean stopped) {
        boolean asked = exitCode == TERMINATED || (stopped && exitCode == KILLED);
        return !outOfMemory && (exitCode == 0 || asked) ? STOPPED : FAILED;
    }
}
