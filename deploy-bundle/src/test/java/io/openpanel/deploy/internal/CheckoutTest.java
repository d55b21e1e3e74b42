package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.testkit.FakeCall;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clones by JGit from Git's own HTTP back end. */
class CheckoutTest {
    @TempDir
    private Path temporary;

    private GitServer git;
    private final FakeCall call = FakeCall.inJob("t1", new Ref("job", "j1"));

    @BeforeEach
    void serve() throws IOException {
        git = new GitServer(Files.createDirectories(temporary.resolve("served")));
    }

    @AfterEach
    void stop() {
        git.close();
    }

    private static Apps.Row app(String url, String branch, String token, boolean privateSource) {
        return app(
                url,
                branch,
                Optional.ofNullable(token).map(Secret::of),
                privateSource,
                Optional.empty(),
                Optional.empty());
    }

    /** Over SSH. */
    static Apps.Row app(String url, Optional<Secret> deployKey, Optional<String> knownHost) {
        return app(url, null, Optional.empty(), true, deployKey, knownHost);
    }

    private static Apps.Row app(
            String url,
            String branch,
            Optional<Secret> token,
            boolean privateSource,
            Optional<Secret> deployKey,
            Optional<String> knownHost) {
        return new Apps.Row(
                "0000000000000001",
                "0000000000000002",
                "0000000000000003",
                "shop",
                "web",
                Optional.of(url),
                Optional.ofNullable(branch),
                Optional.empty(),
                token,
                deployKey,
                knownHost,
                privateSource,
                Optional.empty(),
                false,
                Optional.empty(),
                8080,
                Optional.empty(),
                Duration.ofSeconds(60),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Instant.EPOCH,
                1);
    }

    private Path folder() {
        return temporary.resolve("workspace/source");
    }

    private Checkout.Commit fetch(Apps.Row app, String commit) {
        return new Checkout(app, call, folder(), key -> {}).fetch(Optional.ofNullable(commit));
    }

    private Problem refused(Apps.Row app, String commit) {
        return catchThrowableOfType(Problem.class, () -> fetch(app, commit));
    }

    @Test
    void theNewestCommitOfTheUsualBranchIsFetchedWithoutItsHistory() {
        git.commit("web", "main", Map.of("a.txt", "1"));
        String second = git.commit("web", "main", Map.of("a.txt", "2"));

        Checkout.Commit commit = fetch(app(git.url("web"), null, null, true), null);

        assertThat(commit.id()).isEqualTo(second);
        assertThat(commit.author()).isEqualTo("Ana");
        assertThat(commit.message()).isEqualTo("Change [a.txt]");
        assertThat(folder().resolve("a.txt")).hasContent("2");
        assertThat(folder().resolve(".git/shallow")).exists();
        assertThat(call.log()).contains("branch main", second.substring(0, 10));
    }

    @Test
    void anotherBranchCanBeAskedFor() {
        git.commit("web", "main", Map.of("a.txt", "1"));
        git.commit("web", "feature/x", Map.of("a.txt", "x"));

        fetch(app(git.url("web"), "feature/x", null, true), null);

        assertThat(folder().resolve("a.txt")).hasContent("x");
    }

    @Test
    void aTagCanBeAskedForAndANameAsGitWritesIt() {
        git.commit("web", "main", Map.of("a.txt", "released"));
        GitServer.git(git.work("web"), "tag", "light");
        GitServer.git(git.work("web"), "-c", "user.name=Ana", "-c", "user.email=a@x", "tag", "-a", "v1.0", "-m", "1.0");
        GitServer.git(git.work("web"), "push", "-q", "--tags", git.bare("web").toString());
        String newest = git.commit("web", "main", Map.of("a.txt", "newest"));

        for (String name : List.of("v1.0", "light", "refs/tags/v1.0")) {
            fetch(app(git.url("web"), name, null, true), null);
            assertThat(folder().resolve("a.txt")).as(name).hasContent("released");
        }
        assertThat(call.log()).contains("tag v1.0");
        assertThat(fetch(app(git.url("web"), " refs/heads/main ", null, true), null)
                        .id())
                .isEqualTo(newest);
    }

