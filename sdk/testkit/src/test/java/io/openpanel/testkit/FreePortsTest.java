package io.openpanel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which ports tests get. */
class FreePortsTest {
    /** Says some ports and stays until its input ends. */
    public static final class Other {
        private Other() {}

        public static void main(String[] none) throws IOException {
            int[] ports = new int[120];
            Arrays.setAll(ports, i -> FreePorts.next());
            System.out.println(Arrays.toString(ports));
            System.in.read();
        }
    }

    @Test
    void noneIsGivenTwiceNorToTestsBesideThese() throws IOException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            Set<Integer> given = new HashSet<>();
            for (int i = 0; i < 120; i++) {
                assertThat(given.add(FreePorts.next())).isTrue();
            }
            String theirs = other.inputReader().readLine();
            List<Integer> ports = Arrays.stream(
                            theirs.replaceAll("[\\[\\]]", "").split(", "))
                    .map(Integer::valueOf)
                    .toList();
            assertThat(ports).doesNotHaveDuplicates().hasSize(120).doesNotContainAnyElementsOf(given);
        } finally {
            other.destroy();
        }
    }
}
