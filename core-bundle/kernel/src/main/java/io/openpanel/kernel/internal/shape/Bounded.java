package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Shapes whose bounds are declared elsewhere than in Java types. */
public final class Bounded {
    private static final long LONGEST_TEXT = 4096;
    private static final long LONGEST_SECRET = 1 << 16;

    private Bounded() {}

    public static Shape text(Optional<Long> shortest, Optional<Long> longest) {
        return new Scalars.Text(new Limits(shortest.orElse(0L), longest.orElse(LONGEST_TEXT), null), false);
    }

    public static Shape secret(Optional<Long> shortest, Optional<Long> longest) {
        return new Scalars.Hidden(new Limits(shortest.orElse(0L), longest.orElse(LONGEST_SECRET), null));
    }

    public static Shape whole(long least, long most) {
        return new Scalars.Whole(true, false, new Limits(least, most, null));
    }

    public static Shape decimal(Optional<BigDecimal> least, Optional<BigDecimal> most) {
        return new Decimal(least, most);
    }

    public static Shape flag() {
        return new Scalars.Flag();
    }

    public static Shape span(Optional<Duration> least, Optional<Duration> most) {
        return new Span(least, most);
    }

    /** One of a few; their names to show are the caller's business. */
    public static Shape choice(Shape of, List<String> options) {
        return new Choice(of, options);
    }

    public static Shape list(Shape item, long fewest, long most) {
        return new Collections.Many(item, new Limits(fewest, Math.min(most, Collections.MOST_ITEMS), null));
    }

    private record Decimal(Optional<BigDecimal> least, Optional<BigDecimal> most) implements Shape {
        private static final Shape ANY = new Scalars.Decimal(new Limits(Long.MIN_VALUE, Long.MAX_VALUE, null));

        @Override
        public void describe(ObjectNode schema) {
            ANY.describe(schema);
            least.ifPresent(bound -> schema.put("minimum", bound));
            most.ifPresent(bound -> schema.put("maximum", bound));
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            Object number = ANY.read(node, path, reading);
            if (number == null) {
                return null;
            }
            BigDecimal exact = node.decimalValue();
            if (least.filter(bound -> exact.compareTo(bound) < 0).isPresent()) {
                return reading.wrong(path, "must be at least " + least.get());
            }
            if (most.filter(bound -> exact.compareTo(bound) > 0).isPresent()) {
                return reading.wrong(path, "must be at most " + most.get());
            }
            return number;
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            ANY.write(value, out);
        }
    }

    private record Span(Optional<Duration> least, Optional<Duration> most) implements Shape {
        private static final Shape ANY = new Scalars.Span();

        @Override
        public void describe(ObjectNode schema) {
            ANY.describe(schema);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            Duration span = (Duration) ANY.read(node, path, reading);
            if (span != null && least.filter(bound -> span.compareTo(bound) < 0).isPresent()) {
                return reading.wrong(path, "must be at least " + shown(least.get()));
            }
            if (span != null && most.filter(bound -> span.compareTo(bound) > 0).isPresent()) {
                return reading.wrong(path, "must be at most " + shown(most.get()));
            }
            return span;
        }

        private static String shown(Duration span) {
            return span.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            ANY.write(value, out);
        }
    }

    private record Choice(Shape of, List<String> options) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            of.describe(schema);
            var names = schema.putArray("enum");
            options.forEach(names::add);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            return options.contains(node.asText())
                    ? of.read(node, path, reading)
                    : reading.wrong(path, "must be one of " + String.join(", ", options));
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            of.write(value, out);
        }
    }
}
