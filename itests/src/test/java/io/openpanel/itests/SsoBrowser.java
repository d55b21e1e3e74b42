package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser with cookies that follows nothing by itself and fills Keycloak's log-in form. */
final class SsoBrowser {
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");
    private static final Pattern FIELD = Pattern.compile("(?i)name=\"(SAMLResponse|RelayState)\" value=\"([^\"]*)\"");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Map<String, Map<String, String>> cookies = new HashMap<>();

    /** From an address of the panel's or the provider's to the address on the panel that Keycloak sends it back to. */
    String logIn(String url, String name) {
        HttpResponse<String> answer = fill(url, name);
        if (answer.statusCode() / 100 != 3) {
            throw new AssertionError("Keycloak let " + name + " not in: " + answer.statusCode());
        }
        return location(answer);
    }

    /**
     * As {@link #logIn}, at a SAML client: Keycloak answers with a page that posts a form to the panel by itself.
     *
     * @return the form, by the names of its fields, and its address as {@code action}
     */
    Map<String, String> logInForForm(String url, String name) {
        HttpResponse<String> page = fill(url, name);
        Map<String, String> form = new HashMap<>();
        Matcher action = FORM.matcher(page.body().replaceAll("(?i)action=\"", "action=\""));
        Matcher field = FIELD.matcher(page.body());
        if (!action.find()) {
            throw new AssertionError("No form at " + page.uri() + ": " + page.body());
        }
        form.put("action", action.group(1));
        while (field.find()) {
            form.put(field.group(1), field.group(2));
        }
        return form;
    }

    /** Posts another site's form, without the cookies here as a browser keeps them for itself then, and goes where it is sent. */
    HttpResponse<String> post(Map<String, String> form) {
        String url = form.get("action");
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Sec-Fetch-Site", "cross-site")
                .POST(HttpRequest.BodyPublishers.ofString(form.entrySet().stream()
                        .filter(each -> !each.getKey().equals("action"))
                        .map(each -> each.getKey() + '=' + Api.encode(each.getValue()))
                        .collect(Collectors.joining("&"))))
                .build();
        try {
            HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return location(answer).startsWith("/sso/")
                    ? get(URI.create(url).resolve(location(answer)).toString())
                    : answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> fill(String url, String name) {
        HttpResponse<String> page = get(url);
        while (page.statusCode() / 100 == 3) {
            page = get(location(page));
        }
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new AssertionError("No form at " + page.uri() + ": " + page.body());
        }
        return send(HttpRequest.newBuilder(URI.create(form.group(1).replace("&amp;", "&")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "username=" + name + "&password=" + Api.encode(Keycloak.PASSWORD) + "&credentialId=")));
    }

    HttpResponse<String> get(String url) {
        return send(HttpRequest.newBuilder(URI.create(url)).GET());
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("location").orElseThrow();
    }

    /** The access token that the console gets for the cookie; empty where the browser is not signed in. */
    Optional<String> accessToken(Panel panel) {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(panel.url() + "/auth/refresh"))
                .header("Content-Type", "application/json")
                .header("Sec-Fetch-Site", "same-origin")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        return answer.statusCode() == 200
                ? Optional.of(new Api.Answer(200, answer.body(), answer.headers())
                        .json()
                        .get("accessToken")
                        .asText())
                : Optional.empty();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        HttpRequest built = request.timeout(Duration.ofSeconds(30)).build();
        Map<String, String> own = cookies.computeIfAbsent(built.uri().getAuthority(), any -> new HashMap<>());
        if (!own.isEmpty()) {
            request.header(
                    "Cookie",
                    own.entrySet().stream()
                            .map(each -> each.getKey() + '=' + each.getValue())
                            .collect(Collectors.joining("; ")));
        }
        try {
            HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            for (String line : answer.headers().allValues("set-cookie")) {
                String pair = line.split(";")[0];
                own.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
