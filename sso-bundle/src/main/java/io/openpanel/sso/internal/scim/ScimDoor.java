package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.BadRequestException;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.utils.JsonUtils;
import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * SCIM 2.0 (RFC 7644) for the directories of teams: each request is one or two of the actions that everybody has, called
 * with the token that came with it, so that rights, limits and the audit trail are those of whoever has the token.
 */
@Component(service = Door.class)
public final class ScimDoor implements Door {
    static final String PATH = "/scim/v2";
    private static final int LARGEST = 2 << 20;
    private static final String BEARER = "Bearer ";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .nodeFactory(JsonUtils.getJsonNodeFactory())
            .build();
    private static final List<Translation> KINDS = List.of(new UserTranslation(), new GroupTranslation());

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(32)
                        .maxStringLength(65_536)
                        .build());
    }

    private final Gateway gateway;

    @Activate
    public ScimDoor(@Reference Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public String path() {
        return PATH;
    }

    @Override
    public Reply handle(Request request) {
        try {
            return answer(request);
        } catch (Problem problem) {
            return ScimErrors.of(problem);
        } catch (ScimException refused) {
            return ScimErrors.of(refused);
        } catch (IllegalArgumentException e) {
            // So the library says that a patch goes deeper than it can.
            if (e.getCause() instanceof ScimException refused) {
                return ScimErrors.of(refused);
            }
            throw e;
        }
    }

    private Reply answer(Request request) throws ScimException {
        String[] parts = request.path().split("/", -1);
        if (parts.length < 3 || parts.length > 4 || parts[1].isEmpty() || parts[2].isEmpty()) {
            throw new Problem(
                    Problem.Kind.MISSING, "There is nothing here; a directory's address is " + PATH + "/ID/Users");
        }
        DirectoryCall call = new DirectoryCall(gateway, token(request), request.address(), parts[1]);
        String base = (request.secure() ? "https://" : "http://") + request.header("host") + PATH + '/' + parts[1];
        Optional<String> id = parts.length == 4 && !parts[3].isEmpty() ? Optional.of(parts[3]) : Optional.empty();
        if (id.equals(Optional.of(".search"))) {
            return ScimErrors.unsupported(".search");
        }
        for (Translation kind : KINDS) {
            if (kind.path().equalsIgnoreCase(parts[2])) {
                return resource(request, new ScimResources(call, kind, base), id);
            }
        }
        // Asked for its own sake: who may not see the directory is told nothing of it.
        call.action("directory.get", call.directory());
        return Discovery.answer(request.method(), parts[2], id, base);
    }

    private static String token(Request request) {
        String header = request.header("authorization");
        boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
        String token = bearer ? header.substring(BEARER.length()).strip() : "";
        if (token.isEmpty()) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "Send the directory's token as Authorization: Bearer");
        }
        return token;
    }

    private static Reply resource(Request request, ScimResources resources, Optional<String> id) throws ScimException {
        String method = request.method().toUpperCase(Locale.ROOT);
        if (id.isEmpty()) {
            return switch (method) {
                case "GET" -> resources.list(request.query());
                case "POST" -> resources.create(body(request), request.query());
                default -> ScimErrors.method("GET, POST");
            };
        }
        Optional<String> version = Optional.of(request.header("if-match"))
                .filter(text -> !text.isEmpty())
                .map(text -> text.replaceFirst("^W/", "").replace("\"", ""));
        return switch (method) {
            case "GET" -> resources.get(id.get(), request.query(), request.header("if-none-match"));
            case "PUT" -> resources.replace(id.get(), body(request), version, request.query());
            case "PATCH" -> resources.patch(id.get(), body(request), version, request.query());
            case "DELETE" -> resources.delete(id.get(), version);
            default -> ScimErrors.method("GET, PUT, PATCH, DELETE");
        };
    }

    private static ObjectNode body(Request request) throws BadRequestException {
        try {
            byte[] bytes = request.body().readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw BadRequestException.tooMany("A request has at most 2 MiB; send several");
            }
            if (JSON.readTree(bytes) instanceof ObjectNode object) {
                return object;
            }
            throw BadRequestException.invalidSyntax("The body is a JSON object");
        } catch (JsonProcessingException e) {
            throw BadRequestException.invalidSyntax("The body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw BadRequestException.invalidSyntax("The body did not arrive whole; send it again");
        }
    }

    static Reply json(int status, JsonNode body, Map<String, String> besides) {
        Map<String, String> headers = new HashMap<>(besides);
        headers.put("Content-Type", "application/scim+json");
        headers.put("Cache-Control", "no-store");
        try {
            return new Reply(status, headers, JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static JsonNode read(byte[] json) {
        try {
            return json.length == 0 ? JsonNodeFactory.instance.objectNode() : JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
