package io.openpanel.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.data.internal.secret.KeyFile;
import io.openpanel.data.internal.secret.VaultTransit;
import io.openpanel.spi.KeyProvider;
import io.openpanel.spi.MasterKey;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The key that wraps the data keys: turned, moved to Vault and back, cut off in the middle. */
@Tag("slow")
class MasterKeyTest {
    private static final String PLACE = "place|column|row";

    private Fixture fixture;
    private Path file;

    @BeforeEach
    void start() {
        fixture = Fixture.create();
        file = fixture.home.resolve("keys/kek");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private List<Path> keyFiles() throws IOException {
        try (Stream<Path> all = Files.list(file.getParent())) {
            return all.sorted().toList();
        }
    }

    @Test
    void aRotationChangesTheKeyAndNothingThatIsSealed() throws IOException {
        String sealed = fixture.storage.seal("secret", PLACE);
        MasterKey key = fixture.storage.masterKey();
        String former = key.state().version();

        String version = key.rotate();
        assertThat(key.state()).isEqualTo(new MasterKey.State("file", version, 1, 1));
        assertThat(key.rewrap()).isEqualTo(1);

        assertThat(key.state()).isEqualTo(new MasterKey.State("file", version, 1, 0));
        assertThat(version).isNotEqualTo(former);
        assertThat(keyFiles()).containsExactly(file, file.resolveSibling("kek-" + former));
        for (Path each : keyFiles()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("rw-------");
        }
        assertThat(fixture.storage.unseal(sealed, PLACE)).isEqualTo("secret");
        Files.delete(file.resolveSibling("kek-" + former));
        try (PostgresStorage restarted = fixture.start()) {
            assertThat(restarted.unseal(sealed, PLACE)).isEqualTo("secret");
        }
    }

    @Test
    void whoReadsDuringRotationsNeverFails() throws Exception {
        String sealed = fixture.storage.seal("secret", PLACE);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger read = new AtomicInteger();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        try (PostgresStorage other = fixture.start()) {
            for (PostgresStorage each : List.of(fixture.storage, other)) {
                readers.add(CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        assertThat(each.unseal(sealed, PLACE)).isEqualTo("secret");
                        assertThat(each.unseal(each.seal("other", PLACE), PLACE))
                                .isEqualTo("other");
                        read.incrementAndGet();
                    }
                }));
            }
            for (int i = 0; i < 20; i++) {
                fixture.storage.masterKey().rotate();
                fixture.storage.masterKey().rewrap();
                try (PostgresStorage fresh = fixture.start()) {
                    assertThat(fresh.unseal(sealed, PLACE)).isEqualTo("secret");
                }
            }
            over.set(true);
            for (CompletableFuture<Void> each : readers) {
                each.get();
            }
        }
        assertThat(read).hasPositiveValue();
    }

    @Test
    void aRotationThatWasCutOffIsEndedAtTheNextStart() {
        String sealed = fixture.storage.seal("secret", PLACE);
        fixture.storage.masterKey().rotate();

        try (PostgresStorage restarted = fixture.start()) {
            assertThat(restarted.masterKey().state().behind()).isZero();
            assertThat(restarted.unseal(sealed, PLACE)).isEqualTo("secret");
        }
    }

    @Test
    void aRewrapThatFailsInTheMiddleChangesNothing() throws SQLException {
        KeyFile real = new KeyFile(file);
        AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        try (PostgresStorage storage = fixture.start(fixture.server.url(), "file", List.of(failing(real, left)))) {
            String sealed = storage.seal("secret", PLACE);
            fixture.execute("insert into openpanel.data_key (id, team, wrapped, created_at)"
                    + " select id || n, team, wrapped, created_at from openpanel.data_key, generate_series(1, 5) n");
            List<String> before = wrapped();
            storage.masterKey().rotate();
            left.set(1);

            assertThatThrownBy(() -> storage.masterKey().rewrap()).isInstanceOf(RuntimeException.class);

            assertThat(wrapped()).isEqualTo(before);
            assertThat(storage.unseal(sealed, PLACE)).isEqualTo("secret");
        }
    }

    private List<String> wrapped() {
        return fixture.peek("select wrapped from openpanel.data_key order by id");
    }

    /** A provider that wraps so many times, then no more. */
    private static KeyProvider failing(KeyProvider real, AtomicInteger left) {
        return (KeyProvider) Proxy.newProxyInstance(
                MasterKeyTest.class.getClassLoader(), new Class<?>[] {KeyProvider.class}, (proxy, method, values) -> {
                    if (method.getName().equals("wrap") && left.getAndDecrement() <= 0) {
                        throw new Problem(Problem.Kind.UPSTREAM, "It has gone");
                    }
                    try {
                        return method.invoke(real, values);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aProviderThatIsNotThereIsNamed() throws SQLException {
        try (PostgresStorage storage = fixture.start(fixture.server.url(), "vault", List.of(new KeyFile(file)))) {
            assertThatThrownBy(() -> storage.seal("x", PLACE))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("OPENPANEL_KEY_PROVIDER");
        }
    }

    private VaultTransit vault(VaultServer server, String token) throws IOException {
        Path tokenFile = fixture.home.resolve("vault-token");
        Files.writeString(tokenFile, token + "\n");
        return new VaultTransit(
                new VaultTransit.Options(server.address(), tokenFile, "transit", "openpanel", Optional.empty()));
    }

    @Test
    void theKeyMovesToVaultAndBackByAStartAlone() throws Exception {
        String sealed = fixture.storage.seal("secret", PLACE);
        try (VaultServer server = new VaultServer()) {
            VaultTransit vault = vault(server, VaultServer.TOKEN);
            vault.begin();
            List<KeyProvider> both = List.of(new KeyFile(file), vault);
            try (PostgresStorage moved = fixture.start(fixture.server.url(), "vault", both)) {
                assertThat(moved.masterKey().state()).isEqualTo(new MasterKey.State("vault", "v1", 1, 0));
                assertThat(moved.unseal(sealed, PLACE)).isEqualTo("secret");
                assertThat(wrapped()).allMatch(each -> each.startsWith("vault:v1:"));

                assertThat(moved.masterKey().rotate()).isEqualTo("v2");
                assertThat(moved.masterKey().rewrap()).isEqualTo(1);
                assertThat(wrapped()).allMatch(each -> each.startsWith("vault:v2:"));
                assertThat(moved.unseal(moved.seal("new", PLACE), PLACE)).isEqualTo("new");
            }
            try (PostgresStorage back = fixture.start(fixture.server.url(), "file", both)) {
                assertThat(back.masterKey().state().behind()).isZero();
                assertThat(wrapped()).allMatch(each -> each.startsWith("v1."));
                assertThat(back.unseal(sealed, PLACE)).isEqualTo("secret");
            }
        }
    }

    @Test
    void aNewPanelBeginsWithVault() throws Exception {
        try (VaultServer server = new VaultServer();
                PostgresStorage storage =
                        fixture.start(fixture.server.url(), "vault", List.of(vault(server, VaultServer.TOKEN)))) {
            assertThat(storage.unseal(storage.seal("secret", PLACE), PLACE)).isEqualTo("secret");
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void whileVaultIsAwayWhatWasOpenStaysOpenAndTheRestStaysSealed() throws Exception {
        VaultServer server = new VaultServer();
        List<KeyProvider> vault = List.of(vault(server, VaultServer.TOKEN));
        try (PostgresStorage storage = fixture.start(fixture.server.url(), "vault", vault)) {
            String sealed = storage.seal("secret", PLACE);
            server.close();

            assertThat(storage.unseal(sealed, PLACE)).isEqualTo("secret");
            try (PostgresStorage restarted = fixture.start(fixture.server.url(), "vault", vault)) {
                assertThatThrownBy(() -> restarted.unseal(sealed, PLACE))
                        .isInstanceOf(Problem.class)
                        .hasMessageContaining("secrets stay sealed");
            }
        }
    }

    @Test
    void aTokenThatVaultRefusesIsSaidWithoutTheToken() throws Exception {
        try (VaultServer server = new VaultServer()) {
            VaultTransit vault = vault(server, "hvs.another");

            assertThatThrownBy(vault::version)
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("refuses the token in")
                    .hasMessageNotContaining("hvs.another");
        }
    }

    @Test
    void aDataKeyOfAnotherTeamDoesNotOpenInVault() throws Exception {
        try (VaultServer server = new VaultServer()) {
            VaultTransit vault = vault(server, VaultServer.TOKEN);
            vault.begin();
            String wrapped = vault.wrap(new byte[32], "data_key|alpha|1");

            assertThatThrownBy(() -> vault.unwrap(wrapped, "data_key|beta|1")).isInstanceOf(Problem.class);
        }
    }
}
