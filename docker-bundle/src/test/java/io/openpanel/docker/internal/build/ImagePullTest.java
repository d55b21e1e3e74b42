package io.openpanel.docker.internal.build;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.TestEngine;
import io.openpanel.testkit.FakeCall;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pulls by a real engine. */
class ImagePullTest {
    @Test
    @Timeout(60)
    void aRegistryThatSaysNothingDoesNotHoldAPullUpForEver() throws IOException {
        try (TestEngine test = new TestEngine();
                ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String reference = "127.0.0.1:" + mute.getLocalPort() + "/shop/web:1";
            ImagePull pulls = new ImagePull(test.engine, Duration.ofSeconds(2));

            assertThatThrownBy(() -> pulls.pull(FakeCall.inJob("t1", new Ref("job", "j1")), reference))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("The pull of " + reference + " took more than")
                    .hasMessageContaining("docker pull");
        }
    }
}
