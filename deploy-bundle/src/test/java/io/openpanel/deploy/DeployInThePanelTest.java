package io.openpanel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Extension;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.deploy.internal.GitServer;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployments in the real kernel on a real database, with an engine and a proxy in memory. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.deploy")
@Tag("slow")
class DeployInThePanelTest {
    @TempDir
    private static Path served;

    private static Office office;
    private static GitServer git;

    @BeforeAll
    static void open(TestPanel panel) {
        office = new Office(panel);
        git = new GitServer(served);
    }

    @AfterAll
    static void close() throws IOException {
        git.close();
        office.listening.close();
    }

    @AfterEach
    void repair() {
        office.docker.failing.clear();
        office.docker.building = call -> {};
        office.docker.startsAs = "running";
        office.docker.prints = List.of("hello");
        office.proxy.failing = Optional.empty();
        office.proxy.switched = () -> {};
    }

    private static String gitApp(String name, Object... more) {
        git.commit(name, "main", Map.of("Dockerfile", "FROM scratch\n", "a.txt", "1"));
        Object[] all = new Object[more.length + 2];
        all[0] = "git";
        all[1] = git.url(name);
        System.arraycopy(more, 0, all, 2, more.length);
        return office.app("shop", name, all);
    }

    private static List<FakeDocker.Box> boxes(String app) {
        Ref ref = office.ref(app);
        return office.docker.containers.values().stream()
                .filter(each -> each.spec.app().equals(Optional.of(ref)))
                .toList();
    }

    private static void done(JsonNode job) {
        assertThat(job.get("state").asText())
                .as(job + office.log(job.get("job").asText()))
                .isEqualTo("done");
    }

    private static String failed(JsonNode job) {
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("failed");
        return job.at("/error/message").asText();
    }

    @Test
    void aRepositoryBecomesARunningAppWithAnAddress() {
        String app = gitApp("first");

        JsonNode job = office.deploy(app);

        done(job);
        assertThat(job.get("steps").findValuesAsText("name"))
                .contains("queue", "clone", "build", "start", "health", "switch");
        JsonNode row = office.latest(app);
        assertThat(row.get("state").asText()).isEqualTo("finished");
        assertThat(row.get("number").asInt()).isEqualTo(1);
        assertThat(row.get("commit").asText()).hasSize(40);
        assertThat(row.get("message").asText()).startsWith("Change");
        assertThat(row.get("current").asBoolean()).isTrue();
        JsonNode shown = office.call("app.get", "app", app);
        assertThat(shown.get("status").asText()).isEqualTo("Running");
        assertThat(shown.get("address").asText()).startsWith("http://");
        assertThat(office.call("app.open", "app", app).get("address")).isEqualTo(shown.get("address"));
        FakeDocker.Box box = boxes(app).get(0);
        assertThat(box.environment).containsEntry("PORT", String.valueOf(office.listening.getLocalPort()));
        assertThat(office.proxy.routes.get(office.ref(app)))
                .containsExactly(box.address() + ':' + office.listening.getLocalPort());
    }

    @Test
    void aDeploymentKeepsItsLogHoweverLongAgoItsJobEnded() throws Exception {
        String app = gitApp("kept");
        done(office.deploy(app));
        String job = office.latest(app).get("job").asText();
        Rows.change(
                office.panel, "kernel.job", "finished_at = now() - interval '10 years' where finished_at is not null");

        for (var each : office.panel.context().getServiceReferences(Extension.class, null)) {
            Object extension = office.panel.context().getService(each);
            if (extension.getClass().getSimpleName().equals("JobActions")) {
                extension.getClass().getMethod("sweep").invoke(extension);
            }
        }

        assertThat(office.log(job)).isNotEmpty();
    }

    @Test
    void theNextVersionTakesOverAndTheFormerGoes() {
        String app = gitApp("second");
        done(office.deploy(app));
        String former = boxes(app).get(0).id;

        done(office.deploy(app));

        TestPanel.await("the former version is gone", () -> boxes(app).size() == 1);
        assertThat(boxes(app).get(0).id).isNotEqualTo(former);
        assertThat(office.docker.calls).contains("container.stop " + former, "container.delete " + former);
        assertThat(office.deployments(app).findValuesAsText("number")).containsExactly("2", "1");
    }

