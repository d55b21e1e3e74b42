package io.openpanel.itests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/** Git repositories over HTTP on loopback, by Git's own back end; those under {@code /private} want a token. */
final class GitServer implements AutoCloseable {
    static final String TOKEN = "git-token-4711-secret";

    private final Path root;
    private final HttpServer server;
    private volatile long delayMillis;

    GitServer() {
        try {
            root = Files.createTempDirectory("openpanel-git");
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    /** The address of a repository. */
    String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + '/' + name + ".git";
    }

    /** Answers later from now on. */
    void delay(long millis) {
        delayMillis = millis;
    }

    /** Commits files (name → text) to the branch main; makes the repository at the first call. Returns the commit. */
    String commit(String name, Map<String, String> files) {
        Path bare = root.resolve(name + ".git");
        Path work = root.resolve(name + ".work");
        try {
            if (!Files.exists(bare)) {
                Files.createDirectories(bare.getParent());
                git(root, "init", "-q", "--bare", "-b", "main", bare.toString());
                git(bare, "config", "http.receivepack", "true");
                git(root, "init", "-q", "-b", "main", work.toString());
            }
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path path = work.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        git(work, "add", "-A");
        git(
                work,
                "-c",
                "user.name=Ana",
                "-c",
                "user.email=ana@example.test",
                "commit",
                "-q",
                "--allow-empty",
                "-m",
                "Change " + files.keySet());
        git(work, "push", "-q", bare.toString(), "main");
        return git(work, "rev-parse", "HEAD").strip();
    }

    private static String git(Path directory, String... arguments) {
        var command = new java.util.ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        Panel.Ran ran = Panel.run(command, Map.of("GIT_CONFIG_NOSYSTEM", "1"), null);
        if (ran.exitCode() != 0) {
            throw new AssertionError(command + ": " + ran.output());
        }
        return ran.output();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (path.startsWith("/private") && !allowed(authorization)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        Wait.millis(delayMillis);
        ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
        Map<String, String> environment = builder.environment();
        environment.put("GIT_PROJECT_ROOT", root.toString());
        environment.put("GIT_HTTP_EXPORT_ALL", "1");
        environment.put("PATH_INFO", path);
        environment.put("REQUEST_METHOD", exchange.getRequestMethod());
        environment.put(
                "QUERY_STRING",
                String.valueOf(
                        exchange.getRequestURI().getRawQuery() == null
                                ? ""
                                : exchange.getRequestURI().getRawQuery()));
        environment.put("CONTENT_TYPE", header(exchange, "Content-Type"));
        environment.put("HTTP_CONTENT_ENCODING", header(exchange, "Content-Encoding"));
        environment.put("GIT_PROTOCOL", header(exchange, "Git-Protocol"));
        Process process = builder.start();
        try (InputStream body = exchange.getRequestBody()) {
            body.transferTo(process.getOutputStream());
            process.getOutputStream().close();
        }
        answer(exchange, process.getInputStream().readAllBytes());
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static boolean allowed(String authorization) {
        if (authorization == null || !authorization.startsWith("Basic ")) {
            return false;
        }
        return new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8)
                .endsWith(':' + TOKEN);
    }

    private static void answer(HttpExchange exchange, byte[] cgi) throws IOException {
        int end = 0;
        while (end < cgi.length - 3 && !(cgi[end] == '\r' && cgi[end + 1] == '\n' && cgi[end + 2] == '\r')) {
            end++;
        }
        int status = 200;
        for (String line : new String(cgi, 0, end, StandardCharsets.US_ASCII).split("\r\n")) {
            int colon = line.indexOf(':');
            if (line.startsWith("Status:")) {
                status = Integer.parseInt(line.substring(8, 11));
            } else if (colon > 0) {
                exchange.getResponseHeaders()
                        .add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(cgi, Math.min(cgi.length, end + 4), Math.max(0, cgi.length - end - 4));
        exchange.sendResponseHeaders(status, body.size() == 0 ? -1 : body.size());
        if (body.size() > 0) {
            body.writeTo(exchange.getResponseBody());
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        Panel.run(List.of("rm", "-rf", "--one-file-system", root.toString()), Map.of(), null);
    }
}
