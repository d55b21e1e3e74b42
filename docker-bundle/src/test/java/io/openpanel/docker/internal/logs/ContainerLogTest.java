package io.openpanel.docker.internal.logs;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Problem;
import io.openpanel.docker.Collected;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.engine.ContainerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ContainerLogTest {
    private static final LogRequest WHOLE = new LogRequest(Optional.empty(), false, Optional.empty(), Optional.empty());
    private static final LogRequest FOLLOW = new LogRequest(Optional.empty(), true, Optional.empty(), Optional.empty());
    private static TestEngine test;

    @BeforeAll
    static void start() {
        test = new TestEngine();
    }

    @AfterEach
    void clean() {
        test.clean();
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    private static ContainerState run(boolean terminal, String script) {
        String id = test.client(docker -> {
            String made = docker.createContainerCmd(TestEngine.IMAGE)
                    .withCmd("sh", "-c", script)
                    .withTty(terminal)
                    .withLabels(TestEngine.LABELS)
                    .exec()
                    .getId();
            docker.startContainerCmd(made).exec();
            return made;
        });
        return test.engine.refresh(id).orElseThrow();
    }

    private static ContainerState finished(boolean terminal, String script) {
        ContainerState made = run(terminal, script);
        await(() -> test.engine.refresh(made.id()).orElseThrow().state().equals("exited"), Duration.ofSeconds(60));
        return test.engine.refresh(made.id()).orElseThrow();
    }

    private static List<LogLine> read(ContainerState container, LogRequest wanted) throws InterruptedException {
        Collected<LogLine> all =
                Collected.all(new ContainerLog(test.engine, container, wanted)).untilOver(Duration.ofSeconds(60));
        assertThat(all.problem()).isNull();
        return all.items();
    }

    @Test
    void twoHundredThousandLinesArriveWholeAndInOrder() throws Exception {
        ContainerState container = finished(
                false,
                "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo \""
                        + "line $i of a log that is long enough to be worth reading fast....\"; done > /t; "
                        + "i=0; while [ $i -lt 100 ]; do i=$((i+1)); cat /t; done");
        List<LogLine> lines = read(container, WHOLE);
        assertThat(lines).hasSize(200_000);
        assertThat(lines.get(199_999).line())
                .isEqualTo("line 2000 of a log that is long enough to be worth reading fast....");
        assertThat(IntStream.range(1, 200_000)
                        .allMatch(i -> lines.get(i).seq() > lines.get(i - 1).seq()))
                .isTrue();
    }

    @Test
    void aReaderThatDoesNotAskHoldsTheEngineBack() throws Exception {
        ContainerState container =
                run(false, "i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo line $i; done; sleep 60");
        Collected<LogLine> slow = new Collected<>(10);
        new ContainerLog(test.engine, container, FOLLOW).subscribe(slow);
        await(() -> slow.count() == 10, Duration.ofSeconds(10));
        Thread.sleep(300);
        assertThat(slow.count()).isEqualTo(10);
        slow.request(20);
        await(() -> slow.count() == 30, Duration.ofSeconds(10));
        slow.request(Long.MAX_VALUE);
        await(() -> slow.count() == 5000, Duration.ofSeconds(10));
        assertThat(slow.items())
                .extracting(LogLine::line)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 5000)
                        .mapToObj(i -> "line " + i)
                        .toList());
        slow.cancel();
    }

    @Test
    void cancellingClosesTheConnectionAtOnce() throws Exception {
        ContainerState container = run(false, "sleep 60");
        Collected<LogLine> reader = Collected.all(new ContainerLog(test.engine, container, FOLLOW));
        await(() -> threads() == 1, Duration.ofSeconds(5));
        reader.cancel();
        await(() -> threads() == 0, Duration.ofSeconds(10));
        assertThat(reader.isOver()).isFalse();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("docker-log-"))
                .count();
    }

    @Test
    void followingGoesOnUntilTheContainerEnds() throws Exception {
        ContainerState container = run(false, "echo one; sleep 1; echo two");
        assertThat(read(container, FOLLOW)).extracting(LogLine::line).containsExactly("one", "two");
    }

    @Test
    void aReaderGoesOnWhereItWas() throws Exception {
        ContainerState container = finished(false, "i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done");
        List<LogLine> all = read(container, WHOLE);
        for (int at : new int[] {0, 1, 250, 498, 499}) {
            LogRequest rest = new LogRequest(
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Optional.of(all.get(at).seq()));
            assertThat(read(container, rest)).isEqualTo(all.subList(at + 1, 500));
        }
        assertThat(read(container, new LogRequest(Optional.of(3), false, Optional.empty(), Optional.empty())))
                .extracting(LogLine::line)
                .containsExactly("line 498", "line 499", "line 500");
        assertThat(read(
                        container,
                        new LogRequest(
                                Optional.empty(),
                                false,
                                Optional.of(all.get(499).at().plusSeconds(60)),
                                Optional.empty())))
                .isEmpty();
    }

    @Test
    void aLineOfAMebibyteComesWholeWithAndWithoutATerminal() throws Exception {
        String script = "head -c 1048576 /dev/zero | tr '\\0' x; echo; echo after";
        for (boolean terminal : new boolean[] {false, true}) {
            List<LogLine> lines = read(finished(terminal, script), WHOLE);
            assertThat(lines).as("terminal %s", terminal).hasSize(2);
            assertThat(lines.get(0).line()).hasSize(1 << 20).matches("x+");
            assertThat(lines.get(1).line()).isEqualTo("after");
        }
    }

    @Test
    void bytesThatAreNoTextBecomeTheReplacementCharacter() throws Exception {
        List<LogLine> lines = read(finished(false, "printf 'a\\377b\\n\\nUmlaut: \\303\\244\\nno end'"), WHOLE);
        assertThat(lines).extracting(LogLine::line).containsExactly("a\uFFFDb", "", "Umlaut: ä", "no end");
    }

    @Test
    void aContainerThatIsGoneIsAProblem() throws Exception {
        ContainerState container = finished(false, "true");
        test.client(docker -> docker.removeContainerCmd(container.id()).exec());
        Collected<LogLine> reader =
                Collected.all(new ContainerLog(test.engine, container, WHOLE)).untilOver(Duration.ofSeconds(5));
        assertThat(reader.problem()).isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.kind())
                .isEqualTo(Problem.Kind.MISSING));
    }
}
