package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.ScimException;
import io.openpanel.api.Door.Reply;
import io.openpanel.api.Problem;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What went wrong, as RFC 7644, 3.12 says it. */
final class ScimErrors {
    private static final String SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error";

    private ScimErrors() {}

    static Reply of(Problem problem) {
        Map<String, String> headers = new HashMap<>();
        if (problem.kind() == Problem.Kind.UNAUTHENTICATED) {
            headers.put("WWW-Authenticate", "Bearer realm=\"OpenPanel\"");
        }
        problem.retryAfter()
                .ifPresent(wait -> headers.put("Retry-After", String.valueOf(Math.max(1, wait.toSeconds()))));
        Optional<String> type =
                switch (problem.kind()) {
                    case INVALID -> Optional.of(
                            problem.fields().containsKey("filter") ? "invalidFilter" : "invalidValue");
                    case CONFLICT -> Optional.of("uniqueness");
                    default -> Optional.empty();
                };
        return reply(problem.kind().status(), type, problem.getMessage(), headers);
    }

    static Reply of(ScimException refused) {
        return reply(
                refused.getScimError().getStatus(),
                Optional.ofNullable(refused.getScimError().getScimType()),
                String.valueOf(refused.getScimError().getDetail()),
                Map.of());
    }

    static Reply method(String allowed) {
        return reply(405, Optional.empty(), "Only " + allowed + " here", Map.of("Allow", allowed));
    }

    static Reply unsupported(String what) {
        return reply(501, Optional.empty(), what + " is not offered; see ServiceProviderConfig", Map.of());
    }

    private static Reply reply(int status, Optional<String> type, String detail, Map<String, String> headers) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("schemas").add(SCHEMA);
        body.put("status", String.valueOf(status));
        type.ifPresent(each -> body.put("scimType", each));
        body.put("detail", detail);
        return ScimDoor.json(status, body, headers);
    }
}
