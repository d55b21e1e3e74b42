package io.openpanel.itests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Public data that tests are held against and that is no part of the project. */
final class TestData {
    private TestData() {}

    /** A folder of it; the test is skipped where it is not there. */
    static Path folder(String name) {
        Path folder = Path.of(System.getenv()
                        .getOrDefault(
                                "OPENPANEL_TEST_DATA",
                                Panel.ROOT.resolve("../shared/data").toString()))
                .resolve(name);
        assumeTrue(Files.isDirectory(folder), "No test data in " + folder + "; set OPENPANEL_TEST_DATA");
        return folder;
    }
}
