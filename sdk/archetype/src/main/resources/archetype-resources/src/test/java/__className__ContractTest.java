package ${package};

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Ref;
import io.openpanel.testkit.PluginContract;
import io.openpanel.testkit.TestPanel;
import org.junit.jupiter.api.Test;

class ${className}ContractTest implements PluginContract {
    @Test
    void itGreetsByName(TestPanel panel) {
        panel.install("${package}");
        panel.awaitActions("${artifactId}.list");

        String greetings = panel.json(TestPanel.local(Ref.create("team")), "${artifactId}.list", "{\"name\":\"Ada\"}");

        assertThat(greetings).contains("Hello, Ada", "Olá, Ada");
    }
}
