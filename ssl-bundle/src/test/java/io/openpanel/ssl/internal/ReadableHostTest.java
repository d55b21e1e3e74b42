package io.openpanel.ssl.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadableHostTest {
    private static String kept(String host) {
        return HostName.of(host, Set.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bücher.example",
                "café.localhost",
                "são-paulo.com.br",
                "łódź.example",
                "việtnam.example",
                "пример.example",
                "παράδειγμα.example",
                "日本語.jp",
                "ひらがなカタカナ漢字abc.jp",
                "서울.example",
                "中文.example",
                "مثال.example",
                "ตัวอย่าง.example",
                "shop.bücher.example",
                "bücher24.example"
            })
    void aHostIsReadInItsOwnLetters(String host) {
        assertThat(kept(host)).contains("xn--");
        assertThat(ReadableHost.of(kept(host))).contains(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "аpple.example",
                "сосо.example",
                "ορ.example",
                "gооgle.example",
                "paypaı.example",
                "☃.example",
                "bücher.сосо.example",
                "日本пример.example"
            })
    void oneThatCouldBeReadForAnotherStaysAsItIsKept(String host) {
        assertThat(kept(host)).contains("xn--");
        assertThat(ReadableHost.of(kept(host))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"shop.example", "xn--80ak6aa92e.com", "xn--zzzzzz.example", "xn--a.example", "xn--abc-.example"})
    void whatHasNoOtherLettersStaysToo(String host) {
        assertThat(ReadableHost.of(host)).isEmpty();
    }
}
