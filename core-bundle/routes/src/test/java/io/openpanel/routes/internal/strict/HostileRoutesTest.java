package io.openpanel.routes.internal.strict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.model.FilterDefinition;
import org.apache.camel.model.RouteDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways out of a route, none of which there is in one of a plugin that nobody trusts. */
class HostileRoutesTest {
    private static final List<String> USES = List.of("bell.rung", "door.*", "http.send", "host:example.com");
    private static final String FILE = "OPENPANEL-INF/routes/a.yaml";

    private static List<RouteDefinition> read(String yaml) {
        return StrictRoutes.read("bell", USES, FILE, yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** A route with one step. */
    private static List<RouteDefinition> step(String step) {
        return read("- route:\n    id: bell.wire\n    from:\n      uri: event:bell.rung\n      steps:\n        - "
                + step.replace("\n", "\n          "));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading, String... words) {
        assertThatThrownBy(reading)
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith(FILE)
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bean:io.openpanel.routes.internal.RouteHost",
                "class:java.lang.Runtime?method=exec",
                "exec:sh?args=-c%20id",
                "file:/etc",
                "http://169.254.169.254/latest/meta-data",
                "https:example.com",
                "language:simple:${body}",
                "language:groovy:System.exit(0)",
                "log:x?loggerCategory=io.openpanel",
                "log:x?marshal=true",
                "log:x",
                "seda:push",
                "vm:push",
                "stub:x",
                "mock:x",
                "scheduler:x",
                "timer:x",
                "event:bell.rung",
                "controlbus:route?routeId=push-to-deploy&action=stop",
                "kamelet:x",
                "rest:get:x",
                "ref:camelContext",
                "dataset:x",
                "docker:///containers",
                "jdbc:dataSource",
                "direct:push-to-deploy",
                "direct:bell",
                "direct:others.send",
                "direct:bell.send?block=false",
                "direct:bell.send?exchangePattern=InOut",
                "action:container.delete",
                "action:bellows.run",
                "action:http.send?x=y",
                "action:HTTP.send",
                "action:",
                "action",
                "",
                "{{env:HOME}}",
                "action:{{sys:x}}",
                "${body}",
                "RAW(action:http.send)"
            })
    void aStepLeadsOnlyToActionsInTheListAndToOwnRoutes(String uri) {
        refused(() -> step("to: '" + uri + "'"), ".steps[0].to: ");
        refused(() -> step("to: {uri: '" + uri + "'}"), ".steps[0].to.uri: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "toD: action:http.send",
                "bean: {ref: camelContext, method: stop}",
                "bean: {beanType: java.lang.Runtime}",
                "script: {groovy: 'System.exit(0)'}",
                "script: {expression: {simple: '${bean:x}'}}",
                "process: {ref: x}",
                "enrich: {simple: 'file:/etc/passwd'}",
                "pollEnrich: {simple: 'file:/etc?fileName=passwd'}",
                "poll: file:/etc",
                "recipientList: {simple: '${body}'}",
                "routingSlip: {simple: '${body}'}",
                "dynamicRouter: {simple: '${body}'}",
                "wireTap: {uri: 'bean:x'}",
                "kamelet: {name: x}",
                "resumable: {resumeStrategy: '#x'}",
                "saga: {}",
                "transacted: {}",
                "loop: {constant: 1000000000, steps: []}",
                "doTry: {steps: []}",
                "onException: {exception: [java.lang.Exception]}",
                "multicast: {steps: []}",
                "loadBalance: {}",
                "marshal: {json: {}}",
                "unmarshal: {java: {}}",
                "unmarshal: {custom: {ref: x}}",
                "convertBodyTo: {type: java.io.File}",
                "convertHeaderTo: {name: x, type: java.net.URL}",
                "validate: {simple: '${body}'}",
                "claimCheck: {}",
                "idempotentConsumer: {idempotentRepository: '#x'}",
                "intercept: {steps: []}",
                "interceptSendToEndpoint: {uri: 'action:*'}",
                "onCompletion: {steps: []}",
                "policy: {ref: x}",
                "setExchangePattern: InOut",
                "setProperty: {name: openpanel.team, constant: 'team:x'}",
                "setVariable: {name: x, constant: y}",
                "setHeaders: {headers: []}",
                "removeProperties: '*'",
                "throwException: {exceptionType: java.lang.Error}",
                "rollback: {}",
                "sample: {}",
                "sort: {simple: '${body}'}",
                "step: {steps: []}",
                "threads: {poolSize: 10000}",
                "circuitBreaker: {}",
                "serviceCall: {name: x}",
                "tokenizer: {}",
                "transformDataType: {toType: x}"
            })
    void aStepThatIsNotInTheTableIsNone(String step) {
        refused(() -> step(step), ".steps[0]: '" + step.split(":")[0] + "' is not allowed here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bean:camelContext.stop",
                "bean:type:java.lang.Runtime.getRuntime",
                "body.getClass",
                "body.class.classLoader",
                "body[a].toString()",
                "body[a]?.x",
                "bodyAs(java.lang.String)",
                "bodyAs(java.io.File)",
                "mandatoryBodyAs(byte[])",
                "camelContext.stop",
                "camelId",
                "exchange.context",
                "exchange",
                "sys.user.home",
                "sysenv.HOME",
                "env.HOME",
                "env:HOME",
                "properties:x",
                "propertiesExist:x",
                "ref:camelContext",
                "type:java.lang.Runtime",
                "type:io.openpanel.api.Secret.of",
                "resource:file:/etc/passwd",
                "resource:classpath:x",
                "file:name",
                "exchangeProperty.openpanel.team",
                "exchangeProperty.setting.getClass",
                "exchangeProperty[setting]",
                "header.CamelHttpUri",
                "headers",
                "in.header.x",
                "headerAs('x', java.io.File)",
                "variable.x",
                "exception.stacktrace",
                "exception",
                "collate(3)",
                "function(x)",
                "jsonpath($.x)",
                "groovy:x",
                "random(1,2)",
                "hash(${body},SHA-256)",
                "uuid",
                "hostName",
                "threadName",
                "date:now",
                "date-with-timezone:now:x",
                "messageHistory",
                "routeGroup",
                "body[${bean:x}]",
                "body['a']",
                "body[a",
                "header.x}${bean:y",
                ""
            })
    void aPathReadsMapsAndListsAndNothingElse(String path) {
        refused(() -> step("setBody:\n  simple: \"${" + path + "}\""), ".setBody.simple: ", "is not allowed");
        refused(() -> step("log: \"${" + path + "}\""), ".log: ");
        refused(() -> step("filter:\n  simple: \"${" + path + "} == 'x'\"\n  steps: []"), ".filter.simple: ");
        refused(
                () -> step("setBody:\n  language:\n    language: json\n    expression: '{\"a\": [\"${"
                        + path.replace("'", "''") + "}\"]}'"),
                ".setBody.language.expression: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${body} is 'java.lang.Runtime'          | operator 'is'",
                "${body} regex '(a+)+$'                  | operator 'regex'",
                "${body} =~ 'x'                          | is not allowed",
                "${body} in 'a,b'                        | operator 'in'",
                "${body} range '1..9'                    | operator 'range'",
                "${body} ~~ 'x'                          | is not allowed",
                "${body}++                               | is not allowed",
                "${body} == bean                         | put texts in quotes",
                "${body} == 'x' ? 'y' : 'z'              | is not allowed",
                "${body}                                 | is no comparison",
                "${body} ==                              | is no comparison",
                "${body} == 'x' &&                       | by && alone",
                "${body} == 'x                           | is not allowed",
                "${body} == '${bean:x}'                  | '${bean:x}' is not allowed",
                "'a' == 'b' ~> ${body}                   | is not allowed",
                "$init{ $a := 'x'; }init$ ${body} == 'x' | is not allowed"
            })
    void aComparisonHasTheOperatorsOfTheTable(String condition, String reason) {
        refused(() -> step("filter:\n  simple: >-\n    " + condition.strip() + "\n  steps: []"), reason.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "setBody: {groovy: x}                                        | 'groovy' is not allowed",
                "setBody: {method: {ref: x}}                                 | 'method' is not allowed",
                "setBody: {expression: {ognl: x}}                            | 'ognl' is not allowed",
                "setBody: {expression: {simple: {expression: x, resultType: java.io.File}}} | 'resultType' is not allowed",
                "setBody: {simple: {expression: x, trim: false}}             | 'trim' is not allowed",
                "setBody: {simple: 'resource:file:/etc/passwd', constant: x} | one of constant, language and simple",
                "setBody: {language: {language: simple, expression: '${bean:x}'}} | 'simple' is not allowed",
                "setBody: {language: {language: groovy, expression: x}}      | 'groovy' is not allowed",
                "setBody: {language: {language: json, expression: '{'}}      | is no JSON",
                "setBody: {simple: '$simple{bean:x}'}                        | '$simple{' is not allowed",
                "setBody: {simple: '{{env:HOME}}'}                           | '{{'",
                "setBody: {}                                                 | one of constant, language and simple",
                "setBody: x                                                  | one of constant, language and simple",
                "setBody: {id: x, simple: y}                                 | 'id' is not allowed",
                "setBody: {disabled: true, simple: y}                        | 'disabled' is not allowed",
                "setHeader: {name: CamelHttpUri, constant: x}                | none of Camel's",
                "setHeader: {name: camelfilename, constant: x}               | none of Camel's",
                "setHeader: {name: 'a${body}', constant: x}                  | none of Camel's",
                "setHeader: {constant: x}                                    | 'name' is missing",
                "removeHeader: {name: '*'}                                   | none of Camel's",
                "delay: {constant: 3600000}                                  | from 1 to 10000",
                "delay: {simple: '${body[wait]}'}                            | must be a constant",
                "delay: {constant: 10, asyncDelayed: true}                   | 'asyncDelayed' is not allowed",
                "throttle: {constant: 5}                                     | 'timePeriodMillis' is missing",
                "throttle: {constant: 5, timePeriodMillis: 86400000}         | from 1000 to 60000",
                "throttle: {constant: 5, timePeriodMillis: 1000, executorService: x} | 'executorService' is not allowed",
                "split: {simple: '${body}', parallelProcessing: true, steps: []} | 'parallelProcessing' is not allowed",
                "split: {simple: '${body}', aggregationStrategy: '#class:x', steps: []} | 'aggregationStrategy' is not",
                "log: {message: x, logName: io.openpanel}                    | 'logName' is not allowed",
                "log: {message: x, loggingLevel: OFF}                        | must be one of",
                "log: {message: x, logger: '#bean'}                          | 'logger' is not allowed",
                "stop: {x: y}                                                | 'x' is not allowed",
                "choice: {when: [{simple: '1 == 1', steps: [], precondition: 'x'}]} | 'precondition' is not allowed",
                "choice: {when: [], precondition: true}                      | 'precondition' is not allowed",
                "filter: {constant: true, steps: []}                         | a comparison is said in simple",
                "filter: {simple: '1 == 1', statusPropertyName: x, steps: []} | 'statusPropertyName' is not allowed",
                "to: {uri: 'action:http.send', parameters: {x: y}}           | 'parameters' is not allowed",
                "to: {uri: 'action:http.send', pattern: InOnly}              | 'pattern' is not allowed"
            })
    void aStepHasThePropertiesOfTheTable(String step, String reason) {
        refused(() -> step(step.strip()), reason.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "completionTimeout: 1000                            | 'completionSize' is missing",
                "completionSize: 10                                 | 'completionTimeout' is missing",
                "completionSize: 100000, completionTimeout: 1000    | from 1 to 1000",
                "completionSize: 10, completionTimeout: 1           | from 1000 to",
                "completionSize: 10, completionTimeout: 86400000    | from 1000 to",
                "completionSize: 10, completionTimeout: 1000, aggregationRepository: '#x' | 'aggregationRepository'",
                "completionSize: 10, completionTimeout: 1000, parallelProcessing: true | 'parallelProcessing'",
                "completionSize: 10, completionTimeout: 1000, executorService: x | 'executorService'"
            })
    void whatIsGatheredIsBounded(String more, String reason) {
        refused(
                () -> step("aggregate: {correlationExpression: {constant: a}, aggregationStrategy: list, steps: [], "
                        + more.strip() + "}"),
                reason.strip());
        refused(
                () -> step(
                        "aggregate: {correlationExpression: {constant: a}, aggregationStrategy: '#class:x', steps: [],"
                                + " completionSize: 10, completionTimeout: 1000}"),
                "'#class:x' is not allowed");
    }

    @Test
    void comparisonsAreJoinedInOneWay() {
        refused(
                () -> step("filter:\n  simple: '1 == 1 && 1 == 2 || 1 == 1'\n  steps: []"),
                "by && alone or by || alone");
    }

    @Test
    void stepsAreBoundedInNumberAndDepth() {
        refused(
                () -> read("- route: {id: bell.wire, from: {uri: 'event:bell.rung', steps: [" + "{log: a},".repeat(101)
                        + "]}}"),
                "at most 100 steps");
        String deep = "{filter: {simple: '1 == 1', steps: [".repeat(10) + "]}}".repeat(10);
        refused(
                () -> read("- route: {id: bell.wire, from: {uri: 'event:bell.rung', steps: [" + deep + "]}}"),
                "8 deep");
    }

    @Test
    void whatTheTableHasIsMade() {
        RouteDefinition route =
                step("""
                        filter:
                          simple: "${body[loud]} == true && ${exchangeProperty.setting[events]} contains 'bell.rung'"
                          steps:
                            - setHeader: {name: who, simple: "${body[by][0]}"}
                            - split: {simple: "${body[all]}", steps: [{log: one}]}
                            - throttle: {constant: 5, timePeriodMillis: 1000}
                            - aggregate:
                                correlationExpression: {constant: a}
                                aggregationStrategy: list
                                completionSize: 10
                                completionTimeout: 60000
                                steps: [{to: {uri: "action:http.send"}}, {stop: {}}]
                        """)
                        .get(0);

        assertThat(route.getRouteId()).isEqualTo("bell.wire");
        assertThat(route.getOutputs().get(1)).isInstanceOf(FilterDefinition.class);
    }
}
