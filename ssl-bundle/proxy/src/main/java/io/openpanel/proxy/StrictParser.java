package io.openpanel.proxy;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.BadMessageException;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpParser;

/**
 * A request parser that takes lines only when they end with CR LF. Jetty's own also takes a bare LF, which another proxy
 * in front may not: what two parsers read differently can smuggle a request
 * (<a href="https://www.rfc-editor.org/rfc/rfc9112#section-11.2">RFC 9112, 11.2</a>).
 */
final class StrictParser extends HttpParser {
    private final Chunks chunks = new Chunks();
    private byte former;
    private boolean lineHasText;

    StrictParser(RequestHandler handler, int maxHeaderBytes) {
        super(handler, maxHeaderBytes, HttpCompliance.RFC7230);
    }

    @Override
    public boolean parseNext(ByteBuffer buffer) {
        State state = getState();
        if (state.ordinal() < State.CONTENT.ordinal()) {
            if (!headEndsLinesRight(buffer)) {
                buffer.position(buffer.limit());
                badMessage(new BadMessageException("A line ends without CR"));
                return false;
            }
            return super.parseNext(buffer);
        }
        if (!isChunking()) {
            return super.parseNext(buffer);
        }
        int start = buffer.position();
        ByteBuffer seen = buffer.duplicate();
        boolean stop = super.parseNext(buffer);
        seen.position(start).limit(Math.min(buffer.position(), seen.limit()));
        if (!chunks.accept(seen)) {
            buffer.position(buffer.limit());
            badMessage(new BadMessageException("A chunk is not framed right"));
            return true;
        }
        return stop;
    }

    @Override
    public void reset() {
        super.reset();
        chunks.reset();
        former = 0;
        lineHasText = false;
    }

    /** Looks at the bytes of the head only; what follows the empty line is content or the next request. */
    private boolean headEndsLinesRight(ByteBuffer buffer) {
        boolean anyLine = getState() != State.START;
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            byte next = buffer.get(i);
            if (next == '\n') {
                if (former != '\r') {
                    return false;
                }
                if (!lineHasText && anyLine) {
                    former = 0;
                    return true;
                }
                anyLine |= lineHasText;
                lineHasText = false;
            } else if (next != '\r') {
                lineHasText = true;
            }
            former = next;
        }
        return true;
    }

    /** Follows the framing of chunked content through what the parser took. */
    static final class Chunks {
        private enum Part {
            SIZE,
            EXTENSION,
            SIZE_END,
            DATA,
            DATA_CR,
            DATA_END,
            TRAILER
        }

        private Part part = Part.SIZE;
        private boolean sized;
        private long left;
        private boolean afterCr;

        void reset() {
            part = Part.SIZE;
            sized = false;
            left = 0;
            afterCr = false;
        }

        boolean accept(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                if (part == Part.DATA) {
                    int skip = (int) Math.min(left, bytes.remaining());
                    bytes.position(bytes.position() + skip);
                    left -= skip;
                    if (left == 0) {
                        part = Part.DATA_CR;
                    }
                } else if (!next(bytes.get())) {
                    return false;
                }
            }
            return true;
        }

        private boolean next(byte next) {
            switch (part) {
                case SIZE -> {
                    int digit = Character.digit(next, 16);
                    if (digit >= 0) {
                        sized = true;
                        left = left * 16 + digit;
                        return left <= Integer.MAX_VALUE;
                    }
                    part = next == '\r' ? Part.SIZE_END : Part.EXTENSION;
                    return sized && (next == '\r' || next == ';');
                }
                case EXTENSION -> {
                    part = next == '\r' ? Part.SIZE_END : Part.EXTENSION;
                    return next != '\n';
                }
                case SIZE_END -> {
                    part = left == 0 ? Part.TRAILER : Part.DATA;
                    sized = false;
                    return next == '\n';
                }
                case DATA_CR -> {
                    part = Part.DATA_END;
                    return next == '\r';
                }
                case DATA_END -> {
                    part = Part.SIZE;
                    return next == '\n';
                }
                default -> {
                    boolean right = next != '\n' || afterCr;
                    afterCr = next == '\r';
                    return right;
                }
            }
        }
    }
}
