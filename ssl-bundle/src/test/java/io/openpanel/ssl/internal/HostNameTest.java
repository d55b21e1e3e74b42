package io.openpanel.ssl.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNameTest {
    private static final Set<String> OWN = Set.of("203.0.113.5", "panel.example.com");

    @ParameterizedTest
    @CsvSource({
        "shop.example.com,shop.example.com",
        "SHOP.Example.COM,shop.example.com",
        "web-shop.localhost,web-shop.localhost",
        "bücher.example,xn--bcher-kva.example",
        "日本語.jp,xn--wgv71a119e.jp",
        "a.b,a.b",
        "1.example.com,1.example.com",
        "xn--bcher-kva.example,xn--bcher-kva.example",
        "x.1-2-3-4.sslip.io,x.1-2-3-4.sslip.io",
        "a--b.example,a--b.example"
    })
    void readsWhatPeopleWrite(String text, String host) {
        assertThat(HostName.of(text, OWN)).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"straße.example", "βόλος.example", "نامه\u200cای.example"})
    void refusesWhatBrowsersSpellInAnotherWay(String text) {
        assertThatThrownBy(() -> HostName.of(text, OWN))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("xn--");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "shop",
                "com",
                "a b.com",
                "a\tb.com",
                "a.com ",
                "a\u0000.com",
                "a\r\nHost: b.com",
                "a\u2028.com",
                "https://a.com",
                "a.com/path",
                "a.com:80",
                "[::1]",
                "::1",
                "127.0.0.1",
                "1.2.3.4",
                "127.1",
                "0x7f.0x1",
                "1.2.3.04",
                "１２７.０.０.１",
                "*.example.com",
                "*",
                "a..com",
                ".a.com",
                "a.com.",
                "a.com。",
                "-a.com",
                "a-.com",
                "a_b.com",
                "a.com#x",
                "a@b.com",
                "a.com?x",
                "a,b.com",
                "a.com;b",
                "$(id).com",
                "`id`.com",
                "a.com\\x",
                "panel.example.com",
                "PANEL.example.com",
                "203.0.113.5",
                "a'b.com",
                "<b>.com",
                "%41.com"
            })
    void refusesWhatIsNoDomainForAnApp(String text) {
        assertThatThrownBy(() -> HostName.of(text, OWN)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
            assertThat(problem.fields()).containsKey("host");
        });
    }

    @Test
    void lengthsEndWhereDnsEnds() {
        String label = "a".repeat(63);
        assertThat(HostName.of(label + ".com", OWN)).hasSize(67);
        assertThatThrownBy(() -> HostName.of("a" + label + ".com", OWN)).isInstanceOf(Problem.class);
        String long253 = (label + ".").repeat(3) + "a".repeat(57) + ".com";
        assertThat(HostName.of(long253, OWN)).hasSize(253);
        assertThatThrownBy(() -> HostName.of("a" + long253, OWN)).isInstanceOf(Problem.class);
        assertThatThrownBy(() -> HostName.of("a".repeat(64 * 1024) + ".com", OWN))
                .isInstanceOf(Problem.class);
        assertThatThrownBy(() -> HostName.of("ü".repeat(63) + ".com", OWN)).isInstanceOf(Problem.class);
    }

    /** Each is either a plain host or refused with a sentence; nothing else can happen. */
    @Test
    void naughtyTextsAreHostsOrRefused() throws IOException {
        Path data = Path.of(System.getenv().getOrDefault("OPENPANEL_TEST_DATA", "../../shared/data"))
                .resolve("naughty-strings");
        assumeTrue(Files.isDirectory(data), "No test data at " + data);
        try (var files = Files.walk(data)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".txt")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    try {
                        assertThat(HostName.of(line, OWN)).matches("[a-z0-9.-]{3,253}");
                    } catch (Problem e) {
                        assertThat(e.kind()).isEqualTo(Problem.Kind.INVALID);
                    }
                }
            }
        }
    }
}
