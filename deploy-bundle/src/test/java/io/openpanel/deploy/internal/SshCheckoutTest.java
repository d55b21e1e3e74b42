package io.openpanel.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.testkit.FakeCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clones by JGit over SSH, with a deploy key. */
class SshCheckoutTest {
    private static final Pattern UPLOAD = Pattern.compile("git-upload-pack '/([a-z]+)[.]git'");

    @TempDir
    private Path temporary;

    private final FakeCall call = FakeCall.inJob("t1", new Ref("job", "j1"));
    private final List<String> trusted = new ArrayList<>();
    private GitServer git;
    private SshServer server;
    private KeyPair allowed;

    @BeforeEach
    void serve() throws IOException, GeneralSecurityException {
        git = new GitServer(Files.createDirectories(temporary.resolve("served")));
        git.commit("web", "main", Map.of("a.txt", "over SSH"));
        allowed = key("EdDSA", 256);
        server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(KeyPairProvider.wrap(key("RSA", 3072)));
        server.setPublickeyAuthenticator((user, key, session) -> KeyUtils.compareKeys(key, allowed.getPublic()));
        server.setCommandFactory((channel, command) -> {
            Matcher upload = UPLOAD.matcher(command);
            if (!upload.matches()) {
                throw new IOException(command);
            }
            Path repository = git.bare(upload.group(1));
            return new ProcessShellFactory("git upload-pack " + repository, "git", "upload-pack", repository.toString())
                    .createShell(channel);
        });
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        server.stop(true);
        git.close();
    }

    private static KeyPair key(String algorithm, int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = SecurityUtils.getKeyPairGenerator(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static String text(KeyPair key) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new OpenSSHKeyPairResourceWriter().writePrivateKey(key, "deploy", new OpenSSHKeyEncryptionContext(), out);
        return out.toString(StandardCharsets.US_ASCII);
    }

    private Apps.Row app(String key, Optional<String> knownHost) {
        return CheckoutTest.app(
                "ssh://git@127.0.0.1:" + server.getPort() + "/web.git", Optional.of(Secret.of(key)), knownHost);
    }

    private Checkout.Commit fetch(Apps.Row app) {
        return new Checkout(app, call, temporary.resolve("workspace/source"), trusted::add).fetch(Optional.empty());
    }

    private Problem refused(Apps.Row app) {
        return catchThrowableOfType(Problem.class, () -> fetch(app));
    }

    @ParameterizedTest
    @CsvSource({"EdDSA,256", "RSA,3072", "EC,256"})
    void aDeployKeyReadsTheRepositoryAndIsNowhereOnTheDisk(String algorithm, int bits) throws Exception {
        allowed = key(algorithm, bits);

        assertThat(fetch(app(text(allowed), Optional.empty())).message()).isEqualTo("Change [a.txt]");

        assertThat(temporary.resolve("workspace/source/a.txt")).hasContent("over SSH");
        assertThat(trusted).hasSize(1).first().asString().startsWith("SHA256:");
        try (Stream<Path> files = Files.walk(temporary.resolve("workspace"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> file.getFileName().toString().contains("ident")
                                    || file.toString().contains("ssh")))
                    .isEmpty();
        }
    }

    @Test
    void theHostKeyOfTheFirstTimeIsTheOnlyOneAfterwards() throws Exception {
        fetch(app(text(allowed), Optional.empty()));
        fetch(app(text(allowed), Optional.of(trusted.get(0))));
        assertThat(trusted).hasSize(1);

        assertThat(refused(app(text(allowed), Optional.of("SHA256:another"))))
                .hasMessageContaining("shows another key than the first time");
    }

    @Test
    void aKeyTheServerDoesNotKnowIsSaidToBeRefused() throws Exception {
        assertThat(refused(app(text(key("EdDSA", 256)), Optional.empty())))
                .hasMessageContaining("does not accept the app's token or deploy key");
    }

    @Test
    void aTextThatIsNoKeyIsSaidToBeNone() {
        assertThat(refused(app("no key at all", Optional.empty()))).hasMessageContaining("deploy key");
    }

    @Test
    void aServerInsideIsNotTrustedWhereTheRepositoryWasNotAllowedToBeThere() throws Exception {
        KnownHost outside = new KnownHost(Optional.empty(), false, trusted::add);

        assertThat(catchThrowableOfType(
                        Problem.class,
                        () -> outside.accept(
                                "git.example.com",
                                new InetSocketAddress("10.0.0.5", 22),
                                allowed.getPublic(),
                                null,
                                null)))
                .hasMessageContaining("10.0.0.5, a private address");
        assertThat(trusted).isEmpty();
    }
}
