package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotEnvTest {
    private static Map<String, String> parse(String text) {
        Map<String, String> plain = new LinkedHashMap<>();
        DotEnv.parse(text).forEach((name, value) -> plain.put(name, value.reveal()));
        return plain;
    }

    @Test
    void aFileFromWindowsIsRead() {
        assertThat(DotEnv.parse("\uFEFFA=1\r\nB=2\r\n")).containsOnlyKeys("A", "B");
    }

    @Test
    void namesAndValuesAreReadInOrder() {
        assertThat(parse("B=2\nA=1\n")).containsExactly(Map.entry("B", "2"), Map.entry("A", "1"));
    }

    @Test
    void commentsBlankLinesAndExportAreUnderstood() {
        assertThat(parse("# first\n\n   # indented\nexport A=1\n\t\nB = 2 # why\nC=a#b\n"))
                .containsExactly(Map.entry("A", "1"), Map.entry("B", "2"), Map.entry("C", "a#b"));
    }

    @Test
    void quotesKeepWhatIsBetweenThem() {
        assertThat(parse("A=\" x # y \"\nB='it is \\n \"raw\"'\nC=\"a\\nb\\t\\\"c\\\\\"\nD=\"\"\nE=\nF=''"))
                .isEqualTo(Map.of(
                        "A", " x # y ", "B", "it is \\n \"raw\"", "C", "a\nb\t\"c\\", "D", "", "E", "", "F", ""));
    }

    @Test
    void aQuotedValueMayHaveSeveralLines() {
        assertThat(parse("KEY=\"-----BEGIN-----\nabc\n-----END-----\"\nNEXT=1"))
                .isEqualTo(Map.of("KEY", "-----BEGIN-----\nabc\n-----END-----", "NEXT", "1"));
    }

    @Test
    void windowsLineEndsAndEqualsSignsInValuesAreFine() {
        assertThat(parse("A=1\r\nB=x=y==\r\n")).isEqualTo(Map.of("A", "1", "B", "x=y=="));
    }

    @Test
    void theLastOfTwoCounts() {
        assertThat(parse("A=1\nA=2")).isEqualTo(Map.of("A", "2"));
    }

    @Test
    void shellSyntaxIsText() {
        assertThat(parse("A=$(touch /tmp/x)\nB=`id`\nC=${HOME}"))
                .isEqualTo(Map.of("A", "$(touch /tmp/x)", "B", "`id`", "C", "${HOME}"));
    }

    @Test
    void nothingIsNothing() {
        assertThat(parse("")).isEmpty();
        assertThat(parse("\n\n# only a comment")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'A=1\nnonsense', 2",
        "'1A=x', 1",
        "'A-B=x', 1",
        "'=x', 1",
        "'A=1\n\nB=\"open\nC=1', 3",
        "'A=''open', 1",
        "'X=\"a\nb\"\nbad line', 3"
    })
    void whatIsWrongIsNamedByItsLine(String text, int line) {
        Problem problem = catchThrowableOfType(Problem.class, () -> DotEnv.parse(text));

        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        assertThat(problem).hasMessageStartingWith("Line " + line + ":");
        assertThat(problem.fields()).containsOnlyKeys("text");
    }

    @Test
    void valuesAreSecrets() {
        assertThat(DotEnv.parse("A=hunter22").get("A"))
                .isInstanceOf(Secret.class)
                .hasToString("•••");
    }
}
