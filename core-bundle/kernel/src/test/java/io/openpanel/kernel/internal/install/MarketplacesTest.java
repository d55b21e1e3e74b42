package io.openpanel.kernel.internal.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.spi.Storage;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestMarketplace;
import io.openpanel.testkit.TestPanel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;

@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
class MarketplacesTest {
    @Test
    void anIndexThatArrivesLateDoesNotReplaceANewerOne(TestPanel panel) throws Exception {
        Bundle kernel = Arrays.stream(panel.context().getBundles())
                .filter(each -> each.getSymbolicName().equals("io.openpanel.kernel"))
                .findFirst()
                .orElseThrow();
        Marketplaces marketplaces =
                new Marketplaces(new KernelDatabase(panel.get(Storage.class), kernel), panel.get(InstantSource.class));
        AtomicBoolean slow = new AtomicBoolean();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        try (TestMarketplace market = new TestMarketplace("late")) {
            server.createContext("/", exchange -> {
                String path = exchange.getRequestURI().getPath();
                byte[] file = market.file(path);
                if (path.equals("/index.json") && slow.compareAndSet(true, false)) {
                    asked.countDown();
                    await(sent);
                }
                exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
                if (file != null) {
                    exchange.getResponseBody().write(file);
                }
                exchange.close();
            });
            server.start();
            marketplaces.add("http://127.0.0.1:" + server.getAddress().getPort() + "/", market.fingerprint());
            slow.set(true);
            Future<Marketplaces.Row> late = threads.submit(() -> marketplaces.refresh("late"));
            await(asked);
            market.index(Duration.ofDays(14));
            long newest = marketplaces.refresh("late").listingVersion();
            sent.countDown();
            assertThat(late.get(30, TimeUnit.SECONDS).listingVersion()).isEqualTo(newest);
        } finally {
            marketplaces.remove("late");
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
