package io.openpanel.itests;

import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** CPU per proxied request of 100 bytes, beside nginx in front of the same upstream. */
final class ProxyBench {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");

    private ProxyBench() {}

    static void run(Panel panel) throws IOException {
        Path work = Files.createTempDirectory("openpanel-proxy-bench");
        int upstream = FreePorts.next();
        int front = FreePorts.next();
        String body = "x".repeat(100);
        Process nginx = nginx(
                work,
                """
                server { listen 127.0.0.1:%d; location / { return 200 "%s"; } }
                upstream app { server 127.0.0.1:%d; keepalive 64; }
                server { listen 127.0.0.1:%d; location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; } }
                """
                        .formatted(upstream, body, upstream, front));
        Path home = Files.createDirectories(work.resolve("proxy"));
        int port = FreePorts.next();
        Files.writeString(
                home.resolve("proxy.json"),
                """
                {"version": 1, "httpPort": %d, "routes": [{"host": "localhost", "app": "app:bench", "upstreams": ["127.0.0.1:%d"], "tls": false}]}
                """
                        .formatted(port, upstream));
        Process proxy = new ProcessBuilder(
                        "java",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-Xss512k",
                        "-jar",
                        Panel.ROOT
                                .resolve("ssl-bundle/proxy/target/openpanel-proxy.jar")
                                .toString(),
                        "--home",
                        home.toString(),
                        "--http-port",
                        String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("proxy.log").toFile())
                .start();
        try {
            Wait.until("both answer", java.time.Duration.ofSeconds(15), () -> answers(port) && answers(front));
            double idle = Proc.pss(proxy.pid());
            wrk(port, 5);
            wrk(front, 2);
            double floor = perRequest(workers(nginx), front);
            double ours = perRequest(List.of(proxy.pid()), port);
            Bench.say("proxy-cpu", "µs/request", ours, floor, 3, true, false);
            Bench.say("proxy-idle", "MB PSS", idle, Proc.pss(nginx.pid()), 90, false, false);
        } finally {
            proxy.destroy();
            nginx.destroy();
        }
    }

    private static Process nginx(Path work, String servers) throws IOException {
        Path configuration = work.resolve("nginx.conf");
        Files.writeString(
                configuration,
                """
                worker_processes 1; daemon off; pid %1$s/nginx.pid; error_log %1$s/error.log;
                events { worker_connections 1024; }
                http { access_log off; keepalive_requests 1000000; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p;
                fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                %2$s }
                """
                        .formatted(work, servers));
        return new ProcessBuilder("nginx", "-p", work.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("nginx.log").toFile())
                .start();
    }

    private static boolean answers(int port) {
        try {
            return Web.get(port, "localhost", "/").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<Long> workers(Process nginx) {
        return nginx.descendants().map(ProcessHandle::pid).toList();
    }

    private static double perRequest(List<Long> pids, int port) throws IOException {
        double before = cpu(pids);
        long requests = wrk(port, 8);
        return (cpu(pids) - before) / requests * 1e6;
    }

    private static double cpu(List<Long> pids) throws IOException {
        double sum = 0;
        for (long pid : pids) {
            sum += Proc.cpu(pid);
        }
        return sum;
    }

    private static long wrk(int port, int seconds) {
        String output = Panel.run(
                        List.of("wrk", "-t1", "-c16", "-d" + seconds + "s", "http://localhost:" + port + "/"),
                        Map.of(),
                        null)
                .output();
        Matcher matcher = REQUESTS.matcher(output);
        if (!matcher.find() || output.contains("Non-2xx")) {
            throw new AssertionError(output);
        }
        return Long.parseLong(matcher.group(1));
    }
}