    @Test
    void aRollbackBringsBackImageAndEnvironment() {
        String app = gitApp("back");
        office.call("variable.set", "app", app, "name", "COLOUR", "value", "blue", "secret", false);
        done(office.deploy(app));
        String image = boxes(app).get(0).spec.image();
        office.call("variable.set", "app", app, "name", "COLOUR", "value", "green");
        office.call("variable.set", "app", app, "name", "NEW", "value", "1");
        done(office.deploy(app));
        int builds = office.docker.builds.size();
        JsonNode earlier =
                office.call("deployment.list", "app", app).get("items").get(1);

        done(office.ended(office.start("deployment.rollback", "app", app)));

        TestPanel.await("one version is left", () -> boxes(app).size() == 1);
        FakeDocker.Box box = boxes(app).get(0);
        assertThat(box.spec.image()).isEqualTo(image);
        assertThat(box.environment).containsEntry("COLOUR", "blue").doesNotContainKey("NEW");
        assertThat(office.docker.builds).hasSize(builds);
        JsonNode back = office.latest(app);
        assertThat(back.get("trigger").asText()).isEqualTo("rollback");
        assertThat(back.get("commit")).isEqualTo(earlier.get("commit"));
        assertThat(back.get("message")).isEqualTo(earlier.get("message"));
        assertThat(office.call("variable.list", "app", app).get("items").findValuesAsText("name"))
                .containsExactly("COLOUR", "NEW");
    }

    @Test
    void aRollbackToOneDeploymentIsListedWithItsAppAndNumber() {
        String app = gitApp("back-to");
        done(office.deploy(app));
        done(office.deploy(app));
        JsonNode first = office.call("deployment.list", "app", app).get("items").get(1);

        JsonNode job = office.ended(office.start(
                "deployment.rollback",
                "app",
                app,
                "deployment",
                first.get("deployment").asText()));

        done(job);
        assertThat(job.get("resourceName").asText()).isEqualTo("back-to #1");
    }

    @Test
    void aRollbackBringsBackHowTheVersionWasRun() throws IOException {
        String app = gitApp("back-settings", "memory", 64 << 20);
        int port = office.listening.getLocalPort();
        done(office.deploy(app));
        try (ServerSocket other = new ServerSocket(0)) {
            office.call("app.update", "app", app, "port", other.getLocalPort(), "memory", 0, "cpus", 0.5);
            done(office.deploy(app));
            assertThat(office.proxy.routes.get(office.ref(app)))
                    .allSatisfy(upstream -> assertThat(upstream).endsWith(":" + other.getLocalPort()));
        }

        done(office.ended(office.start("deployment.rollback", "app", app)));

        TestPanel.await("one version is left", () -> boxes(app).size() == 1);
        FakeDocker.Run spec = boxes(app).get(0).spec;
        assertThat(spec.port()).contains(port);
        assertThat(spec.memory()).contains(64L << 20);
        assertThat(spec.cpus()).isEmpty();
        assertThat(office.proxy.routes.get(office.ref(app)))
                .containsExactly(boxes(app).get(0).address() + ':' + port);
        assertThat(office.call("app.get", "app", app).get("cpus").asDouble()).isEqualTo(0.5);
    }

    private String address(String app) {
        return office.call("app.get", "app", app).path("address").asText();
    }

    @Test
    void anAppIsKnownByTheDomainThatWasChosenElseByItsOldestOwn() {
        String app = gitApp("known");
        done(office.deploy(app));
        assertThat(address(app)).endsWith(".localhost");

        office.proxy.add(office.ref(app), "www.example.com", Optional.empty(), 10);
        Ref later = office.proxy.add(office.ref(app), "xn--caf-dma.example.com", Optional.of("café.example.com"), 20);
        assertThat(address(app)).isEqualTo("http://www.example.com");

        JsonNode chosen = office.call("app.update", "app", app, "mainDomain", later);
        assertThat(chosen.get("address").asText()).isEqualTo("http://xn--caf-dma.example.com");
        assertThat(chosen.get("addressText").asText()).isEqualTo("http://café.example.com");
        JsonNode job = office.deploy(app);
        assertThat(job.at("/result/address").asText()).isEqualTo("http://xn--caf-dma.example.com");
        assertThat(office.log(job.get("job").asText())).contains("Online at http://xn--caf-dma.example.com, ");

        office.proxy.own.removeIf(each -> each.domain().equals(later));
        assertThat(address(app)).isEqualTo("http://www.example.com");
    }

