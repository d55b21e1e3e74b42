package io.openpanel.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Where the panel is and how to sign in there, kept in a file only its owner can read. */
final class Session {
    private final Path file;
    private final Map<String, String> environment;

    Session(Map<String, String> environment) {
        this.environment = environment;
        String config = environment.getOrDefault("XDG_CONFIG_HOME", environment.getOrDefault("HOME", ".") + "/.config");
        this.file = Path.of(environment.getOrDefault("OPENPANEL_CLI_CONFIG", config + "/openpanel/cli.json"));
    }

    /** The panel's address, without a slash at the end. */
    String url() {
        String url =
                environment.getOrDefault("OPENPANEL_URL", read().path("url").asText("http://127.0.0.1:8080"));
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** The certificate authority to trust, where one was given at log-in. */
    Optional<String> authority() {
        return Optional.ofNullable(environment.get("OPENPANEL_CA"))
                .or(() -> Optional.ofNullable(read().get("ca")).map(JsonNode::asText));
    }

    Optional<String> fixedToken() {
        return Optional.ofNullable(environment.get("OPENPANEL_TOKEN")).filter(token -> !token.isBlank());
    }

    Optional<String> team() {
        return Optional.ofNullable(environment.get("OPENPANEL_TEAM"))
                .or(() -> Optional.ofNullable(read().get("team")).map(JsonNode::asText));
    }

    /** A token that is good for another half minute, if there is one. */
    Optional<String> accessToken() {
        JsonNode state = read();
        boolean fresh = state.hasNonNull("accessToken")
                && state.hasNonNull("expiresAt")
                && Instant.parse(state.get("expiresAt").asText())
                        .isAfter(Instant.now().plusSeconds(30));
        return fresh ? Optional.of(state.get("accessToken").asText()) : Optional.empty();
    }

    /** Keeps what a log-in gave. */
    void signedIn(String url, Optional<String> ca, JsonNode tokens) {
        write(state -> {
            state.removeAll();
            state.put("url", url);
            ca.ifPresent(path -> state.put("ca", path));
            return with(state, tokens);
        });
    }

    void signedOut() {
        write(state -> state.retain("url", "ca"));
    }

    /**
     * Replaces the tokens by newer ones; only one process at a time, so that a refresh token is used once.
     *
     * @param refresh from the refresh token to the answer
     */
    Optional<String> refresh(java.util.function.Function<String, JsonNode> refresh) {
        write(state -> {
            boolean renewedMeanwhile = accessToken().isPresent();
            if (renewedMeanwhile || !state.hasNonNull("refreshToken")) {
                return state;
            }
            return with(state, refresh.apply(state.get("refreshToken").asText()));
        });
        return accessToken();
    }

    private static ObjectNode with(ObjectNode state, JsonNode tokens) {
        for (String name : new String[] {"accessToken", "expiresAt", "refreshToken"}) {
            if (tokens.hasNonNull(name)) {
                state.put(name, tokens.get(name).asText());
            }
        }
        return state;
    }

    private ObjectNode read() {
        try {
            if (!Files.exists(file)) {
                return Json.object();
            }
            // A device would be replaced by the next write.
            if (!Files.isRegularFile(file)) {
                throw new IOException("it is no regular file");
            }
            return Json.MAPPER.readValue(file.toFile(), ObjectNode.class);
        } catch (IOException e) {
            throw unusable("read", e);
        }
    }

    private Failure unusable(String verb, IOException e) {
        String reason = e instanceof JacksonException bad ? bad.getOriginalMessage() : e.toString();
        return new Failure(
                Failure.FAILED,
                "Cannot " + verb + " " + file + " (" + reason
                        + "). Remove it, or name another file by OPENPANEL_CLI_CONFIG, and log in again.");
    }

    private void write(UnaryOperator<ObjectNode> change) {
        try {
            Files.createDirectories(file.getParent());
            Path lockFile = file.resolveSibling("cli.lock");
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                ObjectNode changed = change.apply(read());
                Path draft = Files.createTempFile(
                        file.getParent(),
                        "cli",
                        ".json",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(draft, Json.pretty(changed));
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw unusable("write", e);
        }
    }
}
