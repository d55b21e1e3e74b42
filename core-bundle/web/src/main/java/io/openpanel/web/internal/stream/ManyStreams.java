package io.openpanel.web.internal.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.web.internal.Json;
import java.util.ArrayList;
import java.util.List;

/** Many topics over one connection, each item under its topic's key. */
final class ManyStreams implements Outlet.Source {
    private static final byte[] BEGUN = Framing.ascii("event: open\ndata: {\"key\":");
    private static final byte[] BEGUN_END = Framing.ascii("}\n\n");
    private static final byte[] ITEMS = Framing.ascii("event: items\ndata: {\"key\":");
    private static final byte[] OPEN = Framing.ascii(",\"items\":[");
    private static final byte[] CLOSE = Framing.ascii("]}\n\n");
    private static final byte[] END = Framing.ascii("event: end\ndata: ");
    private static final byte[] BLANK = Framing.ascii("\n\n");

    private final List<Topic> topics = new ArrayList<>();
    private final Bytes members = new Bytes();
    private final Runnable onClosed;

    private static final class Topic {
        private final String key;
        private final byte[] quoted;
        private final Intake intake;
        private boolean begun;
        private boolean ended;

        Topic(String key, Intake intake) {
            this.key = key;
            this.quoted = Json.bytes(TextNode.valueOf(key));
            this.intake = intake;
        }
    }

    ManyStreams(Runnable onClosed) {
        this.onClosed = onClosed;
    }

    /** Adds a topic; all are added before the first byte is written. */
    void add(String key, Intake intake) {
        topics.add(new Topic(key, intake));
    }

    void finish(End reason) {
        topics.forEach(topic -> topic.intake.finish(reason));
    }

    @Override
    public boolean fill(Bytes into) {
        boolean last = true;
        for (Topic topic : topics) {
            fill(topic, into);
            last &= topic.ended;
        }
        return last;
    }

    private void fill(Topic topic, Bytes into) {
        if (!topic.begun && topic.intake.isFlowing()) {
            topic.begun = true;
            into.add(BEGUN).add(topic.quoted).add(BEGUN_END);
        }
        members.clear();
        End end = topic.intake.take(members);
        if (members.size() > 0) {
            into.add(ITEMS).add(topic.quoted).add(OPEN).add(members).add(CLOSE);
        }
        if (end != null && !topic.ended) {
            topic.ended = true;
            ObjectNode json = Json.object().put("key", topic.key);
            json.setAll(end.json());
            into.add(END).add(Json.bytes(json)).add(BLANK);
        }
    }

    @Override
    public void taken() {
        topics.forEach(topic -> topic.intake.askForMore());
    }

    @Override
    public void closed() {
        topics.forEach(topic -> topic.intake.cancel());
        onClosed.run();
    }
}
