package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;

class UpstreamsTest {
    @Test
    void anAddressJustResolvedIsNotSweptBeforeItsFirstRequest() throws Exception {
        Server server = new Server();
        Upstreams upstreams = new Upstreams(server, new EventLoop(server));
        server.addBean(upstreams.client(), true);
        server.start();
        try {
            HttpDestination destination =
                    (HttpDestination) upstreams.client().resolveDestination(new Origin("http", "127.0.0.1", 9));

            assertThat(destination.sweep()).isFalse();
            assertThat(destination.isRunning()).isTrue();
        } finally {
            server.stop();
        }
    }
}
