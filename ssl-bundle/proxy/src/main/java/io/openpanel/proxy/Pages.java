package io.openpanel.proxy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** The answers this proxy gives itself: a small page for people, JSON for programs. */
final class Pages implements Request.Handler {
    private static final String STYLE =
            "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;"
                    + "place-items:center;background:#f8f9fa;color:#212529}main{max-width:32rem;padding:2rem}"
                    + "h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0;color:#495057;overflow-wrap:anywhere}"
                    + "@media(prefers-color-scheme:dark){body{background:#141517;color:#e9ecef}p{color:#adb5bd}}";
    private static final List<HttpField> HEADERS = List.of(
            new PreEncodedHttpField(
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'sha256-" + digest(STYLE)
                            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
            new PreEncodedHttpField("Referrer-Policy", "no-referrer"),
            new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store"));

    /** As the panel's own answers have it. */
    private static final HttpField HTTPS_ONLY =
            new PreEncodedHttpField("Strict-Transport-Security", "max-age=31536000; includeSubDomains");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*]?");

    private final Log log;

    Pages(Log log) {
        this.log = log;
    }

    /** What the server itself answers, such as 400 to a request that cannot be read. */
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        if (status >= 500) {
            log.error(
                    "A request could not be answered",
                    Map.of("status", status, "cause", trace(request.getAttribute(ErrorHandler.ERROR_EXCEPTION))));
        }
        write(
                request,
                response,
                callback,
                status,
                status < 500 ? "The request cannot be read or is too large." : "The request could not be answered.");
        return true;
    }

    private static String trace(Object failure) {
        if (!(failure instanceof Throwable thrown)) {
            return "none given";
        }
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    static void write(Request request, Response response, Callback callback, int status, String detail) {
        String title = HttpStatus.getMessage(status);
        boolean page = wantsPage(request.getHeaders().get(HttpHeader.ACCEPT));
        byte[] body =
                (page ? page(status, title, detail) : json(status, title, detail)).getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        for (HttpField header : HEADERS) {
            response.getHeaders().put(header);
        }
        if (isPanelByName(request)) {
            response.getHeaders().put(HTTPS_ONLY);
        }
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, page ? "text/html;charset=utf-8" : "application/problem+json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    /**
     * Never to a bare address, nor to the machine itself: there the certificate is the panel's own, and whoever trusts it
     * could reach nothing there by HTTP any more, on whichever port. Browsers heed it only where they trust the certificate
     * (RFC 6797, 8.1).
     */
    private static boolean isPanelByName(Request request) {
        String host = request.getHttpURI().getHost();
        return request.isSecure()
                && Edge.PANEL.equals(
                        request.getConnectionMetaData().getConnector().getName())
                && host != null
                && !host.isEmpty()
                && !host.equalsIgnoreCase("localhost")
                && !ADDRESS.matcher(host).matches();
    }

    private static boolean wantsPage(String accept) {
        return accept != null && accept.contains("text/html");
    }

    private static String json(int status, String title, String detail) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", "about:blank");
        problem.put("title", title);
        problem.put("status", status);
        problem.put("detail", detail);
        return Json.write(problem);
    }

    private static String page(int status, String title, String detail) {
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\""
                + " content=\"width=device-width\"><title>" + status + ' ' + title + "</title><style>" + STYLE
                + "</style></head><body><main><h1>" + status + ' ' + title + "</h1><p>" + escape(detail)
                + "</p></main></body></html>";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String digest(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
