package io.openpanel.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Runs Java programs apart from the panel: without a network, with no file but those of one folder, in bounded memory. */
@ConsumerType
public interface Sandbox {
    /** Where the folder is, for the program in there. */
    String FOLDER = "/panel";

    /** Why nothing can be run apart now, in a sentence that says what to do; empty when it can. */
    Optional<String> obstacle();

    /** Makes what a start needs; some seconds the first time, nothing afterwards. */
    void prepare();

    /** @throws io.openpanel.api.Problem when it does not start */
    Inmate start(Spec spec);

    /** Ends what an owner started in an earlier life. */
    void sweep(String owner);

    /**
     * @param owner which panel's it is
     * @param name of the plugin
     * @param folder the only files it sees, as {@link #FOLDER}; it cannot write to them
     * @param arguments of {@code java}
     * @param memory in bytes, everything counted
     * @param processes threads are among them
     */
    record Spec(String owner, String name, Path folder, List<String> arguments, long memory, int processes) {}

    /**
     * @param memory in bytes, without files that the kernel keeps for later
     * @param memoryLimit in bytes
     * @param processes threads are among them
     */
    record Usage(long memory, long memoryLimit, long processes, long processLimit) {}

    /** A program that was started. */
    interface Inmate extends AutoCloseable {
        /** How it ended and what it said last; empty while it runs. */
        Optional<String> ended();

        /** What it uses now; empty where that cannot be said. */
        Optional<Usage> usage();

        /** Ends it at once and takes it away. */
        @Override
        void close();
    }
}
