package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the documents point at is there, and what they quote of the sources stands in them. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```$");
    /** A link to a source, a colon, and code of it: {@code [`Class`](path): `A = 1`, `B = 2`}. */
    private static final Pattern QUOTING = Pattern.compile("]\\(([^)\\s#]+)(?<!\\.md)\\): ((?:`[^`]+`(?:, )?)+)");

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Set<String> NOT_OURS = Set.of("node_modules", "target", "archetype-resources", ".git");

    private static List<Path> documents;

    @BeforeAll
    static void find() throws IOException {
        try (Stream<Path> all = Files.walk(Panel.ROOT)) {
            documents = all.filter(each -> each.toString().endsWith(".md"))
                    .filter(each -> names(each).noneMatch(NOT_OURS::contains))
                    .sorted()
                    .toList();
        }
        assertThat(documents).contains(Panel.ROOT.resolve("README.md"), Panel.ROOT.resolve("docs/guide/security.md"));
    }

    @Test
    void whatALinkPointsAtIsThere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents) {
            for (String link : all(LINK, CODE.matcher(prose(document)).replaceAll(""))) {
                if (!link.contains("://") && !isThere(document, link)) {
                    broken.add(Panel.ROOT.relativize(document) + ": " + link);
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void whatIsQuotedOfASourceStandsInIt() throws IOException {
        List<String> quotes = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (Path document : documents) {
            for (MatchResult quoting :
                    QUOTING.matcher(Files.readString(document)).results().toList()) {
                Path source = document.resolveSibling(quoting.group(1)).normalize();
                String text = Files.readString(source);
                for (String code : all(CODE, quoting.group(2))) {
                    quotes.add(code);
                    if (!text.contains(code)) {
                        wrong.add(Panel.ROOT.relativize(document) + ": " + code + " is not in "
                                + Panel.ROOT.relativize(source));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(quotes).hasSizeGreaterThan(50);
    }

    private static boolean isThere(Path document, String link) throws IOException {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return hash < 0 || !Files.isRegularFile(target) || anchors(target).contains(link.substring(hash + 1));
    }

    /** As the places that show Markdown make them of headings. */
    private static Set<String> anchors(Path document) throws IOException {
        return all(HEADING, prose(document)).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String prose(Path document) throws IOException {
        return FENCED.matcher(Files.readString(document)).replaceAll("");
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(each -> each.group(1)).toList();
    }

    private static Stream<String> names(Path file) {
        Path relative = Panel.ROOT.relativize(file);
        return Stream.iterate(0, at -> at < relative.getNameCount(), at -> at + 1)
                .map(at -> relative.getName(at).toString());
    }
}
