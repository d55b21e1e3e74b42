package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Duplex;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plugin's terminal while somebody has it; whoever ends it, it is ended once. */
final class OpenTerminal implements Duplex, Streams.Live {
    private static final Logger LOG = LoggerFactory.getLogger(OpenTerminal.class);

    private final Admission.Admitted admitted;
    private final String address;
    private final Duplex terminal;
    private final Runnable gone;
    private final long began = System.nanoTime();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Problem> ended = new CompletableFuture<>();
    private final CompletableFuture<String> told = new CompletableFuture<>();

    /**
     * @param address the client's
     * @param gone runs when it has ended
     */
    OpenTerminal(Admission.Admitted admitted, String address, Duplex terminal, Runnable gone) {
        this.admitted = admitted;
        this.address = address;
        this.terminal = terminal;
        this.gone = gone;
    }

    Gateway.Reply.Terminal reply() {
        return new Gateway.Reply.Terminal(this, ended);
    }

    /** Tells how long it was open and how it ended, once it has. */
    void onClosed(Consumer<String> listener) {
        told.thenAccept(listener).exceptionally(failure -> {
            LOG.error("The end of a terminal of {} could not be noted", plugin(), failure);
            return null;
        });
    }

    @Override
    public Admission.Admitted admitted() {
        return admitted;
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public void end(Problem why) {
        ended.complete(why);
        close();
    }

    @Override
    public InputStream output() {
        return terminal.output();
    }

    @Override
    public OutputStream input() {
        return terminal.input();
    }

    @Override
    public void resize(int columns, int rows) {
        if (!closed.get()) {
            terminal.resize(columns, rows);
        }
    }

    @Override
    public OptionalInt exitCode() {
        return terminal.exitCode();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        OptionalInt code = OptionalInt.empty();
        try {
            code = terminal.exitCode();
            terminal.close();
        } catch (RuntimeException e) {
            LOG.warn("A terminal of {} did not close properly: {}", plugin(), e.toString());
        } finally {
            gone.run();
            told.complete(
                    "Open for " + Duration.ofSeconds((System.nanoTime() - began) / 1_000_000_000) + ", " + how(code));
        }
    }

    private String how(OptionalInt code) {
        if (ended.isDone()) {
            return "ended by the panel: " + ended.join().getMessage();
        }
        return code.isPresent() ? "exit code " + code.getAsInt() : "closed by the caller";
    }
}
