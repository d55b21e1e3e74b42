package io.openpanel.sso.internal;

import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A form that a browser posts: each field once. */
final class PostedForm {
    private static final int LARGEST = 200_000;

    private PostedForm() {}

    /** @throws Problem INVALID where it is no form, or too large */
    static Map<String, String> of(Door.Request request) {
        if (!request.header("content-type").startsWith("application/x-www-form-urlencoded")) {
            throw Problem.invalid(
                    "body", "A provider's page posts a form here; send application/x-www-form-urlencoded");
        }
        Map<String, String> form = new HashMap<>();
        for (String pair : body(request).split("&")) {
            String[] parts = pair.split("=", 2);
            if (parts.length == 2 && form.put(parts[0], decoded(parts[1])) != null) {
                throw Problem.invalid("body", "A field is there twice");
            }
        }
        return form;
    }

    private static String body(Door.Request request) {
        try {
            byte[] bytes = request.body().readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw Problem.invalid("body", "An answer of a provider has at most 200,000 characters");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Problem(Problem.Kind.INVALID, "The form did not arrive", e);
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Problem(Problem.Kind.INVALID, "This is not a form as browsers send it", e);
        }
    }
}
