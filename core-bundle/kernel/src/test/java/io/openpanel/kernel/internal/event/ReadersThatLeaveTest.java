package io.openpanel.kernel.internal.event;

import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.lang.ref.WeakReference;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenPanelExtension.class)
class ReadersThatLeaveTest {
    private final TestPanel panel;

    ReadersThatLeaveTest(TestPanel panel) {
        this.panel = panel;
    }

    /** Goes before the first event. */
    private static final class Hasty implements Flow.Subscriber<Gateway.Item> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(Gateway.Item item) {
            throw new IllegalStateException("It has left");
        }

        @Override
        public void onError(Throwable problem) {
            throw new IllegalStateException("It has left", problem);
        }

        @Override
        public void onComplete() {
            throw new IllegalStateException("It has left");
        }
    }

    private WeakReference<Hasty> comeAndGo() {
        Hasty reader = new Hasty();
        Gateway.Reply.Streaming events = (Gateway.Reply.Streaming)
                panel.call(TestPanel.local(Ref.create("team")), "event.watch", "{\"topics\":[\"a.*\",\"b.*\"]}");
        events.items().subscribe(reader);
        return new WeakReference<>(reader);
    }

    @Test
    void nothingKeepsAReaderThatLeftBeforeItsEventsWereWatched() {
        panel.awaitActions("event.watch");
        WeakReference<Hasty> reader = comeAndGo();
        TestPanel.await("the reader is gone", () -> {
            System.gc();
            return reader.refersTo(null);
        });
    }
}
