package io.openpanel.webhook.internal.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.util.Timeout;

/**
 * A client for one request. The JDK's own looks a name up once more when it connects, and goes by way of proxies that the
 * environment names; this one connects to the addresses that were checked.
 */
final class Client {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Http1Config BOUNDS = Http1Config.custom()
            .setMaxLineLength(8192)
            .setMaxHeaderCount(200)
            .setMaxEmptyLineCount(1)
            .build();

    private Client() {}

    static CloseableHttpClient to(List<InetAddress> addresses) {
        BasicHttpClientConnectionManager connections = BasicHttpClientConnectionManager.create(
                DefaultSchemePortResolver.INSTANCE,
                new Checked(addresses),
                RegistryBuilder.<TlsSocketStrategy>create()
                        .register(URIScheme.HTTPS.id, new DefaultClientTlsStrategy(trusted()))
                        .build(),
                ManagedHttpClientConnectionFactory.builder()
                        .http1Config(BOUNDS)
                        .responseParserFactory(Client::heads)
                        .build());
        connections.setConnectionConfig(
                ConnectionConfig.custom().setConnectTimeout(Timeout.of(CONNECT)).build());
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setUserAgent("OpenPanel")
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    /** Reads heads; the library would take one that was cut off for a whole one. */
    private static HttpMessageParser<ClassicHttpResponse> heads(Http1Config bounds) {
        HttpMessageParser<ClassicHttpResponse> strict = DefaultHttpResponseParserFactory.INSTANCE.create(bounds);
        return (buffer, in) -> strict.parse(buffer, new FilterInputStream(in) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = super.read(bytes, offset, length);
                if (read < 0) {
                    throw new ConnectionClosedException();
                }
                return read;
            }
        });
    }

    private static SSLContext trusted() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java has no TLS", e);
        }
    }

    /** Leads each name to what was looked up before. */
    private record Checked(List<InetAddress> addresses) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) {
            return addresses.toArray(InetAddress[]::new);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
