package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import io.openpanel.spi.KeyProvider;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Those there are now, and the one that wraps. */
public final class KeyProviders {
    private final String chosen;
    private final List<KeyProvider> own;
    private final Supplier<Stream<KeyProvider>> others;

    /**
     * @param chosen the name of the one that wraps
     * @param own those that the panel brings
     * @param others those that plugins bring, as they come and go
     */
    public KeyProviders(String chosen, List<KeyProvider> own, Supplier<Stream<KeyProvider>> others) {
        this.chosen = chosen;
        this.own = own;
        this.others = others;
    }

    private Optional<KeyProvider> first(Predicate<KeyProvider> which) {
        return own.stream().filter(which).findFirst().or(() -> others.get()
                .filter(which)
                .findFirst());
    }

    KeyProvider wrapping() {
        return first(each -> each.name().equals(chosen))
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UPSTREAM,
                        "There is no key provider '" + chosen + "', which OPENPANEL_KEY_PROVIDER names; set it right,"
                                + " or start the plugin that brings it"));
    }

    KeyProvider of(String wrapped) {
        return first(each -> each.versionOf(wrapped).isPresent())
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UPSTREAM,
                        "A data key was wrapped by a key provider that is not there; set it up again"));
    }
}
