package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.util.Optional;

/** Calls actions as whoever has the token. */
final class DirectoryCall {
    private static final String SURFACE = "scim";

    private final Gateway gateway;
    private final Gateway.Caller caller;
    private final String address;
    private final String directory;
    private final String requestId = Ref.create("request").id();

    DirectoryCall(Gateway gateway, String token, String address, String directory) {
        this.gateway = gateway;
        this.caller = new Gateway.Caller.Bearer(token, Optional.empty());
        this.address = address;
        this.directory = directory;
    }

    /** The input of an action that is about the directory alone. */
    ObjectNode directory() {
        return JsonNodeFactory.instance.objectNode().put("directory", directory);
    }

    /** Whether something is of the directory. */
    boolean has(JsonNode item) {
        return item.path("directory").asText().equals("directory:" + directory);
    }

    JsonNode action(String action, ObjectNode input) {
        return action(action, input, Optional.empty());
    }

    JsonNode action(String action, ObjectNode input, Optional<String> version) {
        Gateway.Reply reply = gateway.call(new Gateway.Invocation(
                action, ScimDoor.bytes(input), caller, SURFACE, address, requestId, Optional.empty(), version));
        return ScimDoor.read(((Gateway.Reply.Done) reply).json());
    }
}