    @Test
    void anotherAppsDomainIsNotTheMainOne() {
        String app = gitApp("known-2");
        Ref foreign = office.proxy.add(office.ref(gitApp("known-3")), "other.example.com", Optional.empty(), 1);

        assertThat(office.refused("app.update", "app", app, "mainDomain", foreign))
                .hasMessageContaining("another app");
    }

    @Test
    void aRollbackToAnImageThatSomebodyRemovedSaysWhatToDeploy() {
        String app = gitApp("gone");
        done(office.deploy(app));
        git.commit("gone", "main", Map.of("a.txt", "2"));
        done(office.deploy(app));
        office.docker.images.values().removeIf(name -> name.contains("shop-gone"));

        JsonNode job = office.ended(office.start("deployment.rollback", "app", app));

        assertThat(failed(job))
                .matches("The image of deployment 1 is gone from the engine; deploy its commit \\w{10} instead");
    }

    @Test
    void anAppWhoseContainerSomebodyRemovedSaysSo() {
        String app = gitApp("vanished");
        done(office.deploy(app));
        office.docker.containers.clear();

        assertThat(office.refused("app.restart", "app", app))
                .hasMessageContaining("The container of shop/vanished is gone")
                .hasMessageContaining("deploy the app again");
    }

    @Test
    void onlySecretsAreMaskedInTheLog() {
        String app = gitApp("masked");
        office.call("variable.set", "app", app, "name", "MODE", "value", "production", "secret", false);
        office.call("variable.set", "app", app, "name", "KEY", "value", "hunter-2000");
        office.docker.building = call -> call.log("Built for production with hunter-2000");

        JsonNode job = office.deploy(app);

        done(job);
        assertThat(office.log(job.get("job").asText())).contains("Built for production with •••");
        assertThat(boxes(app).get(0).spec.unmasked().orElseThrow()).containsExactlyInAnyOrder("MODE", "PORT");
    }

