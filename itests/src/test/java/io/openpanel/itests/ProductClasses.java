package io.openpanel.itests;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;

/** The classes of the bundles, as the build left them. */
final class ProductClasses {
    static final List<String> BUNDLES = List.of(
            "core-bundle/api",
            "core-bundle/kernel",
            "core-bundle/data",
            "core-bundle/web",
            "core-bundle/routes",
            "core-bundle/local",
            "core-bundle/isolate",
            "docker-bundle",
            "deploy-bundle",
            "ssl-bundle",
            "teams-bundle",
            "webhook-bundle",
            "activity-bundle",
            "sso-bundle",
            "marketplace/examples/janitor");

    private ProductClasses() {}

    static JavaClasses read() {
        return new ClassFileImporter()
                .importPaths(BUNDLES.stream()
                        .map(bundle -> Panel.ROOT.resolve(bundle).resolve("target/classes"))
                        .toList());
    }
}
