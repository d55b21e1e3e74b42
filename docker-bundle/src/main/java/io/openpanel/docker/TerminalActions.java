package io.openpanel.docker;

import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Duplex;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.terminal.Terminals;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people type inside containers. */
@Component
public final class TerminalActions implements Extension {
    private final DockerEngine engine;
    private final Terminals terminals;

    @Activate
    public TerminalActions(@Reference DockerEngine engine, @Reference Terminals terminals) {
        this.engine = engine;
        this.terminals = terminals;
    }

    public record Opening(
            @Param(kind = "container") Ref container,
            @Param("Program and arguments; bash or sh where not given") Optional<List<String>> command,
            @Param(
                            value = "Name or number, with a group after a colon; the container's own where not given",
                            pattern = "[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?",
                            max = 64,
                            example = "www-data")
                    Optional<String> user,
            @Param(
                            value = "Where it begins; the container's own where not given",
                            pattern = "/[^\\x00]*",
                            max = 1024,
                            example = "/srv")
                    Optional<String> workingDirectory,
            @Param("Whether it has a window, as programs for people want; true where not given")
                    Optional<Boolean> tty) {}

    @Action(value = "container.terminal", summary = "Opens a terminal into a container", effect = CHANGE)
    public Duplex terminal(Opening in) {
        return terminals.open(
                engine.require(in.container()),
                new Terminals.Wanted(
                        in.command(), in.user(), in.workingDirectory(), in.tty().orElse(true)));
    }
}
