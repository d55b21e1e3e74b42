package io.openpanel.web.internal.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;

/** The console's own bundle: its page, with the policy that fits it, and its files. */
final class Shell {
    private static final Pattern SCRIPT =
            Pattern.compile("<script\\b([^>]*)>(.*?)</script>", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    private static final Pattern SOURCE = Pattern.compile("\\bsrc\\s*=", Pattern.CASE_INSENSITIVE);
    private static final String PLACEHOLDER = "__NONCE__";
    private static final int NONCE_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final String page;
    private final String scripts;
    private final Assets files;

    /** @param policy for this one answer */
    record Page(byte[] html, String policy) {}

    private Shell(String page, Assets files) {
        this.page = page;
        this.scripts = String.join(" ", inlineScripts(page));
        this.files = files;
    }

    static Optional<Shell> read(Bundle bundle) throws IOException {
        Assets files = new Assets(bundle, "OPENPANEL-INF/console/");
        return files.read("index.html").map(html -> new Shell(new String(html, StandardCharsets.UTF_8), files));
    }

    Assets files() {
        return files;
    }

    /** The page with a fresh nonce. */
    Page page() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = Base64.getEncoder().encodeToString(bytes);
        String policy = "default-src 'none'; script-src 'self'" + (scripts.isEmpty() ? "" : ' ' + scripts)
                + "; style-src 'self' 'nonce-" + nonce
                + "'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'; object-src 'none'";
        return new Page(page.replace(PLACEHOLDER, nonce).getBytes(StandardCharsets.UTF_8), policy);
    }

    private static List<String> inlineScripts(String page) {
        List<String> sources = new ArrayList<>();
        Matcher matcher = SCRIPT.matcher(page);
        while (matcher.find()) {
            if (!SOURCE.matcher(matcher.group(1)).find()) {
                sources.add(Digest.source(matcher.group(2)));
            }
        }
        return sources;
    }
}
