package io.openpanel.itests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the code: what the bundles may know of each other, and what nobody writes. */
class ArchitectureTest {
    private static final List<String> CAPABILITIES =
            List.of("docker", "deploy", "ssl", "teams", "webhook", "activity", "sso");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = ProductClasses.read();
    }

    @Test
    void noCapabilityKnowsAnother() {
        for (String one : CAPABILITIES) {
            for (String other : CAPABILITIES) {
                if (!one.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage("io.openpanel." + one + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("io.openpanel." + other + "..")
                            .check(classes);
                }
            }
        }
    }

    @Test
    void noCapabilityKnowsTheInsideOfTheKernel() {
        noClasses()
                .that()
                .resideInAnyPackage(CAPABILITIES.stream()
                        .map(each -> "io.openpanel." + each + "..")
                        .toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.openpanel.kernel..", "io.openpanel.data..", "io.openpanel.web..")
                .check(classes);
    }

    @Test
    void theApiKnowsOnlyTheJdkAndOsgi() {
        noClasses()
                .that()
                .resideInAPackage("io.openpanel.api..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("io.openpanel.api..", "java..", "org.osgi..")
                .check(classes);
    }

    @Test
    void theTimeComesFromTheClockService() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.openpanel.kernel.internal.SystemClock")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(classes);
    }

    @Test
    void nobodyStartsAShellReadsJavaObjectsOrOpensPrivateMembers() {
        // XML signatures are checked on a document in memory; the one class that makes those takes no document type.
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.openpanel.sso.internal.SamlXml")
                .should()
                .callMethod(Runtime.class, "exec", String.class)
                .orShould()
                .callMethod(Runtime.class, "exec", String[].class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(java.io.ObjectInputStream.class)
                .orShould()
                .callMethod(java.lang.reflect.AccessibleObject.class, "setAccessible", boolean.class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("javax.xml.parsers.DocumentBuilder")
                .check(classes);
    }

    @Test
    void noNameIsManagerHelperUtilOrImpl() {
        List<String> bad = classes.stream()
                .map(JavaClass::getSimpleName)
                .filter(name -> name.matches("(Abstract.+|.+(Manager|Helper|Utils?|Impl))"))
                .toList();
        assertThat(bad).isEmpty();
    }

    @Test
    void thePackagesOfTheKernelAndOfEachBundleAreFewAndTheirCyclesKnown() {
        SlicesRuleDefinition.slices()
                .matching("io.openpanel.(*)..")
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void noCoreConstantIsACatalogueNoun() throws IOException {
        Set<String> nouns = new TreeSet<>();
        for (String capability : CAPABILITIES) {
            Path roles = Panel.ROOT.resolve(capability + "-bundle/src/main/resources/OPENPANEL-INF/roles.yaml");
            try (Stream<String> lines = Files.lines(roles)) {
                lines.filter(line -> line.matches("[a-z-]+\\..*"))
                        .forEach(line -> nouns.add(line.substring(0, line.indexOf('.'))));
            }
        }
        List<String> godlike = classes.stream()
                .filter(each -> each.getPackageName().startsWith("io.openpanel.kernel"))
                .map(each -> each.getSimpleName().toLowerCase(java.util.Locale.ROOT))
                .filter(nouns::contains)
                .toList();
        assertThat(godlike).isEmpty();
    }

    @Test
    void noFileIsLongerThan400Lines() throws IOException {
        Set<String> tooLong = new TreeSet<>();
        for (String bundle : ProductClasses.BUNDLES) {
            try (Stream<Path> files = Files.walk(Panel.ROOT.resolve(bundle).resolve("src/main/java"))) {
                for (Path file :
                        files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    try (Stream<String> lines = Files.lines(file)) {
                        if (lines.count() > 400) {
                            tooLong.add(Panel.ROOT.relativize(file).toString());
                        }
                    }
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }
}
