package io.openpanel.docker.internal.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreRulesTest {
    @ParameterizedTest
    @CsvSource({
        "node_modules, node_modules/a/b.js, true",
        "node_modules, src/node_modules/a.js, false",
        "**/node_modules, src/node_modules/a.js, true",
        "*.log, a.log, true",
        "*.log, logs/a.log, false",
        "**/*.log, logs/deep/a.log, true",
        "**/*.log, a.log, true",
        "/build, build/x, true",
        "build/, build/x, true",
        "./build/../dist, dist/a, true",
        "temp?, tempa, true",
        "temp?, temp, false",
        "*/temp*, somedir/temporary.txt, true",
        "*/*/temp*, somedir/subdir/temporary.txt, true",
        "a/**/b, a/b, true",
        "a/**/b, a/x/y/b, true",
        "a/**, a/x/y, true",
        "**, anything/at/all, true",
        "[a-c].txt, b.txt, true",
        "[^a-c].txt, b.txt, false",
        "a\\*b, a*b, true",
        "a\\*b, axb, false",
        "file.txt, fileXtxt, false",
        "#x, x, false",
        ".git, .github/a, false",
        ".git, .git/config, true",
        "a+b(c), a+b(c), true",
    })
    void patternsMatchAsTheEnginesOwn(String pattern, String path, boolean ignored) {
        assertThat(IgnoreRules.parse(List.of(pattern)).ignores(path)).isEqualTo(ignored);
    }

    @Test
    void theLastRuleThatMatchesDecides() {
        IgnoreRules rules = IgnoreRules.parse(
                List.of("*.md", "!README*.md", "README-secret.md", "", "  # not a comment? it is trimmed"));
        assertThat(rules.ignores("a.md")).isTrue();
        assertThat(rules.ignores("README.md")).isFalse();
        assertThat(rules.ignores("README-secret.md")).isTrue();
        assertThat(rules.hasExceptions()).isTrue();
        IgnoreRules all = IgnoreRules.parse(List.of("*", "!src", "!package.json"));
        assertThat(all.ignores("src/deep/a.js")).isFalse();
        assertThat(all.ignores("package.json")).isFalse();
        assertThat(all.ignores("secret/key")).isTrue();
    }

    @Test
    void patternsMadeToBeSlowAreRefused() {
        assertThatThrownBy(() -> IgnoreRules.parse(List.of("x", "**/a".repeat(12))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("Line 2");
        assertThatThrownBy(() -> IgnoreRules.parse(List.of("[a")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is not a pattern");
    }
}
