package io.openpanel.data.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The part of Vault's transit engine that the panel speaks to, as its documentation has it. */
final class VaultServer implements AutoCloseable {
    static final String TOKEN = "hvs.a-token-of-the-tests";

    private final List<SecretKey> versions = new ArrayList<>();
    private final HttpServer server;

    VaultServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "vault");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/v1/transit/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (!TOKEN.equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"))) {
                answer(exchange, 403, Map.of("errors", List.of("permission denied")));
                return;
            }
            String path = exchange.getRequestURI().getPath().substring("/v1/transit/".length());
            JsonNode json =
                    body.length == 0 ? new ObjectMapper().createObjectNode() : new ObjectMapper().readTree(body);
            try {
                synchronized (this) {
                    perform(exchange, exchange.getRequestMethod() + ' ' + path, json);
                }
            } catch (GeneralSecurityException e) {
                answer(exchange, 400, Map.of("errors", List.of("cipher: message authentication failed")));
            }
        }
    }

    private void perform(HttpExchange exchange, String what, JsonNode json)
            throws IOException, GeneralSecurityException {
        switch (what) {
            case "POST keys/openpanel" -> {
                if (versions.isEmpty()) {
                    versions.add(key());
                }
                exchange.sendResponseHeaders(204, -1);
            }
            case "POST keys/openpanel/rotate" -> {
                versions.add(key());
                exchange.sendResponseHeaders(204, -1);
            }
            case "GET keys/openpanel" -> answer(
                    exchange,
                    versions.isEmpty() ? 404 : 200,
                    Map.of(
                            "data",
                            Map.of("keys", Map.of("1", 1), "latest_version", versions.size(), "name", "openpanel")));
            case "POST encrypt/openpanel" -> answer(exchange, 200, Map.of("data", Map.of("ciphertext", encrypt(json))));
            case "POST decrypt/openpanel" -> answer(exchange, 200, Map.of("data", Map.of("plaintext", decrypt(json))));
            default -> answer(exchange, 404, Map.of("errors", List.of()));
        }
    }

    private static SecretKey key() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return new SecretKeySpec(random, "AES");
    }

    private String encrypt(JsonNode json) throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        new SecureRandom().nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, versions.size(), nonce, json)
                .doFinal(Base64.getDecoder().decode(json.get("plaintext").asText()));
        byte[] both = Arrays.copyOf(nonce, nonce.length + sealed.length);
        System.arraycopy(sealed, 0, both, nonce.length, sealed.length);
        return "vault:v" + versions.size() + ':' + Base64.getEncoder().encodeToString(both);
    }

    private String decrypt(JsonNode json) throws GeneralSecurityException {
        String[] parts = json.get("ciphertext").asText().split(":");
        byte[] both = Base64.getDecoder().decode(parts[2]);
        byte[] plain = cipher(
                        Cipher.DECRYPT_MODE, Integer.parseInt(parts[1].substring(1)), Arrays.copyOf(both, 12), json)
                .doFinal(both, 12, both.length - 12);
        return Base64.getEncoder().encodeToString(plain);
    }

    private Cipher cipher(int mode, int version, byte[] nonce, JsonNode json) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, versions.get(version - 1), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(Base64.getDecoder().decode(json.path("associated_data").asText()));
        return cipher;
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = new ObjectMapper().writeValueAsBytes(body);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
