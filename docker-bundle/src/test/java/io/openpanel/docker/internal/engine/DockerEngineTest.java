package io.openpanel.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class DockerEngineTest {
    /** Its thread would read the events of a connection that nobody closes any more, and keep the bundle's classes. */
    @Test
    void whoeverIsAboutToConnectWhenItIsClosedDoesNot() {
        DockerEngine engine = new DockerEngine(URI.create("unix:///var/run/docker.sock"), InstantSource.system());
        engine.close();
        assertThatThrownBy(() -> engine.connect(Duration.ofSeconds(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has stopped");
    }
}
