package io.openpanel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Event;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Events;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Projects, apps and variables as people set them, in the real kernel on a real database. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.deploy")
class SettingsInThePanelTest {
    private static Office office;

    @BeforeAll
    static void open(TestPanel panel) {
        office = new Office(panel);
        panel.context().registerService(Authority.class, new Roles(), null);
    }

    /** Knows a user's role by the user's name. */
    private static final class Roles implements Authority {
        @Override
        public Optional<Principal> authenticate(String token, Optional<Ref> team) {
            return Optional.empty();
        }

        @Override
        public boolean may(Principal principal, Operation operation, List<Ref> scope) {
            return operation.roles().contains(principal.name());
        }

        @Override
        public Reach reach(Principal principal, String kind) {
            return new Reach(true, Set.of());
        }

        @Override
        public AutoCloseable onRevoked(Consumer<Ref> listener) {
            return () -> {};
        }
    }

    private static Principal user(String role) {
        return new Principal(Ref.create("user"), role, Optional.of(office.team), Optional.empty());
    }

    private static Principal stranger() {
        return TestPanel.local(Ref.create("team"));
    }

    @Test
    void aProjectIsMadeChangedListedAndDeleted() {
        JsonNode made = office.call("project.create", "name", "alpha", "description", "First");
        assertThat(made.get("project").asText()).startsWith("project:");
        office.call("project.update", "project", "alpha", "name", "beta");

        assertThat(office.call("project.get", "project", "beta")
                        .get("description")
                        .asText())
                .isEqualTo("First");
        assertThat(office.call("project.get", "project", made.get("project").asText())
                        .get("name")
                        .asText())
                .isEqualTo("beta");
        assertThat(office.call("project.list").get("items").findValuesAsText("name"))
                .contains("beta")
                .doesNotContain("alpha");
        office.call("project.delete", "project", "beta", "confirm", "beta");
        assertThat(office.refused("project.get", "project", "beta").kind()).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void anAppThatIsMadeIsHeardOf() throws Exception {
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (AutoCloseable watching = office.panel.get(Events.class).watch("app.created", heard::add)) {
            office.call("project.create", "name", "told");
            office.app("told", "web", "image", "x");
        }

        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).data()).containsEntry("name", "told/web");
    }

    @Test
    void aNameThatIsTakenIsAConflict() {
        office.call("project.create", "name", "taken");
        office.call("project.create", "name", "free");
        office.app("taken", "web", "image", "x");
        office.app("taken", "api", "image", "x");

        assertThat(office.refused("project.create", "name", "taken").kind()).isEqualTo(Problem.Kind.CONFLICT);
        assertThat(office.refused("project.update", "project", "free", "name", "taken")
                        .kind())
                .isEqualTo(Problem.Kind.CONFLICT);
        assertThat(office.refused("app.create", "project", "taken", "name", "web", "image", "x")
                        .kind())
                .isEqualTo(Problem.Kind.CONFLICT);
        assertThat(office.refused("app.update", "app", "taken/api", "name", "web"))
                .hasMessage("The project has an app 'web' already; choose another name");
        office.call("app.update", "app", "taken/api", "name", "api");
    }

    @Test
    void anotherTeamSeesNothingAndMayHaveTheSameNames() {
        String app = office.app("mine", "web", "image", "x");
        Principal stranger = stranger();

        assertThat(office.refusedAs(stranger, "app.get", "app", app).kind()).isEqualTo(Problem.Kind.MISSING);
        assertThat(office.refusedAs(stranger, "app.get", "app", office.ref(app)).kind())
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(office.callAs(stranger, "project.list").get("items")).isEmpty();
        assertThat(office.callAs(stranger, "project.create", "name", "mine")
                        .get("name")
                        .asText())
                .isEqualTo("mine");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "A", "a b", "-a", "a-", "a/b", "a;b", "$(id)", "a\nb", "ä", "../x", "a--\u202e", "a.b", "a_b"
            })
    void aNameIsLowerCaseLettersDigitsAndDashes(String name) {
        Problem problem = office.refused("project.create", "name", name);

        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        assertThat(problem.fields()).containsOnlyKeys("name");
    }

    @Test
    void aNameOf64KibibytesIsRefusedAndOneOf40IsNot() {
        assertThat(office.refused("project.create", "name", "a".repeat(65536)).kind())
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(office.refused("project.create", "name", "a".repeat(41)).kind())
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(office.call("project.create", "name", "a".repeat(40))
                        .get("name")
                        .asText())
                .hasSize(40);
    }

    @Test
    void everyTextIsKeptAsItIsOrRefused() throws IOException {
        Path file = Path.of(Optional.ofNullable(System.getenv("OPENPANEL_TEST_DATA"))
                        .orElse("../../shared/data"))
                .resolve("naughty-strings/blns.json");
        List<String> texts = new ArrayList<>(
                List.of("plain", "a\u0000b", "\u2028", "\r\n", "'; drop table app; --", "\ud83d\ude00"));
        if (Files.exists(file)) {
            Office.JSON.readTree(Files.readString(file)).forEach(text -> texts.add(text.asText()));
        }
        String app = office.app("naughty", "web", "image", "x");
        for (String text : texts) {
            if (kept(() -> office.call("project.update", "project", "naughty", "description", text))) {
                assertThat(office.call("project.get", "project", "naughty")
                                .get("description")
                                .asText())
                        .isEqualTo(text);
            }
            if (kept(() -> office.call("variable.set", "app", app, "name", "TEXT", "value", text, "secret", false))) {
                assertThat(office.call("variable.list", "app", app)
                                .at("/items/0/value")
                                .asText())
                        .isEqualTo(text);
            }
        }
    }

    private static boolean kept(Runnable change) {
        try {
            change.run();
            return true;
        } catch (Problem problem) {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
            return false;
        }
    }

    @Test
    void anAppIsEitherARepositoryOrAnImage() {
        office.call("project.create", "name", "either");

        assertThat(office.refused("app.create", "project", "either", "name", "none")
                        .fields())
                .containsKey("git");
        assertThat(office.refused(
                                "app.create",
                                "project",
                                "either",
                                "name",
                                "both",
                                "image",
                                "x",
                                "git",
                                "https://example.com/x.git")
                        .kind())
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(office.refused("app.create", "project", "either", "name", "bad", "image", "x; id")
                        .fields())
                .containsKey("image");
        assertThat(office.refused("app.create", "project", "either", "name", "bad", "image", "x", "port", 70000)
                        .fields())
                .containsKey("port");
        assertThat(office.refused("app.create", "project", "either", "name", "bad", "git", "ext::sh -c id")
                        .fields())
                .containsKey("git");
    }

    @Test
    void anAppMayBeGivenAnImageInPlaceOfItsRepositoryAndBack() {
        String app = office.app("turn", "web", "git", "https://example.com/x.git");

        JsonNode image = office.call("app.update", "app", app, "image", "nginx:1.27");
        assertThat(image.get("image").asText()).isEqualTo("nginx:1.27");
        assertThat(image.has("git")).isFalse();
        JsonNode git = office.call("app.update", "app", app, "git", "https://example.com/y.git");
        assertThat(git.get("git").asText()).isEqualTo("https://example.com/y.git");
        assertThat(git.has("image")).isFalse();
        assertThat(office.refused("app.update", "app", app, "git", "").fields()).containsKey("git");
        assertThat(office.refused("app.update", "app", app, "git", "https://example.com/x.git", "image", "nginx")
                        .fields())
                .containsKey("git");
        assertThat(office.call("app.get", "app", app).get("git").asText()).isEqualTo("https://example.com/y.git");
    }

    @Test
    void limitsAndCredentialsCanBeTakenAwayAgain() {
        String app = office.app(
                "limits",
                "web",
                "git",
                "https://example.com/x.git",
                "token",
                "t-4711",
                "cpus",
                0.5,
                "memory",
                64 << 20);

        JsonNode free = office.call("app.update", "app", app, "cpus", 0, "memory", 0, "token", "");

        assertThat(free.has("cpus")).isFalse();
        assertThat(free.has("memory")).isFalse();
        assertThat(free.get("hasToken").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "cpus,0.001",
        "cpus,-1",
        "cpus,1e9",
        "memory,1000",
        "healthTimeout,PT0S",
        "healthTimeout,PT2H",
        "healthTimeout,-PT5S",
        "healthPath,/a b",
        "healthPath,/%zz",
        "healthPath,health",
        "image,Nginx",
        "image,nginx:",
        "image,a//b",
        "image,https://docker.io/nginx",
        "image,nginx@sha256:abc",
        "image,a:b:c"
    })
    void aSettingNoAppCouldRunWithIsRefused(String field, String value) {
        String app = office.app("odd", "web-" + System.nanoTime(), "image", "x");
        Object given = value.matches("[-0-9.e]+") ? (Object) Double.valueOf(value) : value;

        assertThat(office.refused("app.update", "app", app, field, field.equals("memory") ? 1000 : given)
                        .fields())
                .containsKey(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nginx",
                "nginx:1.29",
                "shop/web:Stable_1.0-x",
                "Registry.example.com:5000/team/my--app__x.y/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "localhost:5000/web:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "793bea2dad52"
            })
    void anImageIsNamedAsRegistriesDo(String image) {
        String app = office.app("images", "web-" + System.nanoTime(), "image", image);

        assertThat(office.call("app.get", "app", app).get("image").asText()).isEqualTo(image);
    }

    @ParameterizedTest
    @CsvSource({"/data/../etc,without", "/..,without", "/proc/x,system's own", "/sys,system's own", "/data/,Two volumes"
    })
    void aVolumeHasAFolderOfItsOwn(String path, String said) {
        String app = office.app("rooms", "web-" + System.nanoTime(), "image", "x");

        assertThat(office.refused(
                        "app.update",
                        "app",
                        app,
                        "volumes",
                        List.of(Map.of("name", "a", "path", "/data"), Map.of("name", "b", "path", path))))
                .hasMessageContaining(said);
    }

    @Test
    void aRepositorysTokenInItsAddressIsNeitherKeptNorRepeated() {
        office.call("project.create", "name", "leaky");

        assertThat(office.refused(
                        "app.create", "project", "leaky", "name", "web", "git", "https://hunter22@example.com/x.git"))
                .hasMessageContaining("token")
                .hasMessageNotContaining("hunter22");
    }

    @Test
    void anAddressIsKeptAsItIsRead() {
        String app = office.app("pasted", "web", "git", " HTTPS://example.com/You/web.git ");

        assertThat(office.call("app.get", "app", app).get("git").asText()).isEqualTo("https://example.com/You/web.git");
    }

    @Test
    void secretsOfAnAppAreNeverShown() {
        String app = office.app(
                "secrets",
                "web",
                "git",
                "https://example.com/x.git",
                "token",
                "canary-token",
                "deployKey",
                "canary-key");

        JsonNode shown = office.call("app.get", "app", app);

        assertThat(shown.toString()).doesNotContain("canary");
        assertThat(shown.get("hasToken").asBoolean()).isTrue();
        assertThat(shown.get("hasDeployKey").asBoolean()).isTrue();
        assertThat(office.call("audit.list").toString())
                .doesNotContain("canary-token")
                .doesNotContain("canary-key");
    }

    @Test
    void onlyOwnersAndAdminsUseRepositoriesAtPrivateAddresses() {
        office.call("project.create", "name", "inside");
        for (String role : List.of("owner", "admin")) {
            office.callAs(
                    user(role), "app.create", "project", "inside", "name", role, "git", "http://127.0.0.1:1/x.git");
        }

        Problem refused = office.refusedAs(
                user("developer"), "app.create", "project", "inside", "name", "dev", "git", "http://127.0.0.1:1/x.git");
        assertThat(refused.kind()).isEqualTo(Problem.Kind.DENIED);
        assertThat(refused).hasMessageContaining("private address").hasMessageContaining("owner or admin");
        assertThat(office.refusedAs(
                                user("developer"),
                                "app.update",
                                "app",
                                "inside/owner",
                                "git",
                                "http://169.254.169.254/x.git")
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(office.refusedAs(user("developer"), "app.private-source", "project", "inside")
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
        office.callAs(
                user("developer"), "app.create", "project", "inside", "name", "dev", "git", "http://8.8.8.8/x.git");
    }

    @Test
    void aViewerLooksAndChangesNothing() {
        String app = office.app("looked-at", "web", "image", "x");

        assertThat(office.callAs(user("viewer"), "app.list", "project", "looked-at")
                        .get("items"))
                .hasSize(1);
        for (String action : List.of("app.update", "app.stop", "deployment.start", "deployment.rollback")) {
            assertThat(office.refusedAs(user("viewer"), action, "app", app).kind())
                    .as(action)
                    .isEqualTo(Problem.Kind.DENIED);
        }
        assertThat(office.refusedAs(user("developer"), "app.delete", "app", app, "confirm", "web")
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void appsAreListedInPages() {
        for (String name : List.of("a", "b", "c")) {
            office.app("many", name, "image", "x");
        }

        JsonNode first = office.call("app.list", "project", "many", "limit", 2);
        JsonNode second = office.call(
                "app.list",
                "project",
                "many",
                "limit",
                2,
                "cursor",
                first.get("next").asText());

        assertThat(first.get("items").findValuesAsText("name")).containsExactly("a", "b");
        assertThat(second.get("items").findValuesAsText("name")).containsExactly("c");
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void variablesOfSecretsAreHiddenAndOthersShown() {
        String app = office.app("env", "web", "image", "x");
        office.call("variable.set", "app", app, "name", "KEY", "value", "canary-key");
        office.call("variable.set", "app", app, "name", "MODE", "value", "fast", "secret", false, "scope", "both");

        JsonNode items = office.call("variable.list", "app", app).get("items");

        assertThat(items.toString()).doesNotContain("canary-key");
        assertThat(items.get(0).get("secret").asBoolean()).isTrue();
        assertThat(items.get(0).has("value")).isFalse();
        assertThat(items.get(1).get("value").asText()).isEqualTo("fast");
        assertThat(items.get(1).get("scope").asText()).isEqualTo("both");
        office.call("variable.set", "app", app, "name", "KEY", "value", "other-canary");
        assertThat(office.call("variable.list", "app", app).get("items")).hasSize(2);
        office.call("variable.delete", "variable", items.get(0).get("variable").asText());
        assertThat(office.call("variable.list", "app", app).get("items").findValuesAsText("name"))
                .containsExactly("MODE");
    }

    @Test
    void secretsLieSealedInTheDatabase() throws java.sql.SQLException {
        String app = office.app("sealed", "web", "git", "https://example.com/x.git", "token", "canary-token-77");
        office.call("variable.set", "app", app, "name", "KEY", "value", "canary-variable-77");

        String all = Rows.all(office.panel, "deploy");

        assertThat(all).contains("sealed").doesNotContain("canary-token-77").doesNotContain("canary-variable-77");
    }

    @Test
    void aDotEnvFileIsImportedWholeOrNotAtAll() {
        String app = office.app("imported", "web", "image", "x");

        JsonNode names = office.call(
                        "variable.import", "app", app, "text", "A=1\nexport B='two words'\n", "secret", false)
                .get("names");

        assertThat(names).hasSize(2);
        assertThat(office.call("variable.list", "app", app).get("items").findValuesAsText("value"))
                .containsExactly("1", "two words");
        Problem problem = office.refused("variable.import", "app", app, "text", "C=1\nnonsense");
        assertThat(problem).hasMessageContaining("Line 2");
        assertThat(office.call("variable.list", "app", app).get("items")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1A", "A-B", "A B", "A=B", "$A", "Ä"})
    void aVariableHasANameThatShellsUnderstand(String name) {
        String app = "variables/web";
        if (office.call("project.list").get("items").findValuesAsText("name").stream()
                .noneMatch("variables"::equals)) {
            office.app("variables", "web", "image", "x");
        }

        assertThat(office.refused("variable.set", "app", app, "name", name, "value", "x")
                        .fields())
                .containsOnlyKeys("name");
    }
}
