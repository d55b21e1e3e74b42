package io.openpanel.docker.internal.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A program run for a job, noted in its workspace so that a later attempt can end it: it outlives a killed panel. */
final class ChildProcess {
    private static final String NOTE = ".build-pid";
    private static final int START_FIELD = 22;
    private static final long GRACE_SECONDS = 3;

    private final Path note;
    private Process process;
    private boolean ended;

    ChildProcess(Path workspace) {
        this.note = workspace.resolve(NOTE);
    }

    /** Starts the program, unless {@link #end} was called before. */
    synchronized Optional<Process> start(ProcessBuilder program) throws IOException {
        if (ended) {
            return Optional.empty();
        }
        process = program.start();
        Files.writeString(note, process.pid() + " " + startTime(process.pid()).orElse("0"));
        return Optional.of(process);
    }

    /** Ends the program and all it started; may be called from any thread, at any time. */
    synchronized void end() {
        ended = true;
        if (process != null) {
            end(process.toHandle());
        }
    }

    synchronized boolean wasEnded() {
        return ended;
    }

    /** Takes the note away: the program is over. */
    void forget() {
        try {
            Files.deleteIfExists(note);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove " + note.getFileName(), e);
        }
    }

    /** Ends what an earlier attempt of the job left running; true when there was something. */
    static boolean endLeftover(Path workspace) {
        Path note = workspace.resolve(NOTE);
        try {
            if (!Files.exists(note)) {
                return false;
            }
            String[] noted = Files.readString(note).split(" ");
            Files.delete(note);
            // A number alone may long be another program's.
            boolean same = noted.length == 2
                    && startTime(Long.parseLong(noted[0]))
                            .filter(noted[1]::equals)
                            .isPresent();
            Optional<ProcessHandle> left = same ? ProcessHandle.of(Long.parseLong(noted[0])) : Optional.empty();
            left.ifPresent(ChildProcess::end);
            return left.isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + note.getFileName(), e);
        }
    }

    private static void end(ProcessHandle program) {
        List<ProcessHandle> all =
                Stream.concat(program.descendants(), Stream.of(program)).toList();
        all.forEach(ProcessHandle::destroy);
        for (ProcessHandle each : all) {
            try {
                each.onExit().get(GRACE_SECONDS, TimeUnit.SECONDS);
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException e) {
                each.destroyForcibly();
            } catch (InterruptedException e) {
                each.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    /** When a process was started, in ticks since the machine was; see proc(5). */
    static Optional<String> startTime(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Optional.of(fields[START_FIELD - 3]);
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
