package io.openpanel.web.internal.stream;

/** One action's stream for one client: server-sent events or lines of JSON. */
final class OneStream implements Outlet.Source {
    private static final byte[] END = Framing.ascii("event: end\ndata: ");

    private final boolean events;
    private final Intake intake;
    private final Runnable onClosed;
    private boolean ended;

    OneStream(boolean events, Intake intake, Runnable onClosed) {
        this.events = events;
        this.intake = intake;
        this.onClosed = onClosed;
    }

    @Override
    public boolean fill(Bytes into) {
        End end = intake.take(into);
        if (end == null) {
            return false;
        }
        if (!ended && events) {
            into.add(END).add(io.openpanel.web.internal.Json.bytes(end.json())).add(Framing.ascii("\n\n"));
        }
        ended = true;
        return true;
    }

    @Override
    public void taken() {
        intake.askForMore();
    }

    @Override
    public void closed() {
        intake.cancel();
        onClosed.run();
    }
}
