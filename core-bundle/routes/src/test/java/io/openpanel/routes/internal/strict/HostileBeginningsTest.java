package io.openpanel.routes.internal.strict;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file of a plugin that nobody trusts may not have around the steps of its routes. */
class HostileBeginningsTest {
    private static final List<String> USES = List.of("bell.rung", "door.*", "http.send", "host:example.com");
    private static final String FILE = "OPENPANEL-INF/routes/a.yaml";

    private static List<RouteDefinition> read(String yaml) {
        return StrictRoutes.read("bell", USES, FILE, yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static List<RouteDefinition> from(String from) {
        return read("- route:\n    id: bell.wire\n    from:\n      " + from.replace("\n", "\n      ")
                + "\n      steps: []\n");
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading, String... words) {
        assertThatThrownBy(reading)
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith(FILE)
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "uri: event:container.changed                       | is not in the uses",
                "uri: event:*                                       | is not in the uses",
                "uri: event:door.*                                  | is not in the uses",
                "uri: 'event:bell.rung?x=y'                         | is not in the uses",
                "uri: file:/etc                                     | begins with event:, direct: or timer:",
                "uri: 'http://0.0.0.0:9999'                         | begins with event:, direct: or timer:",
                "uri: 'exec:id'                                     | begins with event:, direct: or timer:",
                "uri: 'seda:x'                                      | begins with event:, direct: or timer:",
                "uri: 'direct:notifier.send'                        | must begin with the plugin's id and a dot",
                "uri: 'timer:x?period=1'                            | a timer has a plain name",
                "uri: timer:x                                       | 'parameters' is missing",
                "{uri: 'timer:x', parameters: {}}                   | 'period' is missing",
                "{uri: 'timer:x', parameters: {period: 1}}          | from 10000",
                "{uri: 'timer:x', parameters: {period: '1ms'}}      | from 10000",
                "{uri: 'timer:x', parameters: {period: '${body}'}}  | from 10000",
                "{uri: 'timer:x', parameters: {period: 60000, fixedRate: true}} | 'fixedRate' is not allowed",
                "{uri: 'timer:x', parameters: {period: 60000, exceptionHandler: '#x'}} | 'exceptionHandler' is not allowed",
                "{uri: 'event:bell.rung', parameters: {exchangePattern: InOut}} | 'exchangePattern' is not allowed",
                "{uri: 'event:bell.rung', id: x}                    | 'id' is not allowed"
            })
    void aRouteBeginsWithAnEventInTheListItsOwnNameOrASlowTimer(String from, String reason) {
        String said = from.strip().startsWith("{") ? from.strip().replaceFirst("}$", ", steps: []}") : null;
        refused(
                () -> {
                    if (said == null) {
                        from(from.strip());
                    } else {
                        read("- route: {id: bell.wire, from: " + said + "}");
                    }
                },
                reason.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"push-to-deploy", "bell", "bell-wire", "other.wire", "bell.", "Bell.wire", "bell.wire${x}", "*"})
    void aRouteIsNamedAfterItsPlugin(String id) {
        refused(
                () -> read("- route: {id: '" + id + "', from: {uri: 'event:bell.rung', steps: []}}"),
                "[0].route",
                "must begin with the plugin's id and a dot");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "autoStartup: true",
                "startupOrder: 1",
                "errorHandler: {}",
                "routePolicy: '#x'",
                "routeConfigurationId: '*'",
                "group: x",
                "template: true",
                "streamCache: false",
                "shutdownRoute: Defer",
                "trace: 'true'",
                "precondition: '{{x}}'",
                "nodePrefixId: x",
                "inputType: {urn: x}"
            })
    void aRouteHasAnIdADescriptionAndABeginning(String more) {
        refused(
                () -> read("- route: {id: bell.wire, " + more + ", from: {uri: 'event:bell.rung', steps: []}}"),
                "[0].route: '" + more.split(":")[0] + "' is not allowed here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "beans: []",
                "errorHandler: {}",
                "onException: {}",
                "routeConfiguration: {}",
                "routeTemplate: {id: x}",
                "templatedRoute: {}",
                "rest: {}",
                "restConfiguration: {}",
                "intercept: {}",
                "interceptFrom: {}",
                "onCompletion: {}",
                "dataFormats: {}",
                "from: {uri: 'event:bell.rung', steps: []}"
            })
    void aFileHasRoutesAndNothingElse(String part) {
        refused(() -> read("- " + part), "[0]: '" + part.split(":")[0] + "' is not allowed here; allowed are route");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!java.net.URL [http://example.com]",
                "- &a {route: *a}",
                "- route: {id: bell.a, id: bell.b, from: {uri: event:bell.rung, steps: []}}",
                "- route: &x {id: bell.a, from: {uri: event:bell.rung, steps: &s [{log: a}, {choice: {when: *s}}]}}",
                "a: b",
                "text",
                "- x: [",
                "--- []\n--- []"
            })
    void aFileIsPlainYaml(String yaml) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(Problem.class).hasMessageStartingWith(FILE);
    }

    @Test
    void theSameIdTwiceIsRefused() {
        String one = "- route: {id: bell.wire, from: {uri: 'event:bell.rung', steps: []}}\n";

        refused(() -> read(one + one), "two routes have the id 'bell.wire'");
    }

    @Test
    void noRouteLeadsBackToItself() {
        String chain = "- route: {id: bell.a, from: {uri: 'direct:bell.a', steps: [{to: 'direct:bell.b'}]}}\n"
                + "- route: {id: bell.b, from: {uri: 'direct:bell.b', steps: [{filter: {simple: '1 == 1', steps: [{to: 'direct:%s'}]}}]}}\n";

        refused(() -> read(chain.formatted("bell.a")), "leads back to itself");
        refused(() -> read(chain.formatted("bell.b")), "leads back to itself");
        refused(() -> read(chain.formatted("bell.c")), "no route of this file begins with direct:bell.c");
    }
}
