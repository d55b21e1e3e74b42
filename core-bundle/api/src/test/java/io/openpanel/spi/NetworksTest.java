package io.openpanel.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksTest {
    private static boolean isIn(String address, String... networks) {
        return Networks.of(List.of(networks)).contains(address);
    }

    @Test
    void anAddressIsInItsNetworkAndInNoOther() {
        assertThat(isIn("203.0.113.7", "203.0.113.0/24")).isTrue();
        assertThat(isIn("203.0.114.7", "203.0.113.0/24")).isFalse();
        assertThat(isIn("203.0.113.7", "203.0.113.7")).isTrue();
        assertThat(isIn("203.0.113.8", "203.0.113.7")).isFalse();
        assertThat(isIn("10.63.255.255", "10.0.0.0/10")).isTrue();
        assertThat(isIn("10.64.0.0", "10.0.0.0/10")).isFalse();
        assertThat(isIn("1.2.3.4", "0.0.0.0/0")).isTrue();
        assertThat(isIn("2001:db8:1::7", "10.0.0.0/8", "2001:db8::/32")).isTrue();
        assertThat(isIn("2001:db9::7", "2001:db8::/32")).isFalse();
        assertThat(isIn("[2001:db8::7]", "2001:db8::7")).isTrue();
        assertThat(isIn("::1", "0.0.0.0/0")).isFalse();
        assertThat(isIn("::ffff:203.0.113.7", "203.0.113.0/24")).isTrue();
        assertThat(isIn("", "0.0.0.0/0")).isFalse();
        assertThat(isIn("localhost", "0.0.0.0/0")).isFalse();
        assertThat(Networks.of(List.of()).isEmpty()).isTrue();
    }

    @Test
    void whatIsNoNetworkIsRefusedWithWhatToWrite() {
        for (String wrong : List.of("", "shop.example", "1.2.3", "1.2.3.4.5", "300.1.1.1", "1.2.3.4/", "1.2.3.4/x")) {
            assertThatThrownBy(() -> Networks.of(List.of(wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
        assertThatThrownBy(() -> Networks.of(List.of("10.0.0.0/33"))).hasMessageContaining("0 to 32");
        assertThatThrownBy(() -> Networks.of(List.of("203.0.113.7/24")))
                .hasMessageContaining("the network is 203.0.113.0/24");
    }

    /** Asks in a Java where names of numbers lead somewhere. */
    @Test
    void whatLooksLikeAnAddressIsNeverLookedUpAsAName(@TempDir Path folder) throws Exception {
        Path names = Files.writeString(folder.resolve("hosts"), "10.9.8.7 300.1.1.1 1.2.3.256\n");
        Process asked = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + names,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asking.class.getName(),
                        "300.1.1.1",
                        "1.2.3.256")
                .redirectErrorStream(true)
                .start();
        assertThat(asked.getInputStream()).hasContent("false false ");
    }

    public static final class Asking {
        private Asking() {}

        public static void main(String[] addresses) {
            for (String address : addresses) {
                System.out.print(isIn(address, "10.0.0.0/8") + " ");
            }
        }
    }

    @Test
    void allOfASlash64IsOneCaller() {
        assertThat(Networks.caller("2001:db8:1:2:3:4:5:6")).isEqualTo(Networks.caller("2001:db8:1:2::1"));
        assertThat(Networks.caller("2001:db8:1:3::1")).isNotEqualTo(Networks.caller("2001:db8:1:2::1"));
        assertThat(Networks.caller("::ffff:192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(Networks.caller("not:an address")).isEqualTo("not:an address");
        assertThat(Networks.caller("")).isEmpty();
    }
}
