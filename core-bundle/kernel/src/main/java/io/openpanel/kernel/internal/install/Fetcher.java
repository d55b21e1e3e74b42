package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Brings a release's file into the job's folder. */
final class Fetcher {
    private final Marketplaces marketplaces;
    private final Supplier<Path> workspaces;

    /** @param workspaces gives the folder of the job that runs */
    Fetcher(Marketplaces marketplaces, Supplier<Path> workspaces) {
        this.marketplaces = marketplaces;
        this.workspaces = workspaces;
    }

    record Fetched(Path jar, PluginFile file) {}

    /** @throws io.openpanel.api.Problem when it is not what the index and the publisher say */
    Fetched fetch(Call call, Marketplaces.Offer offer, Index.Release release) {
        Path jar = workspaces.get().resolve("plugin.jar");
        marketplaces.download(offer, release, jar);
        PluginFile file = Marketplaces.checked(() -> {
            PluginFile read = PluginFile.read(jar);
            offer.index().verify(offer.plugin(), release, read);
            return read;
        });
        call.log("Fetched " + file.title() + ' ' + file.version() + ", " + file.size() / 1024 + " KiB, SHA-256 "
                + file.sha256() + ", as " + offer.plugin().publisher() + " signed it");
        return new Fetched(jar, file);
    }
}
