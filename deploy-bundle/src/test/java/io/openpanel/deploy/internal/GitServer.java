package io.openpanel.deploy.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Repositories over HTTP on loopback by Git's own back end; those below {@code /private} want a token, those below
 * {@code /dumb} are handed out as plain files, {@code /moved/…} redirects, {@code /mute} accepts and never answers, {@code
 * /trickle} answers with a byte now and then.
 */
public final class GitServer implements AutoCloseable {
    public static final String TOKEN = "git-token-4711-secret";

    final List<String> authorizations = new CopyOnWriteArrayList<>();
    volatile String movedTo = "";
    private final Path root;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public GitServer(Path root) {
        this.root = root;
        try {
            server = HttpServer.create(new InetSocketAddress(0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + '/' + name + ".git";
    }

    /** Commits files (name → text) to a branch; makes the repository at the first call. Returns the commit. */
    public String commit(String name, String branch, Map<String, String> files) {
        Path work = root.resolve(name + ".work");
        try {
            if (!Files.exists(work)) {
                empty(name);
                git(root, "init", "-q", "-b", "main", work.toString());
            }
            git(work, "checkout", "-q", "-B", branch);
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path path = work.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return commitAll(name, branch, "Change " + files.keySet());
    }

    public String commitAll(String name, String branch, String message) {
        Path work = work(name);
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
                message);
        git(work, "push", "-q", bare(name).toString(), branch);
        git(bare(name), "update-server-info");
        return git(work, "rev-parse", "HEAD").strip();
    }

    /** The folder in which the next commit is prepared. */
    Path work(String name) {
        return root.resolve(name + ".work");
    }

    Path bare(String name) {
        return root.resolve(name + ".git");
    }

    /** A repository without a commit. */
    void empty(String name) {
        try {
            Files.createDirectories(bare(name).getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        git(root, "init", "-q", "--bare", "-b", "main", bare(name).toString());
    }

    static String git(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            authorizations.add(authorization);
        }
        if (path.startsWith("/moved")) {
            exchange.getResponseHeaders()
                    .set(
                            "Location",
                            movedTo
                                    + path.substring("/moved".length())
                                    + '?'
                                    + exchange.getRequestURI().getRawQuery());
            exchange.sendResponseHeaders(302, -1);
        } else if (path.startsWith("/mute")) {
            exchange.sendResponseHeaders(200, 0);
        } else if (path.startsWith("/trickle")) {
            trickle(exchange);
        } else if (path.startsWith("/private") && !isAllowed(authorization)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
            exchange.sendResponseHeaders(401, -1);
        } else if (path.startsWith("/dumb")) {
            file(exchange, root.resolve(path.substring(1)));
        } else {
            backend(exchange, path);
        }
    }

    private static void trickle(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/x-git-upload-pack-advertisement");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("001e# service=git-upload-pack\n0000ffff".getBytes(StandardCharsets.US_ASCII));
        try {
            while (true) {
                exchange.getResponseBody().write('x');
                exchange.getResponseBody().flush();
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isAllowed(String authorization) {
        return authorization != null
                && authorization.startsWith("Basic ")
                && new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8)
                        .endsWith(':' + TOKEN);
    }

    private static void file(HttpExchange exchange, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        byte[] content = Files.readAllBytes(file);
        exchange.sendResponseHeaders(200, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    private void backend(HttpExchange exchange, String path) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
        builder.environment()
                .putAll(Map.of(
                        "GIT_PROJECT_ROOT",
                        root.toString(),
                        "GIT_HTTP_EXPORT_ALL",
                        "1",
                        "PATH_INFO",
                        path,
                        "REQUEST_METHOD",
                        exchange.getRequestMethod(),
                        "CONTENT_TYPE",
                        header(exchange, "Content-Type"),
                        "HTTP_CONTENT_ENCODING",
                        header(exchange, "Content-Encoding"),
                        "GIT_PROTOCOL",
                        header(exchange, "Git-Protocol"),
                        "QUERY_STRING",
                        String.valueOf(exchange.getRequestURI().getRawQuery())));
        Process process = builder.start();
        try (InputStream body = exchange.getRequestBody()) {
            body.transferTo(process.getOutputStream());
            process.getOutputStream().close();
        }
        byte[] answer = process.getInputStream().readAllBytes();
        String head = new String(answer, StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        int status = 200;
        for (String line : head.substring(0, Math.max(0, end)).split("\r\n")) {
            int colon = line.indexOf(':');
            if (line.startsWith("Status:")) {
                status = Integer.parseInt(line.substring(8, 11));
            } else if (colon > 0) {
                exchange.getResponseHeaders()
                        .add(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        int length = answer.length - end - 4;
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        if (length > 0) {
            exchange.getResponseBody().write(answer, end + 4, length);
        }
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
