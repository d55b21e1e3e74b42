package io.openpanel.docker.internal.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.HostConfig;
import io.openpanel.docker.TestEngine;
import io.openpanel.docker.internal.engine.PrivateEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class DockerInmateTest {
    @Test
    void aContainerThatADeadEngineKeptIsRemovedWhenItAnswersAgain() throws Exception {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        try (PrivateEngine own = new PrivateEngine(Files.createTempDirectory(Path.of("/tmp"), "op-engine"));
                TestEngine test = new TestEngine(own.host())) {
            DockerSandbox sandbox = new DockerSandbox(test.engine);
            String id = test.client(docker -> docker.createContainerCmd(TestEngine.IMAGE)
                    .withName("inmate")
                    .withCmd("sleep", "600")
                    .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                    .withLabels(TestEngine.LABELS)
                    .exec()
                    .getId());

            own.kill();
            sandbox.inmate(id).close();
            own.start();

            TestEngine.await(
                    () -> test.engine.snapshot().container("inmate").isEmpty()
                            && test.engine.health().answers(),
                    Duration.ofSeconds(30));
            int there = test.client(docker ->
                    docker.listContainersCmd().withShowAll(true).exec().size());
            assertThat(there).isZero();
            sandbox.stop();
        }
    }
}
