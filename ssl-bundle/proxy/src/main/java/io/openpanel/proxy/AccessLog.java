package io.openpanel.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;

/** A line for each request. */
final class AccessLog implements RequestLog {
    private final Log log;

    AccessLog(Log log) {
        this.log = log;
    }

    @Override
    public void log(Request request, Response response) {
        HttpURI uri = request.getHttpURI();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("client", Request.getRemoteAddr(request));
        fields.put("method", request.getMethod());
        fields.put("host", uri.getHost() == null ? "" : uri.getHost());
        // Queries hold tokens.
        fields.put("path", uri.getPath() == null ? "" : uri.getPath());
        fields.put("status", response.getStatus());
        fields.put("bytes", Response.getContentBytesWritten(response));
        fields.put("micros", TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - request.getBeginNanoTime()));
        log.info("Request", fields);
    }
}
