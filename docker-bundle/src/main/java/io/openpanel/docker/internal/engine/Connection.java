package io.openpanel.docker.internal.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.LRUMap;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientConfigDelegate;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/** The way to one engine, in the newest version of its API that both sides speak. */
public final class Connection implements AutoCloseable {
    private static final int NEWEST_MINOR = 47;

    private final Transport transport;
    private final DockerClient client;
    private final ObjectMapper json;
    private final String version;
    private final String api;

    private Connection(Transport transport, DockerClient client, ObjectMapper json, String version, String api) {
        this.transport = transport;
        this.client = client;
        this.json = json;
        this.version = version;
        this.api = api;
    }

    /** Connects; throws whatever keeps the engine from answering in time. */
    static Connection open(URI host, Duration limit, Duration patience, ScheduledExecutorService timer) {
        Transport transport = new Transport(host, limit, timer);
        try {
            ObjectMapper json = mapper();
            JsonNode answer = version(transport, json, patience);
            String api = "1."
                    + Math.min(NEWEST_MINOR, minor(answer.path("ApiVersion").asText("1.40")));
            return new Connection(
                    transport,
                    client(host, api, json, transport),
                    json,
                    answer.path("Version").asText("unknown"),
                    api);
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    private static JsonNode version(Transport transport, ObjectMapper json, Duration patience) {
        Request request =
                Request.builder().method(Request.Method.GET).path("/version").build();
        try (Exchange exchange = transport.call(patience);
                Response response = exchange.send(request)) {
            JsonNode answer = json.readTree(response.getBody());
            if (response.getStatusCode() != 200) {
                throw EngineProblems.answered(
                        "ask the engine for its version",
                        response.getStatusCode(),
                        EngineProblems.said(answer.toString()));
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int minor(String api) {
        return Integer.parseInt(api.substring(api.indexOf('.') + 1));
    }

    private static DockerClient client(URI host, String api, ObjectMapper json, Transport transport) {
        DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(host.toString())
                .withDockerTlsVerify(false)
                .withApiVersion(api)
                .build();
        return DockerClientImpl.getInstance(
                new DockerClientConfigDelegate(config) {
                    @Override
                    public ObjectMapper getObjectMapper() {
                        return json;
                    }
                },
                transport);
    }

    /** With a type cache of its own: the shared one would keep this bundle's class loader after an update. */
    private static ObjectMapper mapper() {
        ClassLoader loader = Connection.class.getClassLoader();
        TypeFactory types =
                TypeFactory.defaultInstance().withClassLoader(loader).withCache(new LRUMap<>(16, 400));
        ObjectMapper mapper = DockerClientConfig.getDefaultObjectMapper();
        mapper.setTypeFactory(types);
        return mapper;
    }

    DockerClient client() {
        return client;
    }

    ObjectMapper json() {
        return json;
    }

    /** {@code 20.10.24}. */
    public String version() {
        return version;
    }

    /** {@code 1.41}. */
    public String api() {
        return api;
    }

    Exchange stream() {
        return transport.stream();
    }

    Hijack hijack(String path, byte[] body) {
        return transport.hijack("/v" + api + path, body);
    }

    Exchange call(Duration within) {
        return transport.call(within);
    }

    Request.Builder request(Request.Method method, String path) {
        return Request.builder().method(method).path("/v" + api + path);
    }

    /** Asks for a sign of life. */
    void ping(Duration patience) {
        Request request =
                Request.builder().method(Request.Method.GET).path("/_ping").build();
        try (Exchange exchange = transport.call(patience);
                Response response = exchange.send(request)) {
            new String(response.getBody().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int exchanges() {
        return transport.exchanges();
    }

    @Override
    public void close() {
        transport.close();
    }
}
