package io.openpanel.kernel.internal.gateway;

import io.openpanel.kernel.internal.gateway.AuditActions.Row;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.kernel.internal.shape.Types;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows of the audit trail as a file, fetched while it is read. */
final class AuditFile implements Enumeration<InputStream> {
    private static final Shape ROW = Types.record(Row.class);
    private static final String HEAD =
            "seq,at,caller,callerName,via,surface,address,action,resources,input,outcome,detail,position";
    /** What a spreadsheet takes for the beginning of a formula. */
    private static final String FORMULA = "=+-@\t\r";

    private final boolean csv;
    private final Function<Optional<Long>, List<Row>> next;
    private Optional<Long> before = Optional.empty();
    private boolean begun;
    private boolean ended;

    private AuditFile(boolean csv, Function<Optional<Long>, List<Row>> next) {
        this.csv = csv;
        this.next = next;
    }

    /** @param next the rows before a number, the newest first; none at the end */
    static InputStream of(AuditActions.Format format, Function<Optional<Long>, List<Row>> next) {
        return new SequenceInputStream(new AuditFile(format == AuditActions.Format.CSV, next));
    }

    @Override
    public boolean hasMoreElements() {
        return !ended;
    }

    @Override
    public InputStream nextElement() {
        List<Row> rows = next.apply(before);
        String head = begun ? "" : csv ? HEAD + "\r\n" : "[";
        String text = csv ? lines(rows) : items(rows);
        begun = true;
        ended = rows.isEmpty();
        if (!ended) {
            before = Optional.of(rows.get(rows.size() - 1).seq());
        }
        String tail = ended && !csv ? "\n]\n" : "";
        return new ByteArrayInputStream((head + text + tail).getBytes(StandardCharsets.UTF_8));
    }

    private String items(List<Row> rows) {
        String items = rows.stream().map(AuditFile::json).collect(Collectors.joining(",\n"));
        return rows.isEmpty() ? "" : (begun ? ",\n" : "\n") + items;
    }

    private static String json(Row row) {
        return new String(Json.bytes(ROW, row), StandardCharsets.UTF_8);
    }

    private static String lines(List<Row> rows) {
        return rows.stream().map(AuditFile::line).collect(Collectors.joining());
    }

    private static String line(Row row) {
        return Stream.of(
                                row.seq(),
                                row.at(),
                                row.caller(),
                                row.callerName(),
                                row.via().orElse(""),
                                row.surface(),
                                row.address(),
                                row.action(),
                                String.join(" ", row.resources()),
                                Json.tree(ROW, row).path("input"),
                                row.outcome().orElse(""),
                                row.detail().orElse(""),
                                row.position().map(String::valueOf).orElse(""))
                        .map(each -> cell(String.valueOf(each)))
                        .collect(Collectors.joining(","))
                + "\r\n";
    }

    /** In quotes, as RFC 4180 has it; what would be a formula is text by an apostrophe. */
    private static String cell(String text) {
        String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? '\'' + text : text;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }
}
