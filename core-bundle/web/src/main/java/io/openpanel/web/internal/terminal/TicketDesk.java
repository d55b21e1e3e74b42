package io.openpanel.web.internal.terminal;

import io.openpanel.api.Principal;
import io.openpanel.spi.Gateway;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.KernelServices;
import io.openpanel.web.internal.edge.TooLarge;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Where a client that may open a terminal gets its ticket. */
@Component(service = TicketDesk.class)
public final class TicketDesk {
    private static final int MOST_INPUT = 64 * 1024;

    private final KernelServices kernel;
    private final OpenTerminals terminals;

    @Activate
    public TicketDesk(@Reference KernelServices kernel, @Reference OpenTerminals terminals) {
        this.kernel = kernel;
        this.terminals = terminals;
    }

    /**
     * A ticket as JSON, for a call that would be let in now.
     *
     * @param told see {@link Gateway#check(Gateway.Invocation, Consumer)}
     */
    public byte[] ticket(Gateway.Invocation call, Consumer<Gateway.Allowance> told) {
        if (call.input().length > MOST_INPUT) {
            throw new TooLarge(MOST_INPUT);
        }
        Principal principal = kernel.gateway().check(call, told);
        String ticket = terminals.tickets().issue(call, principal);
        return Json.bytes(Json.object()
                .put("ticket", ticket)
                .put("url", TerminalServlet.PATH)
                .put("expiresAt", kernel.now().plus(Tickets.LIFE).toString()));
    }
}