    @Test
    void whatACloneDoesNotBringIsSaid() throws IOException {
        git.commit("inner", "main", Map.of("a.txt", "1"));
        git.commit(
                "web",
                "main",
                Map.of(
                        "assets/.gitattributes",
                        "*.bin filter=lfs diff=lfs merge=lfs -text\n",
                        "assets/big.bin",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0".repeat(64) + "\nsize 12345\n",
                        "small.txt",
                        "x"));
        GitServer.git(
                git.work("web"),
                "-c",
                "protocol.file.allow=always",
                "submodule",
                "add",
                "-q",
                git.bare("inner").toString(),
                "vendor/inner");
        git.commitAll("web", "main", "A submodule");

        fetch(app(git.url("web"), null, null, true), null);

        assertThat(folder().resolve("vendor/inner")).isEmptyDirectory();
        assertThat(call.log())
                .contains("Submodules are not fetched: vendor/inner stays empty", "in place of assets/big.bin.");
    }

    @Test
    void aHostThatAsksForAUserIsGivenTheOneBeforeTheToken() {
        git.commit("private/web", "main", Map.of("a.txt", "1"));

        fetch(app(git.url("private/web"), null, "ana:" + GitServer.TOKEN, true), null);

        assertThat(git.authorizations)
                .contains("Basic "
                        + Base64.getEncoder()
                                .encodeToString(("ana:" + GitServer.TOKEN).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatAnAttemptBeforeLeftIsRemoved() throws IOException {
        git.commit("web", "main", Map.of("a.txt", "1"));
        Files.createDirectories(folder().resolve(".git/objects"));
        Files.writeString(folder().resolve("half.txt"), "left");

        fetch(app(git.url("web"), null, null, true), null);

        assertThat(folder().resolve("half.txt")).doesNotExist();
    }

    @Test
    void aMissingRepositoryIsSaidToBeMissing() {
        Problem problem = refused(app(git.url("no-such"), null, null, true), null);

        assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        assertThat(problem).hasMessageContaining("not found").hasMessageContaining(git.url("no-such"));
    }

    @Test
    void aMissingBranchNamesThoseThereAre() {
        for (int i = 10; i < 22; i++) {
            git.commit("web", "b" + i, Map.of("a.txt", "" + i));
        }

        Problem problem = refused(app(git.url("web"), "release", null, true), null);

        assertThat(problem)
                .hasMessageContaining("'release'")
                .hasMessageContaining("b10")
                .hasMessageContaining("b19")
                .hasMessageNotContaining("b20")
                .hasMessageContaining("and 2 more");
    }

    @Test
    void aRepositoryWithoutACommitIsSaidToBeEmpty() {
        git.empty("web");

        assertThat(refused(app(git.url("web"), null, null, true), null)).hasMessageContaining("is empty");
    }

    @Test
    void aCommitThatIsNotThereIsNamed() {
        git.commit("web", "main", Map.of("a.txt", "1"));

        assertThat(refused(app(git.url("web"), null, null, true), "0123456789abcdef0123456789abcdef01234567"))
                .hasMessageContaining("no commit 0123456789");
    }

    @Test
    void aPrivateRepositoryWantsItsTokenWhichIsNeverShown() throws IOException {
        git.commit("private/web", "main", Map.of("a.txt", "1"));
        String url = git.url("private/web");

        assertThat(refused(app(url, null, null, true), null))
                .hasMessageContaining("private")
                .hasMessageContaining("token");
        assertThat(refused(app(url, null, "wrong-token-1234", true), null))
                .hasMessageContaining("does not accept")
                .hasMessageNotContaining("wrong-token-1234");
        fetch(app(url, null, GitServer.TOKEN, true), null);

        assertThat(folder().resolve("a.txt")).hasContent("1");
        assertThat(call.log()).doesNotContain(GitServer.TOKEN);
        assertThat(Files.readString(folder().resolve(".git/config"))).doesNotContain(GitServer.TOKEN);
    }

    @Test
    void aRepositoryAtAPrivateAddressIsRefusedWhereNobodyAllowedIt() {
        git.commit("web", "main", Map.of("a.txt", "1"));

        Problem problem = refused(app(git.url("web"), null, null, false), null);

        assertThat(problem.kind()).isEqualTo(Problem.Kind.DENIED);
        assertThat(problem).hasMessageContaining("private address").hasMessageContaining("owner or admin");
        assertThat(folder()).doesNotExist();
    }

    @Test
    void aNumberInTheAddressIsNotTakenForTheServersAnswer() {
        assertThat(refused(app("http://127.0.0.1:1/404.git", null, null, true), null))
                .hasMessageContaining("does not answer");
    }

    @Test
    void aPageThatIsNoRepositoryIsSaidToBeNone() throws IOException {
        HttpServer site = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        site.createContext("/", exchange -> {
            byte[] page = "<!doctype html><title>Not here</title>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        site.start();
        try {
            String url = "http://127.0.0.1:" + site.getAddress().getPort() + "/web.git";
            assertThat(refused(app(url, null, null, true), null))
                    .hasMessage("What answers at " + url
                            + " is no Git repository; give the app the address it is cloned from");
        } finally {
            site.stop(0);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() {
        Problem problem = refused(app("http://127.0.0.1:1/web.git", null, null, true), null);

        assertThat(problem.kind()).isEqualTo(Problem.Kind.UPSTREAM);
        assertThat(problem).hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        assertThat(refused(app("http://no-such-host.invalid/web.git", null, null, true), null))
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void hooksAndLinksOutOfTheTreeDoNothing() throws IOException {
        git.commit(
                "web",
                "main",
                Map.of(
                        "a.txt",
                        "1",
                        ".githooks/post-checkout",
                        "#!/bin/sh\ntouch " + temporary + "/canary\n",
                        ".gitattributes",
                        "*.txt filter=evil\n",
                        ".lfsconfig",
                        "[lfs]\nurl = http://169.254.169.254/\n"));
        Files.createSymbolicLink(git.work("web").resolve("out"), temporary.resolve("served"));
        git.commitAll("web", "main", "A link");

        fetch(app(git.url("web"), null, null, true), null);

        assertThat(temporary.resolve("canary")).doesNotExist();
        assertThat(Files.isSymbolicLink(folder().resolve("out"))).isTrue();
    }

    @Test
    void aServerThatSendsAByteNowAndThenDoesNotHoldTheCloneUp() {
        Checkout checkout = new Checkout(
                app("http://127.0.0.1:" + git.port() + "/trickle/web.git", null, null, true),
                call,
                folder(),
                key -> {},
                Duration.ofSeconds(1));

        assertThatThrownBy(() -> checkout.fetch(Optional.empty()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.TIMEOUT));
    }

    @Test
    void aCancelledCloneEnds() {
        git.commit("web", "main", Map.of("a.txt", "1"));
        call.cancel();

        assertThat(catchThrowableOfType(
                        RuntimeException.class, () -> fetch(app(git.url("web"), null, null, true), null)))
                .isNotNull();
    }

    @Test
    @Timeout(20)
    void aCloneFromAServerThatSaysNothingEndsWhenItIsCancelled() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort() + "/web.git";
            CompletableFuture<Problem> refused =
                    CompletableFuture.supplyAsync(() -> refused(app(url, null, null, true), null));
            try (Socket asked = silent.accept()) {
                call.cancel();

                assertThat(refused.get()).hasMessage("Cancelled");
                assertThat(asked.getInputStream().readAllBytes())
                        .as("the connection is closed")
                        .isNotEmpty();
            }
        }
    }
}
