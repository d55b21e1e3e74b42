package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** From one container to the next without a failed request. */
class SwitchTest {
    @Test
    void noRequestFailsWhileAppsAreSwitchedUnderLoad() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(4);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger requests = new AtomicInteger();
        List<String> failures = new ArrayList<>();
        try (Rig rig = new Rig()) {
            Backend current = version(0);
            rig.routes("localhost=" + current.upstream());
            List<Future<Object>> loops = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                boolean post = i == 3;
                loops.add(clients.submit((Callable<Object>) () -> {
                    HttpClient client = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build();
                    while (!stop.get()) {
                        String got = post
                                ? rig.raw(
                                        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody")
                                : status(rig.send(client, "/"));
                        requests.incrementAndGet();
                        if (!got.contains("200") || !got.contains("version")) {
                            synchronized (failures) {
                                failures.add(got);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (int i = 1; i <= 25; i++) {
                Backend next = version(i);
                rig.routes("localhost=" + next.upstream());
                assertThat(rig.ask("localhost", "GET /")).endsWith("version " + i);
                // As a container that was told to stop: it ends what it began, then its connections close.
                current.stopListening();
                Thread.sleep(40);
                current.close();
                current = next;
            }
            stop.set(true);
            for (Future<Object> loop : loops) {
                loop.get();
            }
            current.close();
        } finally {
            clients.shutdownNow();
        }
        assertThat(failures).as(requests + " requests").isEmpty();
        assertThat(requests.get()).isGreaterThan(200);
    }

    private static String status(HttpResponse<String> response) {
        return response.statusCode() + " " + response.body();
    }

    private static Backend version(int number) throws IOException {
        return Backend.text("version " + number);
    }

    @Test
    void aRequestUnderWayEndsWhereItIs() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Rig rig = new Rig();
                Backend former = new Backend((head, in, out) -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return Backend.answer(out, "former");
                });
                Backend next = Backend.text("next");
                Socket socket = rig.connect()) {
            rig.routes("localhost=" + former.upstream());
            Backend.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Rig.await(() -> !former.heads.isEmpty());
            rig.routes("localhost=" + next.upstream());
            assertThat(rig.ask("localhost", "GET /")).endsWith("next");
            go.countDown();
            assertThat(ForwardingTest.readAnswer(socket.getInputStream())).isEqualTo("former");
        }
    }

    @Test
    void anUpstreamThatIsGoneIsSkippedForEveryMethod() throws Exception {
        try (Rig rig = new Rig();
                Backend gone = Backend.text("gone");
                Backend here = Backend.text("here")) {
            gone.close();
            rig.routes("localhost=" + gone.upstream() + "," + here.upstream());
            for (int i = 0; i < 10; i++) {
                assertThat(rig.ask("localhost", "GET /")).endsWith("here");
                assertThat(
                                rig.raw(
                                        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"))
                        .endsWith("here");
            }
        }
    }

    @Test
    void upstreamsTakeTurns() throws Exception {
        try (Rig rig = new Rig();
                Backend one = Backend.text("one");
                Backend two = Backend.text("two")) {
            rig.routes("localhost=" + one.upstream() + "," + two.upstream());
            for (int i = 0; i < 10; i++) {
                rig.ask("localhost", "GET /");
            }
            assertThat(one.heads).hasSize(5);
            assertThat(two.heads).hasSize(5);
        }
    }

    @Test
    void aSafeRequestIsRepeatedOnceWhenTheConnectionBreaksBeforeTheAnswer() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        try (Rig rig = new Rig();
                Backend app =
                        new Backend((head, in, out) -> tries.getAndIncrement() > 0 && Backend.answer(out, "second"))) {
            rig.routes("localhost=" + app.upstream());
            assertThat(rig.ask("localhost", "GET /")).endsWith("second");
            tries.set(0);
            assertThat(rig.raw("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 502");
            assertThat(tries).hasValue(1);
            tries.set(-5);
            assertThat(rig.ask("localhost", "GET /")).startsWith("HTTP/1.1 502");
            assertThat(tries).hasValue(-3);
        }
    }

    @Test
    void connectionsNobodyUsesAreClosed() throws Exception {
        try (Rig rig = new Rig();
                Backend app = Backend.text("ok")) {
            rig.routes("localhost=" + app.upstream());
            rig.ask("localhost", "GET /");
            assertThat(app.connections()).isEqualTo(1);
            Rig.await(() -> app.connections() == 0);
        }
    }
}
