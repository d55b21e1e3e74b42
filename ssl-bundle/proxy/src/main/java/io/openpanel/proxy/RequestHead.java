package io.openpanel.proxy;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;

/** What of a client's head goes on to the upstream, and what is said about the client instead of what it claims. */
final class RequestHead {
    /** Between two neighbours only; TE and Trailer go with them because trailers are not passed on. */
    private static final EnumSet<HttpHeader> HOP_BY_HOP = EnumSet.of(
            HttpHeader.CONNECTION,
            HttpHeader.KEEP_ALIVE,
            HttpHeader.PROXY_AUTHENTICATE,
            HttpHeader.PROXY_AUTHORIZATION,
            HttpHeader.PROXY_CONNECTION,
            HttpHeader.TE,
            HttpHeader.TRAILER,
            HttpHeader.TRANSFER_ENCODING,
            HttpHeader.UPGRADE);
    /** Answered or rewritten here. {@code Expect} is answered by this proxy as soon as it wants the body. */
    private static final EnumSet<HttpHeader> OWN = EnumSet.of(
            HttpHeader.HOST,
            HttpHeader.EXPECT,
            HttpHeader.FORWARDED,
            HttpHeader.X_FORWARDED_FOR,
            HttpHeader.X_FORWARDED_HOST,
            HttpHeader.X_FORWARDED_PORT,
            HttpHeader.X_FORWARDED_PROTO,
            HttpHeader.X_FORWARDED_SERVER,
            HttpHeader.COOKIE);
    /** Other names under which somebody could claim an address. */
    private static final Set<String> CLAIMS = Set.of(
            "forwarded",
            "x-real-ip",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-original-forwarded-for",
            "true-client-ip",
            "cf-connecting-ip",
            "cf-connecting-ipv6",
            "fastly-client-ip",
            "x-remote-ip",
            "x-remote-addr",
            "x-original-host",
            "x-host",
            "x-originating-ip",
            "client-ip",
            "proxy");

    /** The header with which the panel is shown who forwards. */
    static final String MARK = "OpenPanel-Proxy";

    private RequestHead() {}

    /**
     * The head for the upstream.
     *
     * @param mark by which the panel knows this proxy; Camel's own names are kept away from it. Null for an app
     * @param upgrade the protocol to upgrade to, or null
     */
    static HttpFields toUpstream(Request request, String mark, String upgrade) {
        boolean panel = mark != null;
        HttpFields from = request.getHeaders();
        Set<String> named = namedByConnection(from);
        HttpFields.Mutable to = HttpFields.build();
        String host = host(request);
        to.add(HttpHeader.HOST, host);
        String cookies = null;
        for (HttpField field : from) {
            HttpHeader header = field.getHeader();
            if (header == HttpHeader.COOKIE) {
                // HTTP/2 may send several; HTTP/1.1 must not.
                cookies = cookies == null ? field.getValue() : cookies + "; " + field.getValue();
            } else if (header == null
                    ? !isClaim(field.getLowerCaseName(), panel)
                    : !HOP_BY_HOP.contains(header) && !OWN.contains(header)) {
                if (named == null || !named.contains(field.getLowerCaseName())) {
                    to.add(field);
                }
            }
        }
        if (cookies != null) {
            to.add(HttpHeader.COOKIE, cookies);
        }
        String address = Request.getRemoteAddr(request);
        to.add(HttpHeader.X_FORWARDED_FOR, address);
        to.add(request.isSecure() ? Known.HTTPS : Known.HTTP);
        to.add(HttpHeader.X_FORWARDED_HOST, host);
        to.add("X-Real-IP", address);
        if (panel) {
            to.add(MARK, mark);
        }
        if (upgrade != null) {
            to.add(HttpHeader.CONNECTION, "Upgrade");
            to.add(HttpHeader.UPGRADE, upgrade);
        }
        return to;
    }

    /** The protocol an HTTP/1.1 client asks to change to; null for none. HTTP/2 in clear text is not offered. */
    static String upgrade(Request request) {
        String protocol = request.getHeaders().get(HttpHeader.UPGRADE);
        if (protocol == null
                || request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_1
                || !request.getHeaders().contains(HttpHeader.CONNECTION, "upgrade")
                || protocol.toLowerCase(Locale.ROOT).contains("h2c")) {
            return null;
        }
        return protocol;
    }

    /** Host and port as the client wrote them. */
    private static String host(Request request) {
        String host = request.getHeaders().get(HttpHeader.HOST);
        if (host != null) {
            return host;
        }
        HttpURI uri = request.getHttpURI();
        return uri.getAuthority() == null ? "" : uri.getAuthority();
    }

    /** Applications that read CGI names cannot tell {@code X_Real_IP} from {@code X-Real-IP}. */
    private static boolean isClaim(String lowerCaseName, boolean panel) {
        char first = lowerCaseName.charAt(0);
        if (panel && first == 'c' && lowerCaseName.startsWith("camel")
                || panel && first == 'o' && lowerCaseName.startsWith("org.apache.camel.")
                || first == 'o' && lowerCaseName.equals("openpanel-proxy")) {
            return true;
        }
        if (first != 'x' && first != 'f' && first != 't' && first != 'c' && first != 'p') {
            return false;
        }
        String name = lowerCaseName.indexOf('_') < 0 ? lowerCaseName : lowerCaseName.replace('_', '-');
        return name.startsWith("x-forwarded") || CLAIMS.contains(name);
    }

    private static Set<String> namedByConnection(HttpFields fields) {
        HttpField connection = fields.getField(HttpHeader.CONNECTION);
        if (connection == null
                || "keep-alive".equalsIgnoreCase(connection.getValue())
                        && fields.getFields(HttpHeader.CONNECTION).size() == 1) {
            return null;
        }
        Set<String> named = new HashSet<>();
        for (String value : fields.getCSV(HttpHeader.CONNECTION, false)) {
            named.add(value.toLowerCase(Locale.ROOT));
        }
        return named;
    }

    /** Whether a field of an answer is for the next neighbour only. */
    static boolean isHopByHop(HttpField field) {
        return field.getHeader() != null && HOP_BY_HOP.contains(field.getHeader());
    }

    private static final class Known {
        static final HttpField HTTP = new HttpField(HttpHeader.X_FORWARDED_PROTO, "http");
        static final HttpField HTTPS = new HttpField(HttpHeader.X_FORWARDED_PROTO, "https");
    }
}
