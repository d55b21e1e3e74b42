package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docs/asvs.csv} is whole, and what it points at is there. */
class AsvsTest {
    private static final Set<String> STATES = Set.of("met", "partly", "open", "not applicable");
    private static final Pattern FIELD = Pattern.compile("(?:\"((?:[^\"]++|\"\")*+)\"|([^\",\r\n]*+))(,|\r?\n|\\z)");
    private static final Pattern QUOTED = Pattern.compile("`([^`]*)`");

    private static List<List<String>> rows;

    @BeforeAll
    static void read() throws IOException {
        List<List<String>> all = records(Panel.ROOT.resolve("docs/asvs.csv"));
        assertThat(all.get(0)).containsExactly("id", "status", "evidence");
        rows = all.subList(1, all.size());
    }

    @Test
    void eachRowHasAnIdAStatusAndEvidence() {
        assertThat(rows).isNotEmpty().allSatisfy(row -> {
            assertThat(row).hasSize(3);
            assertThat(row.get(0)).matches("V\\d+\\.\\d+\\.\\d+");
            assertThat(row.get(1)).as(row.get(0)).isIn(STATES);
            assertThat(row.get(2)).as(row.get(0)).isNotBlank();
        });
    }

    @Test
    void noRequirementIsThereTwice() {
        assertThat(ids()).doesNotHaveDuplicates();
    }

    @Test
    void whatTheEvidencePointsAtIsThere() {
        assertThat(rows).allSatisfy(row -> assertThat(pathsIn(row.get(2)))
                .as(row.get(0))
                .allSatisfy(path -> assertThat(Panel.ROOT.resolve(path)).exists()));
    }

    @Test
    void theRowsAreThoseOfTheFirstTwoLevels() throws IOException {
        List<List<String>> published = records(TestData.folder("asvs").resolve("asvs-5.0.0-en.csv"));
        List<String> header = published.get(0);
        int id = header.indexOf("req_id");
        int level = header.indexOf("L");
        assertThat(ids())
                .containsExactlyInAnyOrderElementsOf(published.stream()
                        .filter(row -> Set.of("1", "2").contains(row.get(level)))
                        .map(row -> row.get(id))
                        .toList());
    }

    private static List<String> ids() {
        return rows.stream().map(row -> row.get(0)).toList();
    }

    private static List<String> pathsIn(String evidence) {
        return QUOTED.matcher(evidence).results().map(each -> each.group(1)).toList();
    }

    /** The records of a file (RFC 4180); the published one ends with an empty line. */
    private static List<List<String>> records(Path file) throws IOException {
        String text = Files.readString(file).replace("\uFEFF", "").strip();
        List<List<String>> records = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        Matcher field = FIELD.matcher(text);
        for (int at = 0; at < text.length(); at = field.end()) {
            assertThat(field.find(at) && field.start() == at)
                    .as("%s is no CSV after %d characters", file, at)
                    .isTrue();
            fields.add(field.group(1) == null ? field.group(2) : field.group(1).replace("\"\"", "\""));
            if (!field.group(3).equals(",")) {
                records.add(List.copyOf(fields));
                fields.clear();
            }
        }
        return records;
    }
}
