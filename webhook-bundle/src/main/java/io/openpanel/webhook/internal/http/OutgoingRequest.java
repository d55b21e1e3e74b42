package io.openpanel.webhook.internal.http;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/** One HTTP request over a connection of its own. */
public final class OutgoingRequest {
    private static final Duration WHOLE = Duration.ofSeconds(30);
    private static final int MOST_BODY = 64 << 10;
    private static final int MOST_HEADERS = 40;
    private static final int LONGEST_VALUE = 8192;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");
    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "expect",
            "upgrade",
            "te",
            "trailer",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection");

    private final Target target;
    private final String method;
    private final Map<String, Secret> headers;
    private final Body body;

    /** What came back, its body cut where it is too long. */
    public record Answer(int status, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** @throws Problem when a header is none */
    public OutgoingRequest(Target target, String method, Map<String, Secret> headers, Body body) {
        this.target = target;
        this.method = method;
        this.headers = headers;
        this.body = body;
        check();
    }

    private void check() {
        if (headers.size() > MOST_HEADERS) {
            throw Problem.invalid("headers", "headers may be " + MOST_HEADERS + " at most");
        }
        headers.forEach((name, value) -> {
            if (!NAME.matcher(name).matches() || OURS.contains(name.toLowerCase(Locale.ROOT))) {
                throw Problem.invalid("headers", "headers: '" + name + "' is no header that can be given");
            }
            String plain = value.reveal();
            if (plain.length() > LONGEST_VALUE || plain.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
                throw Problem.invalid("headers", "headers: " + name + " must be one line of printable ASCII");
            }
        });
    }

    /**
     * Sends it to the first of the addresses that takes it.
     *
     * @throws Problem when none does, or the answer does not come whole and in time
     */
    public Answer send(List<InetAddress> addresses) {
        HttpUriRequestBase request = request();
        // The library bounds each wait, and an answer that comes a byte at a time has no end.
        CompletableFuture<Void> over = new CompletableFuture<Void>().orTimeout(WHOLE.toMillis(), TimeUnit.MILLISECONDS);
        over.whenComplete((nothing, late) -> request.cancel());
        try (CloseableHttpClient client = Client.to(addresses)) {
            return answer(client.executeOpen(null, request, null));
        } catch (SSLException e) {
            throw new Problem(Problem.Kind.UPSTREAM, target.host() + " does not prove who it is: " + e.getMessage());
        } catch (SocketTimeoutException | RequestFailedException e) {
            throw tooLate();
        } catch (NoHttpResponseException
                | ClientProtocolException
                | ConnectionClosedException
                | MalformedChunkCodingException
                | MessageConstraintException e) {
            throw unreached("its answer is no HTTP, or ends too early");
        } catch (IOException e) {
            throw over.isDone() ? tooLate() : unreached(e.getMessage());
        } finally {
            over.complete(null);
        }
    }

    private Problem tooLate() {
        return new Problem(Problem.Kind.TIMEOUT, target.host() + " did not answer in time");
    }

    private Problem unreached(String why) {
        return new Problem(Problem.Kind.UPSTREAM, target.host() + " cannot be reached: " + why);
    }

    private HttpUriRequestBase request() {
        HttpUriRequestBase request = new HttpUriRequestBase(method, target.uri());
        request.setHeader(HttpHeaders.CONNECTION, "close");
        request.setHeader(HttpHeaders.ACCEPT, "*/*");
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(Timeout.of(WHOLE))
                .setProtocolUpgradeEnabled(false)
                .build());
        if (!method.equals("GET")) {
            ContentType type = body.type().isEmpty() ? null : ContentType.parse(body.type());
            request.setEntity(new ByteArrayEntity(body.bytes(), type));
        }
        headers.forEach((name, value) -> request.setHeader(name, value.reveal()));
        return request;
    }

    /** What it says of itself, up to the limit; the rest is left unread. */
    private static Answer answer(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        return new Answer(
                response.getCode(),
                entity == null ? new byte[0] : entity.getContent().readNBytes(MOST_BODY));
    }
}
