package io.openpanel.sso.internal;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Requests to providers: HTTPS, or HTTP to this machine itself; no redirects, at most 10 s and 1 MiB. Private addresses are
 * reached on purpose, since a company's provider is where the company is, and only the panel's owners name one.
 */
@Component(service = Wire.class)
public final class Wire implements HTTPRequestSender, ResourceRetriever {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int SECONDS = 10;
    private static final int MOST_AT_ONCE = 16;
    private static final int LARGEST = 1 << 20;
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final ExecutorService threads =
            new ThreadPoolExecutor(0, MOST_AT_ONCE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                Thread thread = new Thread(work, "openpanel-sso-wire");
                thread.setDaemon(true);
                return thread;
            });
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    @Activate
    public Wire() {
        // Public for Declarative Services.
    }

    @Deactivate
    public void close() {
        threads.shutdownNow();
    }

    /** @throws Problem INVALID unless it is an address that a provider may have */
    static URI checked(String field, String text) {
        try {
            URI uri = new URI(text);
            if (uri.getHost() != null && uri.getUserInfo() == null && uri.getFragment() == null && isTrusted(uri)) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw Problem.invalid(
                field,
                "This is not an address of a provider; expected https://id.example.com (http only on this machine)");
    }

    private static boolean isTrusted(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        return scheme.equals("https")
                || scheme.equals("http") && THIS_MACHINE.contains(uri.getHost().toLowerCase(Locale.ROOT));
    }

    @Override
    public ReadOnlyHTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        HttpRequest.Builder sent = HttpRequest.newBuilder(request.getURI()).timeout(Duration.ofSeconds(SECONDS));
        for (Map.Entry<String, List<String>> header : request.getHeaderMap().entrySet()) {
            header.getValue().forEach(value -> sent.header(header.getKey(), value));
        }
        if (!request.getHeaderMap().containsKey("Accept")) {
            sent.header("Accept", "application/json");
        }
        sent.header("User-Agent", "OpenPanel");
        HttpRequest.BodyPublisher body = request.getMethod() == HTTPRequest.Method.POST
                ? HttpRequest.BodyPublishers.ofString(request.getBody() == null ? "" : request.getBody())
                : HttpRequest.BodyPublishers.noBody();
        return exchange(sent.method(request.getMethod().name(), body).build());
    }

    @Override
    public Resource retrieveResource(URL url) throws IOException {
        HTTPResponse answer = exchange(HttpRequest.newBuilder(URI.create(url.toString()))
                .timeout(Duration.ofSeconds(SECONDS))
                .header("Accept", "application/json")
                .header("User-Agent", "OpenPanel")
                .GET()
                .build());
        if (answer.getStatusCode() != 200) {
            throw new IOException(url.getHost() + " answered " + answer.getStatusCode());
        }
        return new Resource(answer.getBody(), "application/json");
    }

    /** The whole of it is timed, the body too: a server that sends a byte now and then is given up like one that sends none. */
    private HTTPResponse exchange(HttpRequest request) throws IOException {
        if (!isTrusted(request.uri())) {
            throw new IOException(
                    "named " + request.uri().getScheme() + "://" + request.uri().getHost() + ", which is not HTTPS");
        }
        Future<HTTPResponse> answer;
        try {
            answer = threads.submit(() -> read(client.send(request, HttpResponse.BodyHandlers.ofInputStream())));
        } catch (RejectedExecutionException e) {
            throw new IOException("is asked too much at this moment", e);
        }
        try {
            return answer.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("did not answer within " + SECONDS + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException("The call was interrupted", e);
        }
    }

    private static HTTPResponse read(HttpResponse<InputStream> answer) throws IOException {
        try (InputStream in = answer.body()) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new IOException("answered more than 1 MiB");
            }
            HTTPResponse read = new HTTPResponse(answer.statusCode());
            answer.headers().firstValue("content-type").ifPresent(type -> read.setHeader("Content-Type", type));
            answer.headers()
                    .firstValue("www-authenticate")
                    .ifPresent(value -> read.setHeader("WWW-Authenticate", value));
            read.setBody(new String(bytes, StandardCharsets.UTF_8));
            return read;
        }
    }
}
