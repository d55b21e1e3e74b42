package io.openpanel.kernel.internal.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Page;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Query;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordShapeTest {
    public enum Colour {
        RED,
        DARK_BLUE
    }

    public record Part(String name, @Param(min = 1, max = 9) int size) {}

    public record All(
            @Param(kind = "app") Ref app,
            Optional<Duration> pause,
            Optional<Instant> since,
            Optional<Colour> colour,
            Optional<List<Part>> parts,
            Optional<Map<String, Secret>> environment,
            Optional<Secret> token,
            @Param(kind = "bytes") Optional<Long> memory,
            Optional<Double> share,
            Optional<Boolean> force) {}

    public record Counted(int count, boolean done, List<String> names, Optional<String> note) {}

    public record Seen(Instant at) {}

    record Hidden(String name) {}

    public record Named(
            @Param(value = "Lower-case letters", example = "web", pattern = "[a-z]+") String name,
            @Param(pattern = "[a-z]+") Optional<String> other) {}

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "a\\udfff", "\\ud83dx", "\\ude00\\ud83d"})
    void halfOfACharacterIsRefusedByName(String escaped) {
        Reading reading = Reading.strict();
        Types.record(Part.class)
                .read(
                        Json.parse(("{\"name\":\"" + escaped + "\",\"size\":1}").getBytes(StandardCharsets.UTF_8)),
                        "",
                        reading);

        assertThatThrownBy(reading::check)
                .hasMessage("name must not contain half a character: a surrogate stands alone");
    }

    @Test
    void whatBundlesTellEachOtherHasNoBounds() {
        String line = "x".repeat(300_000) + '\0';
        ObjectNode told = Json.object().put("name", line).put("size", 77);
        Reading reading = Reading.tolerant();

        assertThat(Types.record(Part.class).read(told, "", reading)).isEqualTo(new Part(line, 77));
        assertThat(reading.isGood()).isTrue();
    }

    @Test
    void aTextOfTheWrongFormIsToldItsFormInWordsWhereThereAreSome() {
        Reading reading = Reading.strict();
        Types.record(Named.class)
                .read(Json.parse("{\"name\":\"A\",\"other\":\"B\"}".getBytes(StandardCharsets.UTF_8)), "", reading);
        assertThatThrownBy(reading::check).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.fields())
                .containsEntry("name", "name must have another form, such as web: Lower-case letters")
                .containsEntry("other", "other must match [a-z]+"));
    }

    private static All read(String json) {
        Reading reading = Reading.strict();
        Object value = Types.record(All.class).read(Json.parse(json.getBytes(StandardCharsets.UTF_8)), "", reading);
        reading.check();
        return (All) value;
    }

    private static String write(Object value) {
        return new String(Json.bytes(Types.record(value.getClass()), value), StandardCharsets.UTF_8);
    }

    @Test
    void everyTypeIsReadAndWrittenBack() {
        String json =
                """
                {"app":"app:x1","pause":"PT1M30S","since":"2026-03-01T08:30:00Z","colour":"dark-blue",\
                "parts":[{"name":"a","size":2}],"memory":536870912,"share":0.5,"force":true}""";
        assertThat(write(read(json))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-03-01T08:30:00Z",
                "2026-03-01T00:00:00Z",
                "2026-03-01T08:30:07.120Z",
                "2026-03-01T08:30:00.000000001Z",
                "1969-12-31T23:59:59.999999Z",
                "-0044-03-15T12:00:00Z",
                "+12026-03-01T08:30:00Z"
            })
    void aTimeIsWrittenAsInIso8601(String text) {
        assertThat(write(new Seen(Instant.parse(text)))).isEqualTo("{\"at\":\"" + text + "\"}");
    }

    @Test
    void aNameStandsForItsKind() {
        assertThat(read("{\"app\":\"shop/web\"}").app()).isEqualTo(new Ref("app", "shop/web"));
    }

    @ParameterizedTest
    @CsvSource({"90s, PT1M30S", "5m, PT5M", "2h, PT2H", "1d, PT24H", "250ms, PT0.25S", "PT3S, PT3S"})
    void durationsMayBeShort(String typed, String meant) {
        assertThat(read("{\"app\":\"a\",\"pause\":\"" + typed + "\"}").pause()).contains(Duration.parse(meant));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | app",
                "{\"app\":7} | app",
                "{\"app\":\"a\",\"colour\":\"green\"} | colour",
                "{\"app\":\"a\",\"unknown\":1} | unknown",
                "{\"app\":\"a\",\"parts\":[{\"name\":\"a\",\"size\":10}]} | parts[0].size",
                "{\"app\":\"a\",\"parts\":[{\"name\":\"a\",\"size\":2,\"x\":1}]} | parts[0].x",
                "{\"app\":\"a\",\"parts\":{}} | parts",
                "{\"app\":\"a\",\"pause\":\"soon\"} | pause",
                "{\"app\":\"a\",\"pause\":\"-PT1S\"} | pause",
                "{\"app\":\"a\",\"since\":\"yesterday\"} | since",
                "{\"app\":\"a\",\"memory\":1.5} | memory",
                "{\"app\":\"a\",\"memory\":99999999999999999999} | memory",
                "{\"app\":\"a\",\"share\":\"half\"} | share",
                "{\"app\":\"a\",\"force\":\"true\"} | force",
                "{\"app\":\"a\",\"token\":7} | token",
                "{\"app\":\"a\",\"environment\":[]} | environment"
            })
    void whatIsWrongIsNamed(String json, String field) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
            assertThat(problem.fields()).containsKey(field);
        });
    }

    @Test
    void theCharacterNulAndTooLongTextsAreRefused() {
        assertThatThrownBy(() -> read("{\"app\":\"a\",\"parts\":[{\"name\":\"\\u0000\",\"size\":1}]}"))
                .hasMessageContaining("NUL");
        assertThat(read("{\"app\":\"a\",\"parts\":[{\"name\":\"\\ud83d\\ude00\",\"size\":1}]}"))
                .isNotNull();
        assertThatThrownBy(() -> read("{\"app\":\"a\",\"parts\":[{\"name\":\"" + "x".repeat(5000) + "\",\"size\":1}]}"))
                .hasMessageContaining("at most 4096");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\":1,\"a\":2}", "{} {}", "{\"a\":1}x", "[1", "nul", "{\"a\":01}", "\"\\x\"", "{'a':1}"})
    void malformedJsonIsAProblem(String json) {
        assertThatThrownBy(() -> Json.parseObject(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Problem.class);
    }

    @Test
    void depthAndBrokenUtf8AreRefused() {
        byte[] deep = ("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> Json.parseObject(deep)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> Json.parseObject(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> Json.parseObject("[]".getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("object");
        assertThat(Json.parseObject(new byte[0])).isEmpty();
    }

    @Test
    void secretsNeverLeaveTheProcessButPassInside() {
        All in = read("{\"app\":\"a\",\"token\":\"hush-hush\",\"environment\":{\"KEY\":\"hush-too\"}}");
        assertThat(write(in)).doesNotContain("hush").contains("•••");
        JsonNode inside = Json.tree(Types.record(All.class), in);
        All again = (All) Types.record(All.class).read(inside, "", Reading.strict());
        assertThat(again.token().orElseThrow().reveal()).isEqualTo("hush-hush");
        assertThat(again.environment().orElseThrow().get("KEY").reveal()).isEqualTo("hush-too");
        assertThat(in.toString()).doesNotContain("hush");
    }

    @Test
    void aTolerantReaderPassesOverWhatItDoesNotKnowAndFillsWhatIsMissing() {
        Reading reading = Reading.tolerant();
        Object value = Types.record(Counted.class)
                .read(Json.parse("{\"more\":1}".getBytes(StandardCharsets.UTF_8)), "", reading);
        reading.check();
        assertThat(value).isEqualTo(new Counted(0, false, List.of(), Optional.empty()));
    }

    @Test
    void theSchemaSaysWhatTheReaderChecks() {
        ObjectNode schema = Json.object();
        Types.record(All.class).describe(schema);
        assertThat(schema.at("/required").toString()).isEqualTo("[\"app\"]");
        assertThat(schema.at("/properties/app/x-kind").asText()).isEqualTo("app");
        assertThat(schema.at("/properties/token/format").asText()).isEqualTo("password");
        assertThat(schema.at("/properties/memory/format").asText()).isEqualTo("bytes");
        assertThat(schema.at("/properties/colour/enum").toString()).isEqualTo("[\"red\",\"dark-blue\"]");
        assertThat(schema.at("/properties/parts/items/properties/size/maximum").asInt())
                .isEqualTo(9);
        assertThat(schema.at("/additionalProperties").asBoolean(true)).isFalse();
    }

    @Test
    void aGenericRecordIsReadByItsArguments() throws NoSuchMethodException {
        Shape shape =
                Types.shape(RecordShapeTest.class.getDeclaredMethod("page").getGenericReturnType(), null);
        String json = new String(Json.bytes(shape, page()), StandardCharsets.UTF_8);
        assertThat(json).isEqualTo("{\"items\":[{\"name\":\"a\",\"size\":1}],\"next\":\"2\"}");
    }

    Page<Part> page() {
        return new Page<>(List.of(new Part("a", 1)), Optional.of("2"));
    }

    @Test
    void aQueryTakesWhatIsNotItsOwnAsFilters() {
        Shape shape = Types.shape(Query.class, null);
        Reading reading = Reading.strict();
        Object query = shape.read(
                Json.parse("{\"limit\":\"5\",\"status\":\"Running\"}".getBytes(StandardCharsets.UTF_8)), "", reading);
        reading.check();
        assertThat(query).isEqualTo(new Query(5, "", "", Map.of("status", "Running")));
        for (String limit : List.of("5000", "0", "1.5", "4294967301")) {
            Reading wrong = Reading.strict();
            shape.read(Json.parse(("{\"limit\":" + limit + '}').getBytes(StandardCharsets.UTF_8)), "", wrong);
            assertThatThrownBy(wrong::check).as(limit).isInstanceOf(Problem.class);
        }
    }

    @Test
    void aRecordThatIsNotPublicIsRefusedWithItsName() {
        assertThatThrownBy(() -> Types.record(Hidden.class))
                .hasMessageContaining("Hidden")
                .hasMessageContaining("public");
    }
}