    @Test
    void thereIsNothingToGoBackToAtFirst() {
        String app = gitApp("fresh");
        done(office.deploy(app));

        assertThat(failed(office.ended(office.start("deployment.rollback", "app", app))))
                .contains("no earlier deployment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"network.ensure", "container.run", "container.get", "image.build"})
    void anEngineThatIsDownAtAnyStepLeavesTheFormerVersionServing(String action) {
        String app = gitApp("down-" + action.replace('.', '-'));
        done(office.deploy(app));
        List<String> route = office.proxy.routes.get(office.ref(app));
        String former = boxes(app).get(0).id;
        office.docker.failing.put(action, new Problem(Problem.Kind.UNAVAILABLE, "The engine does not answer"));

        assertThat(failed(office.deploy(app))).isEqualTo("The engine does not answer");

        office.docker.failing.clear();
        JsonNode row = office.latest(app);
        assertThat(row.get("state").asText()).isEqualTo("failed");
        assertThat(row.get("error").asText()).isEqualTo("The engine does not answer");
        assertThat(office.call("app.get", "app", app).get("status").asText()).isEqualTo("Running");
        assertThat(boxes(app)).hasSize(1).allSatisfy(box -> assertThat(box.id).isEqualTo(former));
        assertThat(office.proxy.routes.get(office.ref(app))).isEqualTo(route);
        done(office.deploy(app));
    }

    @Test
    void aContainerThatEndsAtOnceFailsWithItsExitCodeAndLastLines() {
        String app = gitApp("dies");
        office.docker.startsAs = "exited";
        office.docker.prints = List.of("about to die");

        JsonNode job = office.deploy(app);

        assertThat(failed(job)).contains("exit code 3");
        assertThat(office.log(job.get("job").asText())).contains("about to die");
        assertThat(boxes(app)).isEmpty();
        assertThat(office.docker.images.values()).noneMatch(name -> name.contains("shop-dies"));
    }

    @Test
    void anAppThatNeverListensSaysOnWhichPort() {
        String app = gitApp("deaf", "healthTimeout", "PT1S");
        office.call("app.update", "app", app, "port", 1);

        assertThat(failed(office.deploy(app))).contains("port 1").contains("1 s");
        assertThat(boxes(app)).isEmpty();
    }

    @Test
    void aHealthPathMustAnswerWithSuccess() {
        String app = gitApp("sick", "healthTimeout", "PT1S");
        office.call("app.update", "app", app, "port", git.port(), "healthPath", "/private/nothing");

        assertThat(failed(office.deploy(app))).contains("/private/nothing").contains("401");
    }

    @Test
    void aProxyThatDoesNotTakeTheSwitchLeavesTheFormerVersionServing() {
        String app = gitApp("proxy");
        done(office.deploy(app));
        String former = boxes(app).get(0).id;
        String serving = office.latest(app).get("deployment").asText();
        office.proxy.failing = Optional.of(new Problem(Problem.Kind.TIMEOUT, "The proxy does not answer"));

        assertThat(failed(office.deploy(app))).isEqualTo("The proxy does not answer");

        // While nobody knows which of the two the proxy asks, both run.
        assertThat(boxes(app)).hasSize(2).allSatisfy(box -> assertThat(box.state)
                .isEqualTo("running"));
        assertThat(office.latest(app).get("current").asBoolean()).isFalse();
        assertThat(office.call("app.get", "app", app).get("serving").asText()).isEqualTo(serving);
        office.proxy.failing = Optional.empty();
        TestPanel.await("the new version is gone", () -> boxes(app).size() == 1, Duration.ofSeconds(90));
        assertThat(boxes(app)).allSatisfy(box -> assertThat(box.id).isEqualTo(former));
        assertThat(office.proxy.routes.get(office.ref(app)))
                .containsExactly(boxes(app).get(0).address() + ':' + office.listening.getLocalPort());
    }

    @Test
    void aSwitchWhoseAnswerIsLostIsTakenBackBeforeTheNewVersionGoes() {
        String app = gitApp("lost");
        done(office.deploy(app));
        List<String> former = office.proxy.routes.get(office.ref(app));
        office.proxy.switched = () -> {
            office.proxy.switched = () -> {};
            throw new Problem(Problem.Kind.TIMEOUT, "The proxy took it and said nothing");
        };

        JsonNode job = office.deploy(app);

        assertThat(failed(job)).contains("said nothing");
        assertThat(office.proxy.routes.get(office.ref(app))).isEqualTo(former);
        assertThat(boxes(app)).hasSize(1);
        assertThat(office.log(job.get("job").asText())).contains("Requests go to the former version again");
    }

    @Test
    void whatCannotBeTakenBackNowIsTakenBackByTheSweep() {
        String app = gitApp("later", "volumes", List.of(Map.of("name", "files", "path", "/data")));
        done(office.deploy(app));
        FakeDocker.Box former = boxes(app).get(0);
        office.docker.startsAs = "exited";
        office.docker.failing.put("container.start", new Problem(Problem.Kind.UPSTREAM, "The engine is away"));

        assertThat(failed(office.deploy(app))).contains("exit code");

        assertThat(former.state).isEqualTo("exited");
        office.docker.failing.clear();
        TestPanel.await(
                "the former version serves again", () -> former.state.equals("running"), Duration.ofSeconds(90));
        TestPanel.await("the new version is gone", () -> boxes(app).size() == 1);
        assertThat(boxes(app)).containsExactly(former);
    }

    @Test
    void anAppWithAVolumeStopsFirstAndStartsAgainWhenTheNewVersionFails() {
        String app = gitApp("data", "volumes", List.of(Map.of("name", "files", "path", "/data")));
        done(office.deploy(app));
        FakeDocker.Box former = boxes(app).get(0);
        assertThat(former.spec.volumes().orElseThrow()).singleElement().satisfies(volume -> assertThat(volume.path())
                .isEqualTo("/data"));
        office.docker.startsAs = "exited";

        JsonNode job = office.deploy(app);

        assertThat(failed(job)).contains("exit code");
        assertThat(office.log(job.get("job").asText())).contains("volume").contains("started again");
        assertThat(boxes(app)).containsExactly(former);
        assertThat(former.state).isEqualTo("running");
    }

    @Test
    void cancellingStopsTheBuildAndSaysSo() throws InterruptedException {
        String app = gitApp("cancelled");
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        office.docker.building = call -> {
            call.onCancel(stopped::countDown);
            building.countDown();
            waitFor(stopped);
            throw new Problem(Problem.Kind.CONFLICT, "The build was stopped");
        };
        String job = office.start("deployment.start", "app", app);
        waitFor(building);

        office.call(
                "deployment.cancel",
                "deployment",
                office.latest(app).get("deployment").asText());

        assertThat(office.ended(job).get("state").asText()).isEqualTo("cancelled");
        assertThat(office.latest(app).get("state").asText()).isEqualTo("cancelled");
        assertThat(boxes(app)).isEmpty();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void ofThoseThatWaitTheNewestWinsAndTheRunningOneEndsFirst() {
        String app = gitApp("queue");
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        office.docker.building = call -> {
            building.countDown();
            waitFor(go);
        };
        String first = office.start("deployment.start", "app", app);
        waitFor(building);
        String second = office.start("deployment.start", "app", app);
        TestPanel.await("the second waits", () -> office.deployments(app).size() == 2);
        String third = office.start("deployment.start", "app", app);
        TestPanel.await("the third waits", () -> office.deployments(app).size() == 3);

        assertThat(failed(office.ended(second))).contains("uperseded by deployment 3");
        assertThat(office.deployments(app).get(1).get("state").asText()).isEqualTo("superseded");
        assertThat(office.deployments(app).get(0).get("state").asText()).isEqualTo("queued");
        go.countDown();

        done(office.ended(first));
        done(office.ended(third));
        assertThat(office.latest(app).get("current").asBoolean()).isTrue();
    }

    @Test
    void whatWasAskedForBeforeTheNewestIsSupersededHoweverLateItsJobBegins() throws SQLException {
        String app = gitApp("late");
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        office.docker.building = call -> {
            building.countDown();
            waitFor(go);
        };
        String newest = office.start("deployment.start", "app", app);
        waitFor(building);
        Rows.change(office.panel, "deploy.deployment", "turn = turn + 1000 where state = 'running'");

        String late = office.start("deployment.start", "app", app);

        assertThat(failed(office.ended(late))).contains("uperseded by deployment 1");
        go.countDown();
        done(office.ended(newest));
    }

    @Test
    void aDeploymentGoesOnWhereItWasWhenItsPluginIsRestarted() {
        String app = gitApp("resumed");
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        office.docker.building = call -> {
            call.onCancel(stopped::countDown);
            building.countDown();
            waitFor(stopped);
            throw new Problem(Problem.Kind.CONFLICT, "The build was stopped");
        };
        String job = office.start("deployment.start", "app", app);
        waitFor(building);
        office.docker.building = call -> {};

        office.call("plugin.stop", "plugin", "deploy");
        office.call("plugin.start", "plugin", "deploy");
        office.panel.awaitActions("deployment.start", "app.get");

        JsonNode ended = office.ended(job);
        done(ended);
        assertThat(ended.get("attempt").asInt()).isEqualTo(2);
        assertThat(office.latest(app).get("state").asText()).isEqualTo("finished");
        assertThat(office.deployments(app)).hasSize(1);
        assertThat(boxes(app)).hasSize(1);
    }

    @Test
    void anImageIsDeployedWithoutABuild() {
        String app = office.app("shop", "image", "image", "registry.example/web:1");
        int builds = office.docker.builds.size();

        done(office.deploy(app));

        assertThat(office.docker.calls).contains("image.pull registry.example/web:1");
        assertThat(office.docker.builds).hasSize(builds);
        int pulls = (int) office.docker.calls.stream()
                .filter("image.pull registry.example/web:1"::equals)
                .count();
        done(office.deploy(app));
        assertThat(office.docker.calls.stream().filter("image.pull registry.example/web:1"::equals))
                .hasSize(pulls);
    }

    @Test
    void theSourceOfASubFolderIsBuiltWithItsArguments() {
        git.commit("mono", "main", Map.of("services/web/Dockerfile.prod", "FROM scratch\n"));
        String app = office.app(
                "shop", "mono", "git", git.url("mono"), "directory", "/services/web/", "dockerfile", "Dockerfile.prod");
        office.call("variable.set", "app", app, "name", "VERSION", "value", "7", "secret", false, "scope", "build");
        office.call("variable.set", "app", app, "name", "TOKEN", "value", "canary-4711", "scope", "both");

        JsonNode job = office.deploy(app);

        done(job);
        FakeDocker.Build build = office.docker.builds.get(office.docker.builds.size() - 1);
        assertThat(build.directory()).endsWith("services/web");
        assertThat(build.dockerfile()).contains("Dockerfile.prod");
        assertThat(build.arguments().orElseThrow()).containsOnlyKeys("VERSION", "TOKEN");
        assertThat(boxes(app).get(0).environment)
                .containsEntry("TOKEN", "canary-4711")
                .doesNotContainKey("VERSION");
        assertThat(office.log(job.get("job").asText()))
                .doesNotContain("canary-4711")
                .contains("ARG TOKEN=•••");
    }

    @Test
    void aRepositoryWithoutADockerfileSaysWhereItLooked() {
        git.commit("plain", "main", Map.of("README.md", "nothing"));
        String app = office.app("shop", "plain", "git", git.url("plain"));

        assertThat(failed(office.deploy(app))).contains("no Dockerfile in the root of the repository");
        assertThat(office.latest(app).get("state").asText()).isEqualTo("failed");
    }

    @Test
    void workspacesGoWithTheirJobs() throws IOException {
        String app = gitApp("tidy");
        done(office.deploy(app));
        Path workspaces = office.panel.home().resolve("cache/workspaces");

        TestPanel.await("no workspace is left", () -> {
            try (var left = Files.list(workspaces)) {
                return left.findAny().isEmpty();
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void deletingAnAppRemovesWhatItMadeAndKeepsItsVolumes() {
        String app = gitApp("gone", "volumes", List.of(Map.of("name", "files", "path", "/data")));
        String other = gitApp("stays");
        done(office.deploy(app));
        done(office.deploy(other));
        Ref ref = office.ref(app);

        assertThat(office.refused("app.delete", "app", app).kind()).isEqualTo(Problem.Kind.UNCONFIRMED);
        JsonNode removed = office.call("app.delete", "app", app, "confirm", "gone");

        assertThat(removed.get("containers").asInt()).isEqualTo(1);
        assertThat(removed.get("images").asInt()).isEqualTo(1);
        assertThat(removed.get("volumes").get(0).asText()).isEqualTo("op-" + ref.id() + "-files");
        assertThat(office.refused("app.get", "app", app).kind()).isEqualTo(Problem.Kind.MISSING);
        assertThat(office.proxy.routes).doesNotContainKey(ref).containsKey(office.ref(other));
        assertThat(boxes(other)).hasSize(1);
        assertThat(office.docker.images.values())
                .noneMatch(name -> name.contains("shop-gone:"))
                .anyMatch(name -> name.contains("shop-stays:"));
    }

    @Test
    void deletingAnAppEndsItsRunningDeployment() {
        String app = gitApp("busy");
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        office.docker.building = call -> {
            call.onCancel(stopped::countDown);
            building.countDown();
            waitFor(stopped);
            throw new Problem(Problem.Kind.CONFLICT, "The build was stopped");
        };
        String job = office.start("deployment.start", "app", app);
        waitFor(building);

        office.call("app.delete", "app", app, "confirm", "busy");

        assertThat(office.ended(job).get("state").asText()).isEqualTo("cancelled");
        assertThat(office.refused("app.get", "app", app).kind()).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void deletingAProjectTakesItsAppsAndItsNetwork() {
        git.commit("inner", "main", Map.of("Dockerfile", "FROM scratch\n"));
        String app = office.app("doomed", "inner", "git", git.url("inner"));
        done(office.deploy(app));
        String network = boxes(app).get(0).spec.network().orElseThrow();
        assertThat(office.docker.networks).contains(network);

        JsonNode removed = office.call("project.delete", "project", "doomed", "confirm", "doomed");

        assertThat(removed.get("apps").get(0).asText()).isEqualTo("inner");
        assertThat(office.docker.networks).doesNotContain(network);
        assertThat(office.refused("project.get", "project", "doomed").kind()).isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void aStoppedAppIsStartedAndRestarted() {
        String app = gitApp("power");
        assertThat(office.refused("app.stop", "app", app)).hasMessageContaining("never deployed");
        done(office.deploy(app));

        office.call("app.stop", "app", app);
        assertThat(boxes(app).get(0).state).isEqualTo("exited");
        office.call("app.start", "app", app);
        assertThat(boxes(app).get(0).state).isEqualTo("running");
        office.call("app.restart", "app", app);
        assertThat(office.docker.calls)
                .contains("container.restart " + boxes(app).get(0).id);
    }
}
