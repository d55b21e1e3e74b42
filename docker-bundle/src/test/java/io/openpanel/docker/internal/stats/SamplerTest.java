package io.openpanel.docker.internal.stats;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.docker.Collected;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.engine.ContainerState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SamplerTest {
    private static TestEngine test;

    @TempDir
    Path nothing;

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

    private static ContainerState run() {
        String id = test.client(docker -> {
            String made = docker.createContainerCmd(TestEngine.IMAGE)
                    .withCmd("sleep", "60")
                    .withLabels(TestEngine.LABELS)
                    .exec()
                    .getId();
            docker.startContainerCmd(made).exec();
            return made;
        });
        return test.engine.refresh(id).orElseThrow();
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith(name))
                .count();
    }

    @Test
    void oneThreadServesAllAndIsGoneWithTheLastReader() {
        Sampler sampler = new Sampler(test.engine, InstantSource.system());
        Collected<Stats> one = Collected.all(sampler.watch(run()));
        Collected<Stats> two = Collected.all(sampler.watch(run()));
        await(() -> one.count() > 1 && two.count() > 1, Duration.ofSeconds(6));
        assertThat(threads("docker-sampler")).isEqualTo(1);
        one.cancel();
        int seen = one.count();
        await(() -> two.count() > 3, Duration.ofSeconds(6));
        assertThat(one.count()).isEqualTo(seen);
        two.cancel();
        await(() -> threads("docker-sampler") == 0, Duration.ofSeconds(3));
    }

    @Test
    void whereTheFilesAreNotHereTheEngineIsAsked() {
        Sampler sampler = new Sampler(test.engine, InstantSource.system(), nothing);
        ContainerState container = run();
        Collected<Stats> reader = Collected.all(sampler.watch(container));
        await(() -> reader.count() > 1, Duration.ofSeconds(10));
        assertThat(reader.items().get(0).memory()).isPositive();
        assertThat(threads("docker-stats-")).isEqualTo(1);
        sampler.close();
        await(() -> threads("docker-stats-") == 0, Duration.ofSeconds(3));
    }

    @Test
    void aContainerThatIsStartedAgainIsMeasuredAgain() throws Exception {
        Sampler sampler = new Sampler(test.engine, InstantSource.system());
        ContainerState container = run();
        Collected<Stats> reader = new Collected<>(0);
        sampler.watch(container).subscribe(reader);
        Thread.sleep(2200);
        assertThat(reader.count()).isZero();
        reader.request(1);
        await(() -> reader.count() == 1, Duration.ofSeconds(4));
        test.client(docker ->
                docker.restartContainerCmd(container.id()).withtTimeout(0).exec());
        reader.request(2);
        await(() -> reader.count() == 3, Duration.ofSeconds(10));
        reader.request(0);
        assertThat(reader.problem()).isInstanceOf(IllegalArgumentException.class);
        sampler.close();
    }
}
