package io.openpanel.sso;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.sso.DirectoryServer.Answer;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests that Microsoft Entra ID and Okta send, one after the other, as they document them. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.sso"})
class DirectoryExchangesTest {
    private static TestPanel panel;
    private static Caller owner;
    private static DirectoryServer server;

    @BeforeAll
    static void open(TestPanel running) throws IOException {
        panel = running;
        owner = Visitor.owner(panel);
        panel.awaitActions("directory.create", "directory-group.update");
        server = new DirectoryServer(panel);
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"entra", "okta"})
    void eachRequestIsAnsweredAsTheDirectoryExpects(String who) throws IOException {
        JsonNode made = Visitor.call(
                panel, owner, "directory.create", Map.of("name", who, "role", "viewer", "rules", List.of()));
        Map<String, String> known = new HashMap<>(Map.of("mail", who + "@example.com"));
        JsonNode steps;
        try (InputStream file = getClass().getResourceAsStream("/scim/" + who + ".json")) {
            steps = Visitor.JSON.readTree(file);
        }
        for (JsonNode step : steps) {
            String said = who + ' ' + step.get("say").asText();
            Answer answer = server.send(
                    made.get("token").asText(),
                    step.get("method").asText(),
                    made.get("path").asText() + path(filled(step.get("path").asText(), known)),
                    step.has("body") ? filled(step.get("body").toString(), known) : null);
            assertThat(answer.status())
                    .as(said + ": " + answer.text())
                    .isEqualTo(step.get("status").asInt());
            if (!answer.text().isEmpty()) {
                assertThat(answer.headers().get("content-type")).as(said).contains("application/scim+json");
            }
            for (Iterator<String> names = step.path("expect").fieldNames(); names.hasNext(); ) {
                String pointer = names.next();
                JsonNode wanted = step.get("expect").get(pointer);
                JsonNode found = answer.json().at(pointer);
                assertThat(found.isMissingNode() ? "null" : found.asText())
                        .as(said + ' ' + pointer + " of " + answer.text())
                        .isEqualTo(filled(wanted.asText(), known));
            }
            step.path("save")
                    .properties()
                    .forEach(each -> known.put(
                            each.getKey(),
                            answer.json().at(each.getValue().asText()).asText()));
        }
    }

    private static String filled(String text, Map<String, String> known) {
        String filled = text;
        for (Map.Entry<String, String> each : known.entrySet()) {
            filled = filled.replace('{' + each.getKey() + '}', each.getValue());
        }
        return filled;
    }

    /** With the values of its query as they go over the wire. */
    private static String path(String text) {
        int query = text.indexOf('?');
        if (query < 0) {
            return text;
        }
        StringBuilder path = new StringBuilder(text.substring(0, query));
        String mark = "?";
        for (String pair : text.substring(query + 1).split("&")) {
            int equals = pair.indexOf('=');
            path.append(mark).append(pair, 0, equals + 1).append(DirectoryServer.encoded(pair.substring(equals + 1)));
            mark = "&";
        }
        return path.toString();
    }
}
