package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.testkit.TestPanel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SetupTest {
    private final Office office = new Office();
    private final Path file = office.panel.home.resolve("run/setup-token");

    @AfterEach
    void close() throws InterruptedException {
        office.close();
    }

    private String token() throws Exception {
        TestPanel.await("the set-up token", () -> Files.exists(file));
        return Files.readString(file).strip();
    }

    private static Setup.Owner owner(String email) {
        return new Setup.Owner(email, Optional.empty(), Secret.of(Office.PASSWORD), Optional.of("Acme"));
    }

    @Test
    void theTokenIsForTheServersOwnerOnlyAndSurvivesARestart() throws Exception {
        Setup setup = office.setup(Map.of());
        String token = token();
        assertThat(token).matches("[0-9a-z]{32}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(setup.isToken(Secret.of(token))).isTrue();
        assertThat(setup.isToken(Secret.of(token + '\n'))).isTrue();
        assertThat(setup.isToken(Secret.of(""))).isFalse();
        assertThat(setup.isToken(Secret.of(token.substring(1)))).isFalse();
        setup.close();

        office.setup(Map.of());
        Thread.sleep(300);
        assertThat(token()).isEqualTo(token);
    }

    @Test
    void anEmptyTokenFileLetsNobodyIn() throws Exception {
        Setup setup = office.setup(Map.of());
        token();
        Files.writeString(file, "\n");

        assertThat(setup.isToken(Secret.of(""))).isFalse();
        Files.delete(file);
        assertThat(setup.isToken(Secret.of(""))).isFalse();
    }

    @Test
    void ofFiftyWhoRaceOneBecomesTheOwner() throws Exception {
        Setup setup = office.setup(Map.of());
        token();
        AtomicInteger made = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        ExecutorService racers = Executors.newFixedThreadPool(50);
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            work.add(() -> {
                try {
                    setup.create(owner("person" + number + "@example.com"));
                    made.incrementAndGet();
                } catch (Problem e) {
                    // Fifty passwords take a cold machine long; who waited too long for their turn is told so.
                    assertThat(e.kind()).isIn(Problem.Kind.CONFLICT, Problem.Kind.UNAVAILABLE);
                    refused.incrementAndGet();
                }
                return null;
            });
        }
        for (var result : racers.invokeAll(work)) {
            result.get();
        }
        racers.shutdown();

        assertThat(made).hasValue(1);
        assertThat(refused).hasValue(49);
        assertThat(setup.isNeeded()).isFalse();
        assertThat(file).doesNotExist();
        assertThat(count("user_account")).isEqualTo(1);
        assertThat(count("team")).isEqualTo(1);
        assertThat(count("membership")).isEqualTo(1);
    }

    private int count(String table) {
        return office.clerk
                .allTeams(tx -> tx.list(Rights.Id.class, "select 'x' as id from " + table))
                .size();
    }

    @Test
    void aSetUpPanelStaysClosed() throws Exception {
        Setup setup = office.setup(Map.of());
        token();
        setup.create(owner(Office.EMAIL));

        assertThatThrownBy(() -> setup.create(owner("eve@example.com")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("owner already");
        setup.close();
        Files.writeString(file, "left over from somewhere");
        office.setup(Map.of("OPENPANEL_OWNER_EMAIL", "eve@example.com", "OPENPANEL_OWNER_PASSWORD", Office.PASSWORD));
        TestPanel.await("the left-over token to go", () -> !Files.exists(file));
        assertThat(count("user_account")).isEqualTo(1);
    }

    @Test
    void theEnvironmentMakesTheOwner() {
        office.setup(Map.of("OPENPANEL_OWNER_EMAIL", "Ana@Example.com", "OPENPANEL_OWNER_PASSWORD", Office.PASSWORD));
        TestPanel.await("the owner", () -> office.rights.homeTeam().isPresent());

        assertThat(office.signIn
                        .withPassword("ana@example.com", Secret.of(Office.PASSWORD), "", "")
                        .role())
                .hasValue("owner");
        assertThat(file).doesNotExist();
    }

    @Test
    void aWeakPasswordInTheEnvironmentLeavesSetUpOpen() throws Exception {
        Setup setup =
                office.setup(Map.of("OPENPANEL_OWNER_EMAIL", "ana@example.com", "OPENPANEL_OWNER_PASSWORD", "short"));

        assertThat(setup.isToken(Secret.of(token()))).isTrue();
        assertThat(setup.isNeeded()).isTrue();
    }

    @Test
    void aBadOwnerChangesNothing() throws Exception {
        Setup setup = office.setup(Map.of());
        token();

        assertThatThrownBy(() -> setup.create(owner("no address"))).hasMessageContaining("e-mail");
        assertThatThrownBy(() -> setup.create(
                        new Setup.Owner("a@b.c", Optional.of("x\ny"), Secret.of(Office.PASSWORD), Optional.empty())))
                .hasMessageContaining("name");
        assertThat(setup.isNeeded()).isTrue();
        assertThat(count("team")).isZero();
    }
}
