package io.openpanel.web.internal.stream;

import io.openpanel.spi.Gateway;
import java.nio.charset.StandardCharsets;

/** How items become bytes. */
interface Framing {
    void add(Bytes out, Gateway.Item item);

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Server-sent events: {@code id:} and {@code data:}. */
    final class Events implements Framing {
        private static final byte[] ID = ascii("id: ");
        private static final byte[] DATA = ascii("\ndata: ");
        private static final byte[] END = ascii("\n\n");

        @Override
        public void add(Bytes out, Gateway.Item item) {
            out.add(ID).add(item.seq()).add(DATA).add(item.json()).add(END);
        }
    }

    /** One item a line. */
    final class Lines implements Framing {
        @Override
        public void add(Bytes out, Gateway.Item item) {
            out.add(item.json()).write('\n');
        }
    }

    /**
     * The items of an array, each with its {@code seq}.
     *
     * @param numbered whether they carry it already
     */
    record Members(boolean numbered) implements Framing {
        private static final byte[] SEQ = ascii("\"seq\":");

        @Override
        public void add(Bytes out, Gateway.Item item) {
            if (out.size() > 0) {
                out.write(',');
            }
            byte[] json = item.json();
            if (numbered || json.length < 2 || json[json.length - 1] != '}') {
                out.add(json);
                return;
            }
            out.add(json, json.length - 1);
            if (json.length > 2) {
                out.write(',');
            }
            out.add(SEQ).add(item.seq()).write('}');
        }
    }
}
