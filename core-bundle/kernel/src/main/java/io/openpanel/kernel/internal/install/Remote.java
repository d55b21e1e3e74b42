package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches the files of a marketplace: no redirects, no more bytes than there may be, no longer than it may take. */
final class Remote {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST_JSON = 16 << 20;
    private static final int MISSING = 404;
    private static final int OK = 200;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** @throws Problem {@link Problem.Kind#INVALID} when it is no address a marketplace can have */
    static String address(String url) {
        try {
            URI uri = new URI(url.endsWith("/") ? url : url + '/');
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
                return uri.toString();
            }
        } catch (URISyntaxException e) {
            throw Problem.invalid("url", "'" + url + "' is no address: " + e.getReason());
        }
        throw Problem.invalid("url", "The address of a marketplace is http or https, without a password or a query");
    }

    /** The bytes of a small file; empty where there is none. */
    Optional<byte[]> find(String base, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return fetch(base, name, bytes, MOST_JSON) ? Optional.of(bytes.toByteArray()) : Optional.empty();
    }

    byte[] get(String base, String name) {
        return find(base, name)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UPSTREAM, "There is no " + name + " at " + base + "; is it a marketplace?"));
    }

    /** Writes a file of at most so many bytes. */
    void download(String base, String name, Path to, long most) {
        try (OutputStream out = Files.newOutputStream(to)) {
            if (!fetch(base, name, out, most)) {
                throw new Problem(Problem.Kind.UPSTREAM, "There is no " + name + " at " + base);
            }
        } catch (IOException e) {
            throw unreachable(base, name, e);
        }
    }

    /** False where there is no such file. A server that sends a byte now and then is not waited for. */
    private boolean fetch(String base, String name, OutputStream out, long most) {
        ExecutorService reader = Executors.newSingleThreadExecutor();
        try (InputStream in = open(base, name)) {
            if (in == null) {
                return false;
            }
            Future<?> copied = reader.submit(() -> copy(in, out, most));
            copied.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (IOException e) {
            throw unreachable(base, name, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Problem problem ? problem : unreachable(base, name, e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(
                    Problem.Kind.TIMEOUT,
                    base + name + " did not arrive within " + LONGEST.toMinutes() + " minutes",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        } finally {
            reader.shutdownNow();
        }
    }

    private static Void copy(InputStream in, OutputStream out, long most) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = most;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            left -= read;
            if (left < 0) {
                throw new Problem(Problem.Kind.UPSTREAM, "The file is larger than the " + most + " bytes it may have");
            }
            out.write(buffer, 0, read);
        }
        return null;
    }

    private InputStream open(String base, String name) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base).resolve(name))
                .timeout(CONNECT)
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() == OK) {
                return response.body();
            }
            response.body().close();
            if (response.statusCode() == MISSING) {
                return null;
            }
            throw new Problem(
                    Problem.Kind.UPSTREAM, base + name + " answered " + response.statusCode() + "; try again later");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
    }

    private static Problem unreachable(String base, String name, Throwable e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Problem(Problem.Kind.UPSTREAM, base + name + " cannot be read: " + why, e);
    }
}
