package io.openpanel.web.internal.console;

import io.openpanel.web.internal.rest.Versions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.net.URL;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.osgi.framework.Bundle;

/** The files below one folder of a bundle, kept in memory while there is room. */
public final class Assets {
    private static final int WORTH_PACKING = 1024;

    private final Bundle bundle;
    private final String folder;
    private final Map<String, SoftReference<Asset>> known = new ConcurrentHashMap<>();

    /** How long a browser may keep a file. */
    public enum Keeping {
        /** For ever: the address changes with the content. */
        FOREVER("public, max-age=31536000, immutable"),
        /** Asked for again each time, answered with 304 where it is the same. */
        CHECKED("no-cache");

        private final String header;

        Keeping(String header) {
            this.header = header;
        }
    }

    private record Asset(byte[] plain, byte[] gzip, byte[] brotli, String digest) {}

    /** @param folder ends with a slash */
    public Assets(Bundle bundle, String folder) {
        this.bundle = bundle;
        this.folder = folder;
    }

    /** A file's bytes. */
    Optional<byte[]> read(String file) throws IOException {
        if (file.isEmpty() || file.endsWith("/") || bundle.getState() == Bundle.UNINSTALLED) {
            return Optional.empty();
        }
        URL url = bundle.getEntry(folder + file);
        if (url == null) {
            return Optional.empty();
        }
        try (InputStream in = url.openStream()) {
            return Optional.of(in.readAllBytes());
        }
    }

    /** Answers with a file; false where there is none. */
    public boolean send(HttpServletRequest request, HttpServletResponse response, String file, Keeping keeping)
            throws IOException {
        Asset asset = asset(file);
        if (asset == null) {
            return false;
        }
        response.setHeader("Cache-Control", keeping.header);
        response.setHeader("ETag", "W/" + Versions.tag(asset.digest)); // packed or not, it is the same tag
        response.addHeader("Vary", "Accept-Encoding");
        if (Versions.isKnown(request, asset.digest)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return true;
        }
        byte[] body = choose(request, response, asset);
        response.setContentType(MediaTypes.of(file));
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
        return true;
    }

    private static byte[] choose(HttpServletRequest request, HttpServletResponse response, Asset asset) {
        String accepted = request.getHeader("Accept-Encoding");
        if (accepted != null && asset.brotli != null && accepted.contains("br")) {
            response.setHeader("Content-Encoding", "br");
            return asset.brotli;
        }
        if (accepted != null && asset.gzip != null && accepted.contains("gzip")) {
            response.setHeader("Content-Encoding", "gzip");
            return asset.gzip;
        }
        return asset.plain;
    }

    private Asset asset(String file) throws IOException {
        SoftReference<Asset> reference = known.get(file);
        Asset asset = reference == null ? null : reference.get();
        if (asset != null) {
            return asset;
        }
        Optional<byte[]> plain = read(file);
        if (plain.isEmpty()) {
            return null;
        }
        byte[] gzip = read(file + ".gz").orElse(null);
        if (gzip == null && plain.get().length >= WORTH_PACKING && MediaTypes.isText(file)) {
            gzip = pack(plain.get());
        }
        asset = new Asset(plain.get(), gzip, read(file + ".br").orElse(null), Digest.of(plain.get()));
        known.put(file, new SoftReference<>(asset));
        return asset;
    }

    private static byte[] pack(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 3);
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }
}
