package io.openpanel.spi;

import io.openpanel.api.Problem;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Knows what the routes of a plugin may do that nobody trusts. */
@ProviderType
public interface RouteRules {
    /**
     * Reads the routes in a file as they would be loaded, and loads none.
     *
     * @param uses what people were shown that it uses
     * @throws Problem naming the file, the place in it and the reason
     */
    void check(String plugin, List<String> uses, String file, byte[] yaml);
}
