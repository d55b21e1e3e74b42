package io.openpanel.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The route as Camel reads it, between an event that we send and an action that we watch. */
class PushToDeployRouteTest {
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<Map<?, ?>> deployments = new ArrayList<>();
    private Processor route;

    @BeforeEach
    void load() throws Exception {
        camel.addComponent("event", new Ends());
        camel.addComponent("action", new Ends());
        String yaml = Files.readString(Path.of("src/main/resources/OPENPANEL-INF/routes/push-to-deploy.yaml"));
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("push-to-deploy.yaml", yaml));
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private void pushed(boolean deploy, String commit) throws Exception {
        Map<String, Object> data =
                new HashMap<>(Map.of("app", "app:4k2m9x0c3v5b7n1q", "branch", "main", "deploy", deploy));
        if (commit != null) {
            data.put("commit", commit);
        }
        Exchange exchange = new DefaultExchange(camel);
        exchange.getIn().setBody(data);
        route.process(exchange);
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
    }

    @Test
    void aPushToTheBranchDeploysItsCommit() throws Exception {
        pushed(true, "6dcb09b5b5");

        assertThat(camel.getRoute("push-to-deploy").getDescription()).isNotBlank();
        assertThat(deployments)
                .isEqualTo(List.of(Map.of("app", "app:4k2m9x0c3v5b7n1q", "commit", "6dcb09b5b5", "trigger", "push")));
    }

    @Test
    void aPushWithoutACommitDeploysTheHead() throws Exception {
        pushed(true, null);

        assertThat(deployments).isEqualTo(List.of(Map.of("app", "app:4k2m9x0c3v5b7n1q", "trigger", "push")));
    }

    @Test
    void aPushToAnotherBranchDeploysNothing() throws Exception {
        pushed(false, "6dcb09b5b5");

        assertThat(deployments).isEmpty();
    }

    /** Both ends of the route. */
    private final class Ends extends DefaultComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            assertThat(uri).isIn("event://git.pushed", "action://deployment.start");
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    return new DefaultProducer(this) {
                        @Override
                        public void process(Exchange exchange) throws Exception {
                            deployments.add(new ObjectMapper()
                                    .readValue(exchange.getMessage().getBody(String.class), Map.class));
                        }
                    };
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    route = processor;
                    return new DefaultConsumer(this, processor);
                }
            };
        }
    }
}
