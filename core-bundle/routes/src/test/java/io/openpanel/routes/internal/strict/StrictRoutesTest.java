package io.openpanel.routes.internal.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.testkit.TestPanel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What routes of the table do when they run. */
class StrictRoutesTest {
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<Object> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void run(Map<String, Object> body, String steps) throws Exception {
        String yaml = "- route:\n    id: bell.wire\n    from:\n      uri: direct:bell.wire\n      steps:\n"
                + (steps + "- to: direct:bell.end\n").indent(8)
                + "- route: {id: bell.end, from: {uri: 'direct:bell.end', steps: [{log: end}]}}\n";
        for (RouteDefinition route :
                StrictRoutes.read("bell", List.of(), "a.yaml", yaml.getBytes(StandardCharsets.UTF_8))) {
            if (route.getRouteId().equals("bell.end")) {
                route.getOutputs().clear();
                route.process(exchange -> seen.add(exchange.getMessage().getBody()));
            }
            camel.addRouteDefinition(route);
        }
        camel.start();
        Exchange exchange = new DefaultExchange(camel);
        exchange.getIn().setBody(body);
        exchange.setProperty("setting", Map.of("kind", "discord", "events", List.of("a.b", "c.d")));
        exchange.setProperty("topic", "c.d");
        camel.createProducerTemplate().send("direct:bell.wire", exchange);
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
    }

    private boolean passes(String condition, Map<String, Object> body) throws Exception {
        run(
                body,
                "- filter:\n    simple: >-\n      " + condition
                        + "\n    steps: [{to: 'direct:bell.end'}, {stop: {}}]\n- stop: {}\n");
        return !seen.isEmpty();
    }

    @Test
    void quotesOfAnEventStayInsideOfTheirText() throws Exception {
        run(
                Map.of("reason", "a \"quoted\", \"url\": \"https://evil\" \\ text"),
                """
                - setBody:
                    language:
                      language: json
                      expression: '{"url": {"setting": "url"}, "json": {"text": "failed: ${body[reason]}", "n": [1, true]}}'
                """);

        assertThat(seen)
                .containsExactly(Map.of(
                        "url",
                        Map.of("setting", "url"),
                        "json",
                        Map.of(
                                "text",
                                "failed: a \"quoted\", \"url\": \"https://evil\" \\ text",
                                "n",
                                List.of(1, true))));
    }

    @Test
    void whatAnEventSaysIsNeverReadAsAPath() throws Exception {
        run(Map.of("name", "${body[secret]} {{env:HOME}}", "secret", "s"), "- setBody: {simple: 'x ${body[name]}'}\n");

        assertThat(seen).containsExactly("x ${body[secret]} {{env:HOME}}");
    }

    @Test
    void aPathThatLeadsNowhereIsEmpty() throws Exception {
        run(
                Map.of("a", List.of("x")),
                "- setBody: {simple: '<${body[b][c]}${body[a][7]}${body[a][0]}${header.none}>'}\n");

        assertThat(seen).containsExactly("<x>");
    }

    @Test
    void settingsAndTopicCanBeCompared() throws Exception {
        assertThat(passes("${exchangeProperty.setting[events]} contains ${exchangeProperty.topic}", Map.of()))
                .isTrue();
    }

    @Test
    void numbersAreComparedAsNumbers() throws Exception {
        assertThat(passes("${body[n]} > 9 && ${body[n]} != 10.5 && ${body[t]} == true", Map.of("n", 10, "t", true)))
                .isTrue();
    }

    @Test
    void oneOfSeveralIsEnoughWithOr() throws Exception {
        assertThat(passes("${body[n]} == null || ${body[n]} startsWith 'main'", Map.of("n", "main-2")))
                .isTrue();
    }

    @Test
    void whatDoesNotHoldIsLeftOut() throws Exception {
        assertThat(passes("${body[n]} == 'x'", Map.of("n", "y"))).isFalse();
    }

    @Test
    void theFirstBranchThatHoldsIsTaken() throws Exception {
        run(
                Map.of(),
                """
                - choice:
                    when:
                      - simple: "${exchangeProperty.setting[kind]} == 'slack'"
                        steps: [{setBody: {constant: slack}}]
                      - simple: "${exchangeProperty.setting[kind]} == 'discord'"
                        steps: [{filter: {simple: "1 == 1", steps: [{setBody: {constant: discord}}]}}]
                    otherwise:
                      steps: [{setBody: {constant: other}}]
                """);

        assertThat(seen).containsExactly("discord");
    }

    @Test
    void aListIsSplit() throws Exception {
        run(
                Map.of("all", List.of("a", "b")),
                "- split: {simple: '${body[all]}', steps: [{to: 'direct:bell.end'}]}\n- stop: {}\n");

        assertThat(seen).containsExactly("a", "b");
    }

    @Test
    void eventsAreGathered() throws Exception {
        run(
                Map.of("all", List.of("a", "b", "c")),
                """
                - split:
                    simple: "${body[all]}"
                    steps:
                      - aggregate:
                          correlationExpression: {constant: all}
                          aggregationStrategy: list
                          completionSize: 3
                          completionTimeout: 60000
                          steps: [{to: "direct:bell.end"}]
                - stop: {}
                """);

        // What was gathered goes on by a thread of its own.
        TestPanel.await("what was gathered", () -> !seen.isEmpty(), Duration.ofSeconds(10));
        assertThat(seen).containsExactly(List.of("a", "b", "c"));
    }

    @Test
    void aRunDoesNoMoreThanItsShare() {
        String items = "[0" + ",0".repeat(999) + "]";
        String inner = "{split: {language: {language: json, expression: '" + items + "'}, steps: [{log: x}]}}";

        assertThatThrownBy(() -> run(
                        Map.of(),
                        "- split: {language: {language: json, expression: '" + items + "'}, steps: [" + inner + "]}\n"))
                .hasStackTraceContaining("more than 10000 steps");
    }

    @Test
    void noValueGrowsWithoutEnd() {
        String twice = "- setBody: {language: {language: json, expression: '[\"${body}\", \"${body}\"]'}}\n";
        String text = "- setHeader: {name: x, simple: '${header.x}${header.x}ab'}\n";

        assertThatThrownBy(() -> run(Map.of("a", "b"), twice.repeat(40))).hasStackTraceContaining("more than 256 KiB");
        assertThatThrownBy(() -> new StrictRoutesTest().run(Map.of(), text.repeat(40)))
                .hasStackTraceContaining("more than 256 KiB");
    }
}
