package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
    @ParameterizedTest
    @CsvSource({
        "*, app.delete, true",
        "app.delete, app.delete, true",
        "app.delete, app.deleted, false",
        "app.*, app.delete, true",
        "app.*, application.delete, false",
        "*.list, api-key.list, true",
        "*.list, api-key.listing, false",
        "de*.st*, deployment.start, true",
        "*.*, app.get, true",
        "app*, app.get, false",
        "a*e.get, apple.get, true",
        "a*p*e.*t, apple.get, true",
        "a*p*f.*t, apple.get, false",
        "**.**, app.get, true",
        "app.get*, app.get, true",
        // Each way to share the letters among the stars was tried once: this took longer than anybody waits.
        "************************************************************.x, identity-provider.list, false"
    })
    void aGlobCoversActions(String glob, String action, boolean covers) {
        assertThat(ActionGlob.matches(glob, action)).isEqualTo(covers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "**", "app", "app.get.all", "App.get", "app get", "app.*;drop"})
    void isNoGlob(String glob) {
        assertThat(ActionGlob.isValid(glob)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "deployment.strat, did you mean deployment.start?",
        "deploymnt.*, did you mean deployment.*?",
        "*.udpate, did you mean *.update?",
        "rocket.launch, install its plugin first"
    })
    void aNameOfNoActionIsRefusedWithTheOneThatWasMeant(String glob, String advice) {
        assertThatThrownBy(() -> ActionGlob.requireKnown(new FixedCatalogue(), "actions", glob))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> assertThat(problem.fields().get("actions")).endsWith(advice));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0430na@example.com",
                "ana@ex\u0430mple.com",
                "ana\u200b@example.com",
                "\uff41na@example.com",
                "ana@example\u2028.com",
                "ana\u00a0x@example.com",
                "\u202emoc.elpmaxe@ana"
            })
    void anAddressThatLooksLikeAnothersIsNone(String address) {
        assertThatThrownBy(() -> People.email(address)).isInstanceOf(Problem.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ana@example.com", "jos\u00e9@exemplo.com.br", "\u0438\u0432\u0430\u043d@example.com"})
    void anAddressMayHaveLettersOfItsLanguage(String address) {
        assertThat(People.email(address)).isEqualTo(address);
    }

    @Test
    void aNameHasNothingThatIsNotSeenOrTurnsTheTextAround() {
        for (String name : new String[] {"Ana\u202e nimda", "Ana\u2028Admin", "Ana\u200b", "Ana\u0007", "\ud800"}) {
            assertThatThrownBy(() -> People.name(name)).as(name).isInstanceOf(Problem.class);
        }
        for (String name :
                new String[] {"\u0410\u043d\u043d\u0430 Smith", "\ud83d\udc69\u200d\ud83d\udcbb Ana", "Z\u00e9"}) {
            assertThat(People.name(name)).isEqualTo(name);
        }
        assertThat(People.shown("\u202eAna\n\u200bAdmin\u2028")).isEqualTo("Ana Admin");
        assertThat(People.shown("a".repeat(99) + "\ud83d\ude00")).isEqualTo("a".repeat(99));
    }

    @Test
    void aKeyHasAPrefixForScannersAndAChecksum() {
        ApiKeyToken token = ApiKeyToken.create();

        assertThat(token.text()).matches("op_live_[0-9a-z]{47}");
        assertThat(ApiKeyToken.parse(token.text())).contains(token);
        assertThat(token.toString()).doesNotContain(token.text().substring(16));
    }

    @Test
    void aMistypedKeyIsNoticedWithoutALookUp() {
        String text = ApiKeyToken.create().text();
        Set<String> typos = IntStream.range(8, text.length())
                .mapToObj(i -> text.substring(0, i) + (text.charAt(i) == 'x' ? 'y' : 'x') + text.substring(i + 1))
                .collect(Collectors.toSet());

        assertThat(typos).allMatch(typo -> ApiKeyToken.parse(typo).isEmpty());
        assertThat(ApiKeyToken.parse(text + "x")).isEmpty();
        assertThat(ApiKeyToken.parse("op_live_")).isEmpty();
    }

    @Test
    void keysDoNotRepeat() {
        assertThat(IntStream.range(0, 1_000)
                        .mapToObj(i -> ApiKeyToken.create().text())
                        .distinct())
                .hasSize(1_000);
    }

    @Test
    void flatJsonIsRead() {
        assertThat(JsonText.object("{\"a\":\"x\\u0041\",\"n\":1,\"gone\":null} "))
                .isEqualTo(Map.of("a", "xA", "n", "1"));
        assertThat(JsonText.object(JsonText.write(Map.of("k", "a\"\n\u2028é")))).isEqualTo(Map.of("k", "a\"\n\u2028é"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{\"a\":1,\"a\":2}",
                "{\"a\":{}}",
                "{\"a\":[]}",
                "{} x",
                "{}{}",
                "{\"a\":1",
                "{a:1}",
                "{\"a\":'b'}",
                "// x\n{}",
                "{\"a\":NaN}"
            })
    void isNoFlatJson(String text) {
        assertThatThrownBy(() -> JsonText.object(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void secretsDoNotPrint() {
        assertThat(new AccessTokens.Issued("eyJ", java.time.Instant.EPOCH).toString())
                .doesNotContain("eyJ");
        assertThat(new People.Account("id", "e", "n", "$argon2id", java.util.Optional.empty()).toString())
                .doesNotContain("argon2");
        assertThat(new People.Newcomer("e", "n", "$argon2id").toString()).doesNotContain("argon2");
    }
}
