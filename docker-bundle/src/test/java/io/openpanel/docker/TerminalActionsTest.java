package io.openpanel.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Duplex;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.terminal.Terminals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TerminalActionsTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static TestEngine test;
    private static Terminals terminals;
    private static TerminalActions actions;
    private static Ref container;

    @BeforeAll
    static void start() {
        test = new TestEngine();
        terminals = new Terminals(test.engine);
        actions = new TerminalActions(test.engine, terminals);
        container = run("op-test-docker-terminal");
    }

    private static Ref run(String name) {
        String id = test.client(docker -> docker.createContainerCmd(TestEngine.IMAGE)
                .withName(name)
                .withLabels(TestEngine.LABELS)
                .withCmd("sleep", "600")
                .exec()
                .getId());
        test.client(docker -> docker.startContainerCmd(id).exec());
        return test.engine.refresh(id).map(ContainerState::ref).orElseThrow();
    }

    @AfterAll
    static void stop() {
        terminals.close();
        test.close();
    }

    /** A terminal whose output is gathered as it comes. */
    private static final class Watched implements AutoCloseable {
        private final Duplex terminal;
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private final Thread reader = new Thread(this::read);

        Watched(TerminalActions.Opening opening) {
            terminal = actions.terminal(opening);
            reader.start();
        }

        private void read() {
            try (InputStream output = terminal.output()) {
                byte[] buffer = new byte[4096];
                for (int count = output.read(buffer); count >= 0; count = output.read(buffer)) {
                    synchronized (printed) {
                        printed.write(buffer, 0, count);
                    }
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        void type(String text) throws IOException {
            terminal.input().write(text.getBytes(StandardCharsets.UTF_8));
        }

        String printed() {
            synchronized (printed) {
                return printed.toString(StandardCharsets.UTF_8);
            }
        }

        void awaitText(String text) {
            TestEngine.await(() -> printed().contains(text), SOON);
        }

        void awaitEnd() throws InterruptedException {
            reader.join(SOON.toMillis());
            assertThat(reader.isAlive())
                    .as("it ended; it printed: " + printed())
                    .isFalse();
        }

        @Override
        public void close() {
            terminal.close();
        }
    }

    private static TerminalActions.Opening shell() {
        return new TerminalActions.Opening(
                container, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static TerminalActions.Opening program(boolean tty, String... command) {
        return new TerminalActions.Opening(
                container, Optional.of(List.of(command)), Optional.empty(), Optional.empty(), Optional.of(tty));
    }

    private static String processes() {
        return test.client(docker -> String.valueOf(
                List.of(docker.topContainerCmd(container.id()).exec().getProcesses()).stream()
                        .map(List::of)
                        .toList()));
    }

    @Test
    void aShellAnswersWhatIsTyped() throws Exception {
        try (Watched shell = new Watched(shell())) {
            shell.type("echo $((6*7)) $TERM\n");
            shell.awaitText("42 xterm-256color");
            shell.type("exit 3\n");
            shell.awaitEnd();
            assertThat(shell.terminal.exitCode()).hasValue(3);
        }
    }

    @Test
    void theProgramSeesTheSizeOfTheWindow() throws Exception {
        try (Watched shell = new Watched(shell())) {
            shell.terminal.resize(123, 45);
            shell.type("stty size\n");
            shell.awaitText("45 123");
            shell.terminal.resize(80, 24);
            shell.type("stty size\n");
            shell.awaitText("24 80");
        }
    }

    @Test
    void withoutAWindowWhatGoesInComesOutAndItsEndIsSeen() throws Exception {
        try (Watched program = new Watched(program(false, "cat"))) {
            program.type("one\ntwo\n");
            program.terminal.input().close();
            program.awaitEnd();
            assertThat(program.printed()).isEqualTo("one\ntwo\n");
            assertThat(program.terminal.exitCode()).hasValue(0);
        }
    }

    @Test
    void argumentsAreNoShellText() throws Exception {
        try (Watched program = new Watched(program(false, "echo", "a; echo b", "$(id)", "'"))) {
            program.awaitEnd();
            assertThat(program.printed()).isEqualTo("a; echo b $(id) '\n");
        }
    }

    @Test
    void userAndFolderAreThoseAskedFor() throws Exception {
        try (Watched program = new Watched(new TerminalActions.Opening(
                container,
                Optional.of(List.of("sh", "-c", "id -u; pwd")),
                Optional.of("1234"),
                Optional.of("/bin"),
                Optional.of(false)))) {
            program.awaitEnd();
            assertThat(program.printed()).isEqualTo("1234\n/bin\n");
        }
    }

    @Test
    void aClientThatVanishesLeavesNothingRunning() throws Exception {
        for (Optional<String> user : List.of(Optional.<String>empty(), Optional.of("1234"))) {
            Watched shell = new Watched(
                    new TerminalActions.Opening(container, Optional.empty(), user, Optional.empty(), Optional.empty()));
            shell.type("sleep 3001 & sleep 3002\n");
            TestEngine.await(
                    () -> processes().contains("sleep 3001") && processes().contains("sleep 3002"), SOON);
            shell.close();
            shell.awaitEnd();
            assertThat(processes())
                    .doesNotContain("3001")
                    .doesNotContain("3002")
                    .doesNotContain("/bin/sh");
        }
    }

    @Test
    void aProgramThatDoesNotListenToTheHangUpIsKilled() throws Exception {
        Watched shell = new Watched(program(true, "sh", "-c", "trap '' HUP TERM INT; while :; do sleep 1; done"));
        TestEngine.await(() -> processes().contains("trap"), SOON);
        shell.close();
        assertThat(processes()).doesNotContain("trap");
    }

    @Test
    void otherProgramsOfTheContainerAreLeftAlone() throws Exception {
        try (Watched other = new Watched(shell())) {
            other.type("echo here$((1+1))\n");
            other.awaitText("here2");
            Watched gone = new Watched(shell());
            gone.type("sleep 3003\n");
            TestEngine.await(() -> processes().contains("sleep 3003"), SOON);
            gone.close();
            assertThat(processes()).doesNotContain("3003").contains("sleep 600");
            other.type("echo still$((1+1))\n");
            other.awaitText("still2");
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> {
                    try (Watched program = new Watched(program(true, "/no/such"))) {
                        program.awaitEnd();
                        assertThat(program.printed()).contains("no such file");
                        throw new Problem(Problem.Kind.INVALID, program.printed());
                    }
                })
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void aContainerThatDoesNotRunIsNamedWithWhatToDo() {
        Ref stopped = run("op-test-docker-terminal-stopped");
        test.client(docker -> docker.killContainerCmd(stopped.id()).exec());
        TestEngine.await(
                () -> test.engine.refresh(stopped.id()).orElseThrow().state().equals("exited"), SOON);
        assertThatThrownBy(() -> actions.terminal(new TerminalActions.Opening(
                        stopped, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("op-test-docker-terminal-stopped is exited")
                .hasMessageContaining("start it first");
    }
}
