package io.openpanel.data.internal.secret;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.openpanel.api.Problem;
import io.openpanel.spi.KeyProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key in the transit engine of HashiCorp Vault, or of OpenBao: it never leaves it.
 *
 * @see <a href="https://developer.hashicorp.com/vault/api-docs/secret/transit">Transit secrets engine (API)</a>
 */
public final class VaultTransit implements KeyProvider {
    public static final String NAME = "vault";
    private static final Pattern WRAPPED = Pattern.compile("vault:(v\\d+):.+");
    private static final Duration LEASE = Duration.ofMinutes(15);
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int MOST_ANSWER = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();

    private final Options options;

    public VaultTransit(Options options) {
        this.options = options;
    }

    /**
     * Where it is.
     *
     * @param address {@code https://vault.example.com:8200}; plain http only to this machine
     * @param token a file with the token, read anew each time: an agent may renew it
     * @param key the name of the key, of the type {@code aes256-gcm96}
     */
    public record Options(URI address, Path token, String mount, String key, Optional<String> namespace) {
        private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*");

        public Options {
            boolean secure = "https".equals(address.getScheme());
            boolean local = "http".equals(address.getScheme()) && isLocal(address.getHost());
            if (address.getHost() == null || !secure && !local) {
                throw new IllegalArgumentException("OPENPANEL_VAULT_ADDRESS must be https://host:port");
            }
            if (!PATH.matcher(mount).matches() || !PATH.matcher(key).matches()) {
                throw new IllegalArgumentException(
                        "OPENPANEL_VAULT_MOUNT and OPENPANEL_VAULT_KEY are of letters, digits, - and _");
            }
        }

        /** As the panel's environment says it; empty without an address. */
        public static Optional<Options> of(Map<String, String> environment) {
            String address = environment.getOrDefault("OPENPANEL_VAULT_ADDRESS", "");
            if (address.isBlank()) {
                return Optional.empty();
            }
            String token = environment.getOrDefault("OPENPANEL_VAULT_TOKEN_FILE", "");
            if (token.isBlank()) {
                throw new IllegalArgumentException("OPENPANEL_VAULT_TOKEN_FILE must name the file with Vault's token");
            }
            try {
                return Optional.of(new Options(
                        new URI(address.strip().replaceAll("/+$", "")),
                        Path.of(token),
                        given(environment, "OPENPANEL_VAULT_MOUNT").orElse("transit"),
                        given(environment, "OPENPANEL_VAULT_KEY").orElse("openpanel"),
                        given(environment, "OPENPANEL_VAULT_NAMESPACE")));
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("OPENPANEL_VAULT_ADDRESS must be https://host:port", e);
            }
        }

        private static Optional<String> given(Map<String, String> environment, String name) {
            return Optional.ofNullable(environment.get(name)).filter(each -> !each.isBlank());
        }

        private static boolean isLocal(String host) {
            return host != null && (host.equals("localhost") || host.startsWith("127."));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void begin() {
        call("POST", "keys/" + options.key(), Map.of("type", "aes256-gcm96"));
    }

    @Override
    public String version() {
        return 'v' + required(call("GET", "keys/" + options.key(), Map.of()), "latest_version");
    }

    @Override
    public void rotate() {
        call("POST", "keys/" + options.key() + "/rotate", Map.of());
    }

    @Override
    public String wrap(byte[] key, String associated) {
        return required(
                call(
                        "POST",
                        "encrypt/" + options.key(),
                        Map.of("plaintext", base64(key), "associated_data", base64(bytes(associated)))),
                "ciphertext");
    }

    @Override
    public Optional<String> versionOf(String wrapped) {
        Matcher matcher = WRAPPED.matcher(wrapped);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    @Override
    public byte[] unwrap(String wrapped, String associated) {
        return Base64.getDecoder()
                .decode(required(
                        call(
                                "POST",
                                "decrypt/" + options.key(),
                                Map.of("ciphertext", wrapped, "associated_data", base64(bytes(associated)))),
                        "plaintext"));
    }

    @Override
    public Optional<String> export() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> lease() {
        return Optional.of(LEASE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Problem failed(String why, Exception cause) {
        return new Problem(
                Problem.Kind.UPSTREAM,
                "Vault at " + options.address() + ' ' + why + "; until it answers, secrets stay sealed",
                cause);
    }

    private String required(Map<String, String> data, String name) {
        return Optional.ofNullable(data.get(name)).orElseThrow(() -> failed("gave an answer without " + name, null));
    }

    /** The values of the answer's data. */
    private Map<String, String> call(String method, String path, Map<String, String> body) {
        try {
            URI uri = URI.create(options.address() + "/v1/" + options.mount() + '/' + path);
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod(method);
            connection.setRequestProperty(
                    "X-Vault-Token", Files.readString(options.token()).strip());
            options.namespace().ifPresent(each -> connection.setRequestProperty("X-Vault-Namespace", each));
            if (method.equals("POST")) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.getOutputStream().write(json(body));
            }
            return answer(connection);
        } catch (IOException e) {
            throw failed("cannot be asked (" + e.getMessage() + ')', e);
        }
    }

    private Map<String, String> answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status == 403) {
            throw failed(
                    "refuses the token in " + options.token() + " (" + connection.getRequestMethod() + ' '
                            + connection.getURL().getPath() + ')',
                    null);
        }
        if (status / 100 != 2) {
            throw failed("answered " + status + " to " + connection.getURL().getPath(), null);
        }
        if (status == 204) {
            return Map.of();
        }
        try (InputStream in = connection.getInputStream()) {
            return data(in.readNBytes(MOST_ANSWER));
        }
    }

    private static byte[] json(Map<String, String> body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            for (Map.Entry<String, String> each : body.entrySet()) {
                json.writeStringField(each.getKey(), each.getValue());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static Map<String, String> data(byte[] answer) throws IOException {
        Map<String, String> data = new HashMap<>();
        try (JsonParser json = JSON.createParser(answer)) {
            int depth = 0;
            boolean inData = false;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                    inData = inData || depth == 2 && "data".equals(json.currentName());
                } else if (token.isStructEnd()) {
                    inData = inData && depth > 2;
                    depth--;
                } else if (inData && depth == 2 && token.isScalarValue()) {
                    data.put(json.currentName(), json.getText());
                }
            }
        }
        return data;
    }
}
