package io.openpanel.kernel.internal.install;

import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Quality;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How well installed plugins are made, as this panel itself finds in their files. */
final class Qualities {
    private final PluginFiles files;
    private final Marketplaces marketplaces;
    private final Map<String, Quality> found = new ConcurrentHashMap<>();

    Qualities(PluginFiles files, Marketplaces marketplaces) {
        this.files = files;
        this.marketplaces = marketplaces;
    }

    /** Of what is installed; nothing of what is not. That it was built again only its marketplace can say. */
    Optional<Quality> of(Ledger.Row row) {
        return row.sha256()
                .map(sha256 -> found.computeIfAbsent(sha256, this::look).rebuilt(isRebuilt(row, sha256)));
    }

    private boolean isRebuilt(Ledger.Row row, String sha256) {
        return marketplaces
                .offer(row.marketplace() + '/' + row.plugin())
                .flatMap(offer -> offer.plugin().releases().stream()
                        .filter(each -> each.sha256().equals(sha256))
                        .findFirst())
                .flatMap(Index.Release::source)
                .isPresent();
    }

    private Quality look(String sha256) {
        try {
            Path copy = Files.createTempFile("plugin", ".jar");
            try (InputStream kept = files.open(sha256)) {
                Files.copy(kept, copy, StandardCopyOption.REPLACE_EXISTING);
                return Quality.of(copy);
            } finally {
                Files.delete(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A plugin's kept file cannot be looked through", e);
        }
    }
}
