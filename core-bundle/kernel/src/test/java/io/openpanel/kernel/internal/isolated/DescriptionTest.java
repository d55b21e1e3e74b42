package io.openpanel.kernel.internal.isolated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Call;
import io.openpanel.api.Event;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What another process says of itself is taken in only where a plugin of its name may have it. */
class DescriptionTest implements Description.Doing {
    private static final PluginOf PLUGIN = new PluginOf("lodger", "Lodger", List.of("app.created"), null);

    private final List<String> done = new ArrayList<>();

    private static ObjectNode action(String id) {
        ObjectNode action =
                Json.object().put("id", id).put("summary", "Does it").put("effect", "CHANGE");
        action.put("access", "PERMISSION").put("form", "RECORD").put("http", "");
        action.set(
                "input",
                Json.parseObject(
                        """
                {"type":"object","properties":{"app":{"type":"string","format":"ref","x-kind":"app"},
                 "size":{"type":"integer","format":"int32","maximum":5},
                 "mode":{"type":"string","enum":["slow","fast"]},
                 "name":{"type":"string","maxLength":10,"pattern":"(a+)+$"}},"required":["name"]}
                """
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return action;
    }

    private List<Entry> read(ObjectNode action) {
        ObjectNode json = Json.object();
        json.putArray("actions").add(action);
        return new Description(PLUGIN, json, this)
                .entries(Map.of(action.get("id").asText(), Set.of("owner")), new Turnstile());
    }

    @Test
    void anActionIsReadWithItsInputAndWhatThatPointsAt() {
        Entry entry = read(action("lodger.do")).get(0);
        assertThat(entry.operation().refs())
                .extracting(each -> each.name() + each.kind())
                .containsExactly("appapp");
        Shape input = entry.input().orElseThrow();
        Reading reading = Reading.strict();
        input.read(Json.parse("{\"size\":9,\"mode\":\"mad\",\"other\":1}".getBytes()), "", reading);
        assertThatThrownBy(reading::check).hasMessageMatching("(?s).*(size|mode|other|name).*");
        assertThat(entry.operation().input()).doesNotContain("pattern");
    }

    private void isRefused(ObjectNode action, String reason) {
        assertThatThrownBy(() -> read(action))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void whatAPluginOfItsNameMayNotHaveIsRefused() {
        isRefused(action("app.delete"), "begin with lodger");
        isRefused(action("lodger.do").put("access", "OPEN"), "signing in");
        isRefused(action("lodger.do").put("form", "DUPLEX"), "answers with a record");
        isRefused(action("lodger.do").put("http", "POST /sessions"), "begin with /lodger");
        isRefused(action("lodger.do").put("http", "POST /{any}/x"), "begin with /lodger");
        isRefused(action("lodger.do").put("summary", "x".repeat(500)), "at most 300");
        ObjectNode deep = Json.object();
        ObjectNode level = deep;
        for (int i = 0; i < 20; i++) {
            level.put("type", "array");
            level = level.putObject("items");
        }
        ObjectNode action = action("lodger.do");
        action.set("input", deep);
        isRefused(action, "levels deep");
    }

    private static ObjectNode hearing(String pattern) {
        ObjectNode json = Json.object();
        json.putArray("hearers").addObject().put("name", "A.b").put("pattern", pattern);
        return json;
    }

    private static Event event(String topic) {
        return new Event("1", topic, Instant.EPOCH, new Ref("user", "1"), Optional.empty(), Optional.empty(), Map.of());
    }

    @Test
    void itHearsItsOwnEventsAndThoseItLists() {
        assertThatThrownBy(() -> new Description(PLUGIN, hearing("**"), this).hearings())
                .hasMessageContaining("without listing it");
        assertThatThrownBy(() -> new Description(PLUGIN, hearing("user.created"), this).hearings())
                .hasMessageContaining("without listing it");
        var heard =
                new Description(PLUGIN, hearing("lodger.**"), this).hearings().get(0);
        heard.hearer().accept(event("lodger.noted"));
        heard.hearer().accept(event("user.created"));
        assertThat(new Description(PLUGIN, hearing("app.created"), this).hearings())
                .hasSize(1);
        assertThat(done).containsExactly("A.b lodger.noted");
    }

    @Test
    void itsScheduleDoesNotRunAllTheTime() {
        ObjectNode json = Json.object();
        json.putArray("tickers").addObject().put("name", "A.b").put("every", "PT0.001S");
        assertThatThrownBy(() -> new Description(PLUGIN, json, this).tickings()).hasMessageContaining("each 10 s");
    }

    @Override
    public Object action(String id, Shape input, Object in, Call call) {
        return null;
    }

    @Override
    public void event(String name, Event event) {
        done.add(name + ' ' + event.topic());
    }

    @Override
    public void tick(String name) {
        done.add(name);
    }
}
